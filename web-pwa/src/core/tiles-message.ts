/** What the page and the worker that brings the background map tell each other. */
import type { TilesEnd } from '../platform/map-tiles';

/** From the worker: how far it is, then how it ended. */
export type FromTiles =
  | { readonly bytes: number; readonly of: number }
  | { readonly end: TilesEnd };
