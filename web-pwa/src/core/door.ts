/**
 * The core's door as the worker sees it: text in, text out, all of it synchronous.
 *
 * For: `worker` alone. The only file that imports the wasm package.
 */
import init, { TabletDoor, last_words, probe_pin_cost } from './pkg/maraude_wasm.js';
import wasmUrl from './pkg/maraude_wasm_bg.wasm?url';
import type { Effect, Event, PinCost, StorageOperation, StoredFile, View } from './generated/tablet';

/** What the worker needs of the core. */
export interface Door {
  open(files: readonly StoredFile[], nowMs: number): Effect[];
  dispatch(event: Event, nowMs: number): Effect[];
  view(nowMs: number): View;
  /** The dearest PIN that one try of takes less than a second on this tablet. */
  affordablePin(): PinCost;
  /** After the core's death: what is to be written down of the work it died of. */
  lastWords(): StorageOperation[];
}

/** From dear to cheap; the last one is the least the vault accepts. */
const PIN_COSTS: readonly PinCost[] = [
  { memory_kib: 65_536, passes: 3 },
  { memory_kib: 47_104, passes: 2 },
  { memory_kib: 32_768, passes: 2 },
  { memory_kib: 19_456, passes: 2 },
];
const LONGEST_TRY_MS = 1_000;

/** Loads the core and makes a door of it. */
export async function loadDoor(): Promise<Door> {
  await init({ module_or_path: wasmUrl });
  const door = new TabletDoor();
  return {
    open: (files, nowMs) => JSON.parse(door.open(JSON.stringify(files), nowMs)) as Effect[],
    dispatch: (event, nowMs) =>
      JSON.parse(door.dispatch(JSON.stringify(event), nowMs)) as Effect[],
    view: (nowMs) => JSON.parse(door.view(nowMs)) as View,
    affordablePin,
    lastWords: () => JSON.parse(last_words()) as StorageOperation[],
  };
}

function affordablePin(): PinCost {
  const cheapest = PIN_COSTS.at(-1) ?? { memory_kib: 19_456, passes: 2 };
  const work = ({ memory_kib, passes }: PinCost): number => memory_kib * passes;
  const began = performance.now();
  if (!probe_pin_cost(cheapest.memory_kib, cheapest.passes)) return cheapest;
  const perUnitMs = (performance.now() - began) / work(cheapest);
  return PIN_COSTS.find((cost) => work(cost) * perUnitMs <= LONGEST_TRY_MS) ?? cheapest;
}
