/**
 * The nearest named thing of the map, to tell somebody on the phone.
 *
 * For: *Urgence*. Reads the layers kept on the tablet; asks no network.
 */
import type { Position as Pair } from 'geojson';
import type { MapLayers } from '../core/tablet.svelte';

/** Metres in a degree of latitude. */
const METRES_PER_DEGREE = 111_320;

interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** Its name, where something named lies within the distance. */
export function nearestName(layers: MapLayers, from: Place, withinM: number): string | null {
  let best: string | null = null;
  let bestM = withinM;
  for (const layer of ['street', 'landmark'] as const) {
    for (const feature of layers.layers[layer]?.features ?? []) {
      const name: unknown = feature.properties?.['name'];
      if (typeof name !== 'string' || name === '') continue;
      const distanceM = distanceTo(feature.geometry, from);
      if (distanceM < bestM) {
        bestM = distanceM;
        best = name;
      }
    }
  }
  return best;
}

type Geometry = NonNullable<MapLayers['layers']['street']>['features'][number]['geometry'];

function distanceTo(geometry: Geometry, from: Place): number {
  switch (geometry.type) {
    case 'Point':
      return alongM([geometry.coordinates], from);
    case 'LineString':
      return alongM(geometry.coordinates, from);
    case 'MultiLineString':
    case 'Polygon':
      return Math.min(...geometry.coordinates.map((line) => alongM(line, from)));
    case 'MultiPolygon':
      return Math.min(...geometry.coordinates.flat().map((line) => alongM(line, from)));
    default:
      return Infinity;
  }
}

/** Metres between a place and a broken line, flat around the place. */
export function alongM(line: readonly Pair[], from: Place): number {
  const stretch = Math.cos((from.latitude * Math.PI) / 180);
  const flat = line.map(([longitude = 0, latitude = 0]) => ({
    x: (longitude - from.longitude) * stretch * METRES_PER_DEGREE,
    y: (latitude - from.latitude) * METRES_PER_DEGREE,
  }));
  const first = flat[0];
  if (!first) return Infinity;
  let best = Math.hypot(first.x, first.y);
  for (let at = 1; at < flat.length; at += 1) {
    const a = flat[at - 1];
    const b = flat[at];
    if (!a || !b) continue;
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const length = dx * dx + dy * dy;
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(a.x * dx + a.y * dy) / length));
    best = Math.min(best, Math.hypot(a.x + share * dx, a.y + share * dy));
  }
  return best;
}

/** Metres between two places, for distances within a city. */
export function distanceM(one: Place, other: Place): number {
  return alongM([[other.longitude, other.latitude]], one);
}
