/**
 * The core's door as the worker sees it: text in, text out, all of it synchronous.
 *
 * For: `worker` alone. The only file that imports the wasm package.
 */
import init, { TabletDoor } from './pkg/maraude_wasm.js';
import type { Effect, Event, StoredFile, View } from './generated/tablet';

/** What the worker needs of the core. */
export interface Door {
  open(files: readonly StoredFile[], nowMs: number): Effect[];
  dispatch(event: Event, nowMs: number): Effect[];
  view(nowMs: number): View;
}

/** Loads the core and makes a door of it. */
export async function loadDoor(): Promise<Door> {
  await init();
  const door = new TabletDoor();
  return {
    open: (files, nowMs) => JSON.parse(door.open(JSON.stringify(files), nowMs)) as Effect[],
    dispatch: (event, nowMs) =>
      JSON.parse(door.dispatch(JSON.stringify(event), nowMs)) as Effect[],
    view: (nowMs) => JSON.parse(door.view(nowMs)) as View,
  };
}
