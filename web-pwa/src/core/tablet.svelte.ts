/**
 * The tablet as the page sees it: the view to show, and `dispatch` for what a person does.
 *
 * For: the field screens. Starts the worker, carries out the effects that only a page can, and
 * starts the worker again after a panic. Computes nothing of the domain.
 */
import * as device from '../platform/device';
import { fromBase64, toBase64 } from '../platform/base64';
import { chooseFile } from '../platform/choose-file';
import { handFile } from '../platform/http';
import { forgetFix, locate, positionAllowed } from '../platform/geolocation';
import { hasLayers, keptLayers, refreshLayers, type MapLayers } from '../platform/map-layers';
import { keepNumber, keptNumber } from '../platform/preferences';
import { askForFiles } from '../platform/sole-tab';
import type { Event, PlatformReport, Position, View } from './generated/tablet';
import { refreshPlaces } from './places';
import type { FatalCode, FromWorker, PageEffect, ToWorker } from './message';
import { update } from './update.svelte';

/** After this many panics within the window the app says that it is broken. */
const PANICS_ALLOWED = 3;
const PANIC_WINDOW_MS = 60_000;

// The view is replaced whole: watching inside it would cost without use.
let view = $state.raw<View | null>(null);

interface State {
  fatal: FatalCode | null;
  /** The core was started again after a panic; says so until it is read. */
  restarted: boolean;
  /** The screen is being kept on. */
  awake: boolean;
}

const state: State = $state({ fatal: null, restarted: false, awake: false });

/** What the screens read. */
export const tablet = {
  /** Everything on screen; nothing until the core has started. */
  get view(): View | null {
    return view;
  },
  /** Why the app cannot work in this page. */
  get fatal(): FatalCode | null {
    return state.fatal;
  },
  get restarted(): boolean {
    return state.restarted;
  },
  get awake(): boolean {
    return state.awake;
  },
};

let worker: Worker | null = null;
let backend = '';
let panics: number[] = [];

function post(message: ToWorker): void {
  worker?.postMessage(message);
}

/** Something happened; the core answers with a new view. */
export function dispatch(event: Event): void {
  post({ kind: 'dispatch', event });
}

/** Starts the worker, and follows the page's life. Called once. */
export function startTablet(): void {
  launch();
  addEventListener('online', () => dispatch({ event: 'network', online: true }));
  addEventListener('offline', () => dispatch({ event: 'network', online: false }));
  addEventListener('pagehide', () => post({ kind: 'close' }));
  addEventListener('pageshow', ({ persisted }) => {
    // The worker let go of its files: only a new page can take them again.
    if (persisted) location.reload();
  });
  document.addEventListener('visibilitychange', () => device.retakeAwake());
}

function launch(): void {
  worker?.terminate();
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'core' });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear(data));
  worker.addEventListener('error', () => {
    state.fatal = 'no-core';
  });
}

function hear(message: FromWorker): void {
  switch (message.kind) {
    case 'view':
      view = message.view;
      noteNumber(message.view);
      return;
    case 'ready':
      backend = message.backend;
      dispatch({ event: 'network', online: navigator.onLine });
      void check();
      return;
    case 'effect':
      void carryOut(message.effect);
      return;
    case 'fatal':
      state.fatal = message.code;
      // Ends its hold on the files.
      worker?.terminate();
      return;
    case 'panicked':
      startAgain();
  }
}

let number = keptNumber();

function noteNumber({ enrolment, coordination_number: told }: View): void {
  if (told === number || (told === null && enrolment !== null)) return;
  number = told;
  keepNumber(number);
}

/** The coordination's telephone, also where the core does not start. */
export function coordinationNumber(): string | null {
  return view?.coordination_number ?? number;
}

function startAgain(): void {
  const now = Date.now();
  panics = [...panics.filter((at) => now - at < PANIC_WINDOW_MS), now];
  if (panics.length > PANICS_ALLOWED) {
    worker?.terminate();
    state.fatal = 'broken';
    state.restarted = false;
    return;
  }
  state.restarted = true;
  launch();
}

async function carryOut(effect: PageEffect): Promise<void> {
  switch (effect.effect) {
    case 'locate':
      dispatch({ event: 'fixed', position: await fix(effect.budget_ms) });
      return;
    case 'give_file': {
      const file = { name: effect.name, bytes: fromBase64(effect.bytes) };
      const shown = showing;
      showing = null;
      (shown ?? keepFile)(file);
      return;
    }
    case 'vibrate':
      device.vibrate(effect.pattern_ms);
      return;
    case 'keep_awake':
      state.awake = await device.keepAwake(effect.on);
  }
}

/** A file that the core made. */
export interface MadeFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

let showing: ((file: MadeFile) => void) | null = null;

/** Hands a file to the person, to be kept or passed on. */
export function keepFile({ name, bytes }: MadeFile): void {
  handFile(name, 'application/octet-stream', new Blob([bytes]));
}

/**
 * Something happens that makes a file; the file is shown instead of being handed over. What is
 * returned ends the waiting for it.
 */
export function showFile(event: Event, show: (file: MadeFile) => void): () => void {
  showing = show;
  dispatch(event);
  return () => {
    if (showing === show) showing = null;
  };
}

async function fix(budgetMs: number): Promise<Position | null> {
  const found = await locate(budgetMs);
  if (!found) return null;
  return {
    longitude: found.longitude,
    latitude: found.latitude,
    accuracy_m: found.accuracyM,
    source: 'fix',
    fixed_at: found.atMs,
  };
}

/** Looks at the tablet for *Avant de partir* and tells the core. */
export async function check(): Promise<void> {
  const report: PlatformReport = {
    storage_persistent: await device.persistStorage(),
    storage_free_bytes: await device.freeBytes(),
    storage_backend: backend,
    battery_percent: await device.batteryPercent(),
    position_allowed: await positionAllowed(),
    map_ready: await hasLayers(),
    app_version: __APP_VERSION__,
    update_waiting: update.waiting,
    installed: device.installed(),
    wake_lock: await device.awakePossible(),
    apple_tab: device.appleTab(),
  };
  dispatch({ event: 'checked', ...report });
}

/** No tablet makes a larger file; of a larger one the core is told enough to refuse it. */
const LARGEST_FILE_BYTES = 16 * 1024 * 1024 + 1;

/** Asks for the file of another tablet, base64; nothing where the person left. */
export async function otherFile(): Promise<string | null> {
  const file = await chooseFile('.maraude,application/octet-stream');
  if (!file) return null;
  return toBase64(new Uint8Array(await file.slice(0, LARGEST_FILE_BYTES).arrayBuffer()));
}

/** Asks for the file of another tablet and takes it on. */
export async function carryFile(): Promise<void> {
  const file = await otherFile();
  if (file !== null) dispatch({ event: 'carry', file });
}

/** Takes on what was read from another tablet's screen. */
export function carryBytes(bytes: Uint8Array): void {
  dispatch({ event: 'carry', file: toBase64(bytes) });
}

/** The round at hand is given to the tablet that called. */
export function giveRound(call: string | Uint8Array, show: (pack: MadeFile) => void): () => void {
  return showFile({ event: 'give_round', call: asText(call) }, show);
}

/** What another tablet gave is opened, to be looked at. */
export function receiveRound(pack: string | Uint8Array): void {
  dispatch({ event: 'receive_round', pack: asText(pack) });
}

function asText(file: string | Uint8Array): string {
  return typeof file === 'string' ? file : toBase64(file);
}

/** Where the tablet is now, without a form. */
export function whereAmI(): Promise<Position | null> {
  return fix(15_000);
}

/** The same, unless the browser would first ask the person whether it may. */
export async function whereAmIUnasked(): Promise<Position | null> {
  return (await positionAllowed()) === true ? whereAmI() : null;
}

/** Asks for a position once, so that the browser asks the person before the round, then checks. */
export async function tryPosition(): Promise<Position | null> {
  forgetFix();
  const found = await fix(15_000);
  await check();
  return found;
}

/** Fetches the map's layers and the places to search, then checks. */
export async function fetchMap(): Promise<boolean> {
  const sectors = [...(view?.plan?.sectors ?? []), ...(view?.round?.sector ? [view.round.sector] : [])];
  const [there] = await Promise.all([
    refreshLayers(),
    refreshPlaces(sectors.flatMap(({ polygons }) => polygons)),
  ]);
  await check();
  return there;
}

/** The map's layers on this tablet. */
export function mapLayers(): Promise<MapLayers | null> {
  return keptLayers();
}

/** Takes the files over from the other tab, which locks itself. */
export function takeOver(): void {
  askForFiles();
  state.fatal = null;
  setTimeout(launch, 300);
}

/** The restart after a panic was read. */
export function acknowledgeRestart(): void {
  state.restarted = false;
}
export type { MapLayers };

/** Whether this browser forgets what a tab keeps: the app is to be installed first. */
export function mustInstall(): boolean {
  return device.appleTab();
}

/** Chooses the PIN of a new tablet. */
export function choosePin(pin: string): void {
  dispatch({ event: 'choose_pin', pin });
}

/** The version of this build. */
export const appVersion = __APP_VERSION__;
