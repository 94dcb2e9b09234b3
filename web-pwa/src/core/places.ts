/**
 * Search of streets, numbers and landmarks without network, in a worker of its own.
 *
 * For: the form and *Avant de partir*. Nothing of what is searched leaves the tablet or is kept.
 */
import { refreshCells } from '../platform/gazetteer-cells';
import type { Position } from './generated/tablet';
import type {
  FromPlaces,
  PlaceFound,
  Polygon,
  StreetFound,
  StreetsAsked,
  TextAsked,
  ToPlaces,
} from './places-message';

export type { PlaceFound, StreetFound } from './places-message';

/** A square's side, degrees; the server's squares are the same. */
const CELLS_PER_DEGREE = 20;
/** A worker that says nothing for so long is given up. */
const PATIENCE_MS = 10_000;

/** The squares that these sectors lie in, as the server calls them. */
export function cellsOf(polygons: readonly Polygon[]): string[] {
  const keys = new Set<string>();
  for (const rings of polygons) {
    const points = rings.flat();
    if (points.length === 0) continue;
    const cell = (degrees: number): number => Math.floor(degrees * CELLS_PER_DEGREE);
    const easts = points.map(([east]) => cell(east));
    const norths = points.map(([, north]) => cell(north));
    for (let east = Math.min(...easts); east <= Math.max(...easts); east += 1) {
      for (let north = Math.min(...norths); north <= Math.max(...norths); north += 1) {
        keys.add(`${east}_${north}`);
      }
    }
  }
  return [...keys];
}

let worker: Worker | null = null;
let number = 0;
const asked = new Map<number, (found: unknown[] | null) => void>();

/** Fetches the squares of these sectors; a search under way starts anew with them. */
export async function refreshPlaces(polygons: readonly Polygon[]): Promise<void> {
  if (await refreshCells(cellsOf(polygons))) forget();
}

/**
 * What a text may mean, best first; nothing where the tablet holds no squares or cannot search.
 */
export function searchPlaces(text: string, near: Position | null): Promise<PlaceFound[] | null> {
  const at = near ? { longitude: near.longitude, latitude: near.latitude } : null;
  return ask<PlaceFound>({ text, near: at });
}

/** The named streets of a sector; nothing where the tablet holds no squares. */
export function sectorStreets(polygons: readonly Polygon[]): Promise<StreetFound[] | null> {
  // What a state of the screens holds cannot be handed to a worker as it is.
  const plain = polygons.map((rings) => rings.map((ring) => ring.map(([x, y]) => [x, y] as const)));
  return ask<StreetFound>({ polygons: plain });
}

function ask<Found>(what: TextAsked | StreetsAsked): Promise<Found[] | null> {
  const at = (number += 1);
  return new Promise((done) => {
    const timer = setTimeout(() => answer(at, null), PATIENCE_MS);
    asked.set(at, (found) => {
      clearTimeout(timer);
      done(found as Found[] | null);
    });
    started().postMessage({ number: at, ...what } satisfies ToPlaces);
  });
}

function answer(at: number, found: unknown[] | null): void {
  asked.get(at)?.(found);
  asked.delete(at);
}

function started(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL('./places-worker.ts', import.meta.url), {
    type: 'module',
    name: 'places',
  });
  worker.addEventListener('message', ({ data }: MessageEvent<FromPlaces>) =>
    answer(data.number, data.found),
  );
  worker.addEventListener('error', forget);
  return worker;
}

function forget(): void {
  worker?.terminate();
  worker = null;
  for (const at of [...asked.keys()]) answer(at, null);
}
