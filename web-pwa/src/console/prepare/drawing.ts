/**
 * A picked file as shapes on a map, before anything is sent. Pure; the server reads the file again.
 *
 * It must never mend a shape: what cannot be drawn is counted, and the coordinator sees it missing.
 */

import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';
import type { Label } from '../../map/board';
import { boxOf, labelPlace, type Box, type LonLat } from '../geometry';

/** Vertices drawn at most: an old laptop draws these in a moment. */
export const MOST_VERTICES = 300_000;

/** Features whose names are written at most: more would hide each other. */
export const MOST_NAMES = 60;

/** A feature as a file has it, of which nothing is known. */
export interface LooseFeature {
  readonly geometry?: { readonly type?: unknown; readonly coordinates?: unknown } | null;
  readonly properties?: Record<string, unknown> | null;
}

/** What of a file can be drawn. */
export interface Drawing {
  readonly features: readonly { geometry: Geometry; properties: Record<string, unknown> }[];
  readonly box: Box | null;
  /** Features without a shape, or with one that cannot be drawn. */
  readonly shapeless: number;
  /** Features left out, for the file is too large to be drawn whole. */
  readonly left: number;
  /** Coordinates are no degrees, as in Lambert-93: nothing is drawn. */
  readonly isProjected: boolean;
}

/** How deep positions lie in the coordinates of each type. */
const DEPTH: Readonly<Record<string, number>> = {
  Point: 0,
  MultiPoint: 1,
  LineString: 1,
  MultiLineString: 2,
  Polygon: 2,
  MultiPolygon: 3,
};

function isPosition(value: unknown): value is Position {
  return (
    Array.isArray(value) && value.length >= 2 && value.every((part) => typeof part === 'number')
  );
}

/** The positions of nested coordinates; nothing where they are not nested as they should be. */
function positionsOf(coordinates: unknown, depth: number): Position[] | null {
  if (depth === 0) return isPosition(coordinates) ? [coordinates] : null;
  if (!Array.isArray(coordinates) || coordinates.length === 0) return null;
  const found: Position[] = [];
  for (const part of coordinates) {
    const inside = positionsOf(part, depth - 1);
    if (inside === null) return null;
    for (const position of inside) found.push(position);
  }
  return found;
}

const inDegrees = ([lon, lat]: Position): boolean =>
  Math.abs(lon ?? NaN) <= 180 && Math.abs(lat ?? NaN) <= 90;

/** What of these features can be drawn. */
export function drawingOf(loose: readonly LooseFeature[]): Drawing {
  const features: { geometry: Geometry; properties: Record<string, unknown> }[] = [];
  const seen: LonLat[] = [];
  let [shapeless, left, isProjected] = [0, 0, false];
  for (const feature of loose) {
    const type = String(feature?.geometry?.type);
    const depth = DEPTH[type];
    const positions =
      depth === undefined ? null : positionsOf(feature.geometry?.coordinates, depth);
    if (positions === null) {
      shapeless += 1;
      continue;
    }
    isProjected ||= !positions.every(inDegrees);
    if (seen.length + positions.length > MOST_VERTICES) {
      left += 1;
      continue;
    }
    for (const position of positions) seen.push(position as LonLat);
    features.push({
      geometry: feature.geometry as Geometry,
      properties: feature.properties ?? {},
    });
  }
  if (isProjected) return { features: [], box: null, shapeless, left: 0, isProjected };
  return { features, box: boxOf(seen), shapeless, left, isProjected };
}

/** The drawing in one colour. */
export function drawnShapes(drawing: Drawing, colour: string, edge: string): FeatureCollection {
  const features = drawing.features.map(({ geometry }): Feature => ({
    type: 'Feature',
    properties: { colour, edge, opacity: 0.2, width: 1.5 },
    geometry,
  }));
  return { type: 'FeatureCollection', features };
}

/** The names of the features by a column, where there are few enough to be read. */
export function drawnNames(drawing: Drawing, column: string): Label[] {
  if (column === '' || drawing.features.length > MOST_NAMES) return [];
  return drawing.features.flatMap(({ geometry, properties }, index): Label[] => {
    const text = properties[column];
    const place = placeOf(geometry);
    if (place === null || text === undefined || text === null || typeof text === 'object') return [];
    return [{ id: String(index), place, text: String(text), beside: geometry.type === 'Point' }];
  });
}

function placeOf(geometry: Geometry): LonLat | null {
  switch (geometry.type) {
    case 'Point':
      return geometry.coordinates as LonLat;
    case 'Polygon':
      return labelPlace([geometry.coordinates as LonLat[][]]);
    case 'MultiPolygon':
      return labelPlace(geometry.coordinates as LonLat[][][]);
    default:
      return null;
  }
}
