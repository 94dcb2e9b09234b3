/**
 * Domain values as shapes for the map. Pure but for the colours, which the caller gives.
 */

import type { Feature, FeatureCollection } from 'geojson';
import type { Dot, SectorEntry, SiteEntry } from '../../core/generated/console';
import { boxOf, circle, labelPlace, type Box, type LonLat } from '../geometry';

/** Features as a collection. */
export function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

/** Colour and strength of a surface. */
export interface Paint {
  readonly colour: string;
  readonly opacity: number;
}

/** Sectors as surfaces. */
export function sectorShapes(
  sectors: readonly SectorEntry[],
  paint: (sector: SectorEntry) => Paint,
): FeatureCollection {
  return collection(
    sectors.map((sector) => ({
      type: 'Feature',
      properties: { id: sector.id, ...paint(sector) },
      geometry: { type: 'MultiPolygon', coordinates: sector.polygons },
    })),
  );
}

/** Words for sectors: each at the middle of its ground. */
export function sectorLabels(
  sectors: readonly SectorEntry[],
  text: (sector: SectorEntry) => string,
): { id: string; place: LonLat; text: string }[] {
  return sectors.flatMap((sector) => {
    const place = labelPlace(sector.polygons);
    return place === null ? [] : [{ id: sector.id, place, text: text(sector) }];
  });
}

/** The box of all sectors. */
export function sectorsBox(sectors: readonly SectorEntry[]): Box | null {
  return boxOf(sectors.flatMap((sector) => sector.polygons.flat(2)));
}

/** Observations as dots; a larger dot for more people. */
export function dotShapes(
  dots: readonly Dot[],
  colour: (unit: string) => string,
  edge: string,
): FeatureCollection {
  return collection(
    dots.map((dot) => ({
      type: 'Feature',
      properties: {
        id: dot.id,
        colour: colour(dot.unit),
        edge,
        radius: Math.min(4 + Math.sqrt(dot.people) * 1.5, 14),
      },
      geometry: { type: 'Point', coordinates: [dot.longitude, dot.latitude] },
    })),
  );
}

/** Known places as dots. */
export function siteShapes(
  sites: readonly SiteEntry[],
  colour: (kind: string) => string,
  edge: string,
): FeatureCollection {
  return collection(
    sites.map((site) => ({
      type: 'Feature',
      properties: { id: site.id, colour: colour(site.kind), edge, radius: 7 },
      geometry: { type: 'Point', coordinates: [site.longitude, site.latitude] },
    })),
  );
}

/** Positions as dots, each in the circle of its accuracy. */
export function positionShapes(
  positions: readonly { place: LonLat; accuracyM: number | null; colour: string }[],
): FeatureCollection {
  const rings: Feature[] = positions.flatMap(({ place, accuracyM, colour }) =>
    accuracyM === null
      ? []
      : [
          {
            type: 'Feature',
            properties: { colour, opacity: 0.16, width: 2 },
            geometry: { type: 'Polygon', coordinates: [circle(place, Math.max(accuracyM, 1))] },
          },
        ],
  );
  const dots: Feature[] = positions.map(({ place, colour }) => ({
    type: 'Feature',
    properties: { colour, radius: 6 },
    geometry: { type: 'Point', coordinates: place },
  }));
  return collection([...rings, ...dots]);
}

/** The box of positions and their circles. */
export function positionsBox(
  positions: readonly { place: LonLat; accuracyM: number | null }[],
): Box | null {
  return boxOf(
    positions.flatMap(({ place, accuracyM }) => circle(place, Math.max(accuracyM ?? 0, 15))),
  );
}

/** A ring being drawn: its vertices, its outline, and its ground once it has three vertices. */
export function drawingShapes(vertices: readonly LonLat[], colour: string): FeatureCollection {
  const features: Feature[] = vertices.map((vertex) => ({
    type: 'Feature',
    properties: { colour, radius: 5 },
    geometry: { type: 'Point', coordinates: vertex },
  }));
  const first = vertices[0];
  if (first !== undefined && vertices.length >= 3) {
    features.unshift({
      type: 'Feature',
      properties: { colour, opacity: 0.25 },
      geometry: { type: 'Polygon', coordinates: [[...vertices, first]] },
    });
  } else if (vertices.length === 2) {
    features.unshift({
      type: 'Feature',
      properties: { colour },
      geometry: { type: 'LineString', coordinates: [...vertices] },
    });
  }
  return collection(features);
}
