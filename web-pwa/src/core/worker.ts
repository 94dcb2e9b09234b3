/**
 * The dedicated worker that owns the core and the tablet's files.
 *
 * For: `tablet`, which starts it. One per browser: a Web Lock keeps a second tab out.
 */
import { sendRequest } from '../platform/request';
import { onAskedForFiles, takeFiles } from '../platform/sole-tab';
import { StorageRefused, openStorage, type FileStore } from '../platform/storage';
import { loadDoor, type Door } from './door';
import type { FatalCode, FromWorker, ToWorker } from './message';
import { Runner } from './runner';

const say = (message: FromWorker): void => self.postMessage(message);

/** Timers longer than this overflow. */
const LONGEST_TIMER_MS = 2_000_000_000;

let timer: ReturnType<typeof setTimeout> | undefined;

function wakeAt(atMs: number, act: () => void): void {
  clearTimeout(timer);
  timer = setTimeout(act, Math.min(Math.max(0, atMs - Date.now()), LONGEST_TIMER_MS));
}

/** What came before the core was there: taps are queued, never lost. */
const early: ToWorker[] = [];
let runner: Runner | null = null;

function receive(message: ToWorker): void {
  if (!runner) {
    early.push(message);
    return;
  }
  if (message.kind === 'dispatch') runner.dispatch(message.event);
  else void runner.close();
}

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => receive(data));

async function handOver(): Promise<void> {
  runner?.dispatch({ event: 'lock' });
  await runner?.close();
  fail('handed-over');
}

function fail(code: FatalCode): void {
  say({ kind: 'fatal', code });
}

async function start(): Promise<void> {
  // Without HTTPS a browser has neither files nor locks to give.
  if (!isSecureContext) return fail('not-secure');
  const loading = loadDoor().catch(() => null);
  if (!(await takeFiles())) return fail('other-tab');
  let store: FileStore;
  try {
    store = await openStorage();
  } catch (error) {
    const held = error instanceof StorageRefused && error.reason === 'held';
    return fail(held ? 'storage-held' : 'no-storage');
  }
  const door: Door | null = await loading;
  if (!door) {
    store.close();
    return fail('no-core');
  }
  runner = new Runner({ store, door, send: sendRequest, say, now: () => Date.now(), awakeMs: () => performance.now(), wakeAt });
  onAskedForFiles(() => void handOver());
  await runner.start();
  for (const message of early.splice(0)) receive(message);
}

// Whatever a browser lacks, the person is told: an opening without end says nothing.
void start().catch(() => fail('broken'));
