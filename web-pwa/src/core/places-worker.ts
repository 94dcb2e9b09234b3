/**
 * The worker that searches the places kept on the tablet.
 *
 * For: `places`, which starts it at the first search. It reads the kept squares once.
 */
import { keptCells } from '../platform/gazetteer-cells';
import init, { PlaceIndex } from './pkg-gazetteer/maraude_gazetteer_wasm.js';
import wasmUrl from './pkg-gazetteer/maraude_gazetteer_wasm_bg.wasm?url';
import type { FromPlaces, ToPlaces } from './places-message';

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
    const found = places ? (JSON.parse(answer(places, data)) as unknown[]) : null;
    self.postMessage({ number: data.number, found } satisfies FromPlaces);
  });
});

function answer(places: PlaceIndex, asked: ToPlaces): string {
  if ('polygons' in asked) return places.streets(JSON.stringify(asked.polygons));
  const { longitude, latitude } = asked.near ?? { longitude: NaN, latitude: NaN };
  return places.search(asked.text, longitude, latitude, SHOWN);
}
