/**
 * The worker that brings the background map: only workers may write files as they come.
 *
 * For: `tiles`, which starts it and hears its end.
 */
import { bringTiles } from '../platform/map-tiles';
import type { FromTiles } from './tiles-message';

const tell = (message: FromTiles): void => self.postMessage(message);

void bringTiles((bytes, of) => tell({ bytes, of })).then((end) => tell({ end }));
