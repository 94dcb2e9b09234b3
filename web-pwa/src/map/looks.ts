/**
 * How shapes and the ground below them are drawn, as the map library's layers. Pure; `board` calls
 * it.
 */

import type { FeatureCollection } from 'geojson';
import type { LayerSpecification } from 'maplibre-gl';

/** How shapes are drawn. */
export type Look = 'fill' | 'line' | 'dash' | 'dot';

/** Shapes drawn alike. Each feature may carry `colour`, `opacity`, `width`, `radius`, `edge`. */
export interface Sheet {
  readonly id: string;
  readonly features: FeatureCollection;
  /** From below. */
  readonly looks: readonly Look[];
}

/** Colours of the ground below the shapes. */
export interface GroundColours {
  readonly ground: string;
  readonly land: string;
  readonly street: string;
  readonly water: string;
  readonly line: string;
}

/** Kinds of imported layers that are drawn as ground. */
export const GROUND_KINDS = ['commune', 'water', 'street'] as const;

/** Where a feature names no colour. */
const NO_COLOUR = '#999999';

/** The library's layer for one look of a sheet. */
export function layerOf(sheet: string, look: Look): LayerSpecification {
  const id = `${sheet}-${look}`;
  if (look === 'fill') {
    return {
      id,
      type: 'fill',
      source: sheet,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: {
        'fill-color': ['coalesce', ['get', 'colour'], NO_COLOUR],
        'fill-opacity': ['coalesce', ['get', 'opacity'], 0.25],
      },
    };
  }
  if (look === 'dot') {
    return {
      id,
      type: 'circle',
      source: sheet,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-color': ['coalesce', ['get', 'colour'], NO_COLOUR],
        'circle-radius': ['coalesce', ['get', 'radius'], 5],
        'circle-stroke-color': ['coalesce', ['get', 'edge'], '#000000'],
        'circle-stroke-width': 1.5,
      },
    };
  }
  return {
    id,
    type: 'line',
    source: sheet,
    filter: ['!=', ['geometry-type'], 'Point'],
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': ['coalesce', ['get', 'colour'], NO_COLOUR],
      'line-width': ['coalesce', ['get', 'width'], 2],
      ...(look === 'dash' ? { 'line-dasharray': [2, 2] } : {}),
    },
  };
}

/** Ground that a background map shows better: it is not drawn over it. */
const SHOWN_BY_BASEMAP = ['below', 'commune-fill', 'water-fill', 'water-line', 'street-line'];

/** The ground's layers that are drawn over a background map. */
export function groundOverBasemap(colours: GroundColours): LayerSpecification[] {
  return groundLayers(colours).filter(({ id }) => !SHOWN_BY_BASEMAP.includes(id));
}

/** The library's layers for the ground, from below. */
export function groundLayers(colours: GroundColours): LayerSpecification[] {
  const polygons: ['==', ['geometry-type'], 'Polygon'] = ['==', ['geometry-type'], 'Polygon'];
  return [
    { id: 'below', type: 'background', paint: { 'background-color': colours.ground } },
    {
      id: 'commune-fill',
      type: 'fill',
      source: 'ground-commune',
      filter: polygons,
      paint: { 'fill-color': colours.land },
    },
    {
      id: 'water-fill',
      type: 'fill',
      source: 'ground-water',
      filter: polygons,
      paint: { 'fill-color': colours.water },
    },
    {
      id: 'water-line',
      type: 'line',
      source: 'ground-water',
      paint: { 'line-color': colours.water, 'line-width': 1.5 },
    },
    {
      id: 'street-line',
      type: 'line',
      source: 'ground-street',
      minzoom: 11.5,
      paint: {
        'line-color': colours.street,
        'line-width': ['interpolate', ['linear'], ['zoom'], 12, 0.4, 16, 2.5],
      },
    },
    {
      id: 'commune-line',
      type: 'line',
      source: 'ground-commune',
      paint: { 'line-color': colours.line, 'line-width': 1.2 },
    },
  ];
}
