/**
 * The worker that searches the places kept on the tablet.
 *
 * For: `places`, which starts it at the first search. It reads the kept squares once.
 */
import { keptCells } from '../platform/gazetteer-cells';
import init, { PlaceIndex } from './pkg-gazetteer/maraude_gazetteer_wasm.js';
import wasmUrl from './pkg-gazetteer/maraude_gazetteer_wasm_bg.wasm?url';
import type { FromPlaces, PlaceFound, ToPlaces } from './places-message';

/** Candidates shown: more would not fit above a keyboard. */
const SHOWN = 5;

const index: Promise<PlaceIndex | null> = (async () => {
  const cells = await keptCells();
  if (cells.length === 0) return null;
  await init({ module_or_path: wasmUrl });
  return new PlaceIndex(cells);
})().catch(() => null);

self.addEventListener('message', ({ data }: MessageEvent<ToPlaces>) => {
  void index.then((places) => {
    const { longitude, latitude } = data.near ?? { longitude: NaN, latitude: NaN };
    const found = places
      ? (JSON.parse(places.search(data.text, longitude, latitude, SHOWN)) as PlaceFound[])
      : null;
    self.postMessage({ number: data.number, found } satisfies FromPlaces);
  });
});
