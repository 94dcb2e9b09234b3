/**
 * The public ground of the field map, kept on the tablet: streets, water, landmarks, no person.
 *
 * For: the map and the check-list. Fetched while there is network, read without.
 */
import type { FeatureCollection } from 'geojson';

/** What the field map draws under the sector. */
export interface MapLayers {
  readonly version: string;
  /** West, south, east, north, degrees. */
  readonly bounds: [number, number, number, number] | null;
  readonly layers: Partial<Record<LayerName, FeatureCollection>>;
}

/** Kinds of ground, from the back to the front. */
export type LayerName = 'commune' | 'quartier' | 'water' | 'street' | 'landmark';

const PATH = '/api/map';
const CACHE = 'maraude-map-1';
const LIMIT_MS = 60_000;

/** Layers on the tablet; nothing where none were fetched. */
export async function keptLayers(): Promise<MapLayers | null> {
  try {
    const reply = await (await caches.open(CACHE)).match(PATH);
    return reply ? ((await reply.json()) as MapLayers) : null;
  } catch {
    return null;
  }
}

/** Whether layers are on the tablet, without reading them. */
export async function hasLayers(): Promise<boolean> {
  try {
    return (await (await caches.open(CACHE)).match(PATH)) !== undefined;
  } catch {
    return false;
  }
}

/** Brings the kept layers up to date; tells whether some are on the tablet afterwards. */
export async function refreshLayers(): Promise<boolean> {
  try {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(PATH);
    const tag = kept?.headers.get('etag');
    const reply = await fetch(PATH, {
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      headers: tag ? { 'if-none-match': tag } : {},
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const json = reply.headers.get('content-type')?.startsWith('application/json') ?? false;
    if (reply.ok && json) await cache.put(PATH, reply);
    return kept !== undefined || (reply.ok && json);
  } catch {
    return hasLayers();
  }
}
