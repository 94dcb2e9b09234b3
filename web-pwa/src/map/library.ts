/**
 * The map library, loaded when the first map opens, with its worker from this origin.
 *
 * For: every map of the app. Without its worker's address the library draws nothing and says
 * nothing, so nobody else may import it but as types.
 */

import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import 'maplibre-gl/dist/maplibre-gl.css';

/** The library's module. */
export type MapLibrary = typeof import('maplibre-gl');

let loading: Promise<MapLibrary> | null = null;

/** The library, the same for all maps. */
export function mapLibrary(): Promise<MapLibrary> {
  loading ??= import('maplibre-gl').then((library) => {
    library.setWorkerUrl(workerUrl);
    return library;
  });
  return loading;
}
