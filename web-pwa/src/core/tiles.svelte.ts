/**
 * The background map: whether the tablet has it, how far it has come, and its bytes for the map.
 *
 * For: *Avant de partir* and the maps. Nothing of it says where anybody is.
 */
import { keptTiles, toldTiles, type KeptTiles, type TilesEnd } from '../platform/map-tiles';
import type { FromTiles } from './tiles-message';

export type { KeptTiles } from '../platform/map-tiles';

/** How the background map stands. */
export interface TilesState {
  /** The whole archive is on this tablet, and is the server's as far as is known. */
  here: boolean;
  /** Length of what the server has and the tablet has not; 0 where there is nothing to bring. */
  wantingBytes: number;
  /** Per cent brought, while it comes. */
  percent: number | null;
  /** How the last try ended, where it did not bring it. */
  trouble: Exclude<TilesEnd, 'here' | 'none'> | null;
}

const state: TilesState = $state({ here: false, wantingBytes: 0, percent: null, trouble: null });

/** The state at hand. */
export const tiles: Readonly<TilesState> = state;

/** Looks at the tablet, and at the server where it is in reach. */
export async function lookAtTiles(): Promise<void> {
  const kept = await keptTiles();
  const told = navigator.onLine ? await toldTiles() : null;
  state.here = kept !== null;
  state.wantingBytes = told !== null && told.version !== kept?.version ? told.size_bytes : 0;
}

/** Brings the archive; what an earlier try brought is not brought again. */
export function bringTiles(): void {
  if (state.percent !== null) return;
  state.percent = 0;
  state.trouble = null;
  const worker = new Worker(new URL('./tiles-worker.ts', import.meta.url), { type: 'module' });
  const over = (end: TilesEnd): void => {
    worker.terminate();
    state.percent = null;
    state.trouble = end === 'here' || end === 'none' ? null : end;
    void lookAtTiles();
  };
  worker.addEventListener('message', ({ data }: MessageEvent<FromTiles>) => {
    if ('end' in data) over(data.end);
    else state.percent = Math.floor((100 * data.bytes) / data.of);
  });
  worker.addEventListener('error', () => over('impossible'));
}

/** The archive on this tablet. */
export function mapTiles(): Promise<KeptTiles | null> {
  return keptTiles();
}
