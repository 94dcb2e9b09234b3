/**
 * The map a team holds at night: sector, known places, own observations, own position.
 *
 * For: the field's map screen. Its ground, and the background map where there is one, are on
 * the tablet; no tile or letter is ever fetched.
 */
import type { Feature, FeatureCollection } from 'geojson';
import type {
  GeoJSONSource,
  LayerSpecification,
  Map as LibraryMap,
  SymbolLayerSpecification,
} from 'maplibre-gl';
import type { MapLayers } from '../core/tablet.svelte';
import { BASEMAP, type Background } from './basemap';
import { mapLibrary } from './library';
import { groundLayers, groundOverBasemap } from './looks';

/** What stands on the map, besides the ground. */
export interface Shown {
  /** One polygon after the other, rings of longitude and latitude. */
  readonly sector: readonly (readonly (readonly (readonly [number, number])[])[])[];
  readonly dots: readonly Dot[];
  readonly me: { readonly place: readonly [number, number]; readonly accuracyM: number } | null;
}

/** A known place, or an observation. */
export interface Dot {
  readonly place: readonly [number, number];
  readonly kind: 'site' | 'keep-out' | 'entry';
  readonly label: string;
}

/** Colours of the theme at hand. */
export interface FieldColours {
  readonly ground: string;
  readonly land: string;
  readonly street: string;
  readonly water: string;
  readonly line: string;
  readonly text: string;
  readonly accent: string;
  readonly problem: string;
  readonly muted: string;
}

/** What a map shows: its middle and how close it is. */
export interface Camera {
  readonly place: readonly [number, number];
  readonly zoom: number;
}

/** A box of west, south, east, north. */
export type Box = readonly [number, number, number, number];

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
const GROUND = ['commune', 'quartier', 'water', 'street', 'landmark'] as const;
const OWN = ['sector', 'dots', 'me'] as const;
const LETTERS = ['system-ui, sans-serif'];

/** Middle of Montpellier, where nothing else says where to open. */
const EMPTY_CENTRE: [number, number] = [3.8767, 43.6108];
const CLOSEST_ZOOM = 19;
const SECTOR_ZOOM = 16;
const STEP_SHARE = 0.25;

/** A map on the page. */
export class FieldMap {
  private constructor(private readonly map: LibraryMap) {}

  /** Draws it into an element; nothing where the device cannot. */
  static async open(
    container: HTMLElement,
    title: string,
    colours: FieldColours,
    background: Background | null,
  ): Promise<FieldMap | null> {
    const library = await mapLibrary();
    const below = background && (await import('./basemap')).basemap(library, background, colours);
    if (!container.isConnected) return null;
    let map: LibraryMap;
    try {
      map = new library.Map({
        container,
        center: EMPTY_CENTRE,
        zoom: 13,
        maxZoom: CLOSEST_ZOOM,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        fadeDuration: 0,
        style: {
          version: 8,
          sources: {
            ...(below && { [BASEMAP]: below.source }),
            ...Object.fromEntries(
              [...GROUND.map((name) => `ground-${name}`), ...OWN].map((id) => [
                id,
                { type: 'geojson', data: EMPTY },
              ]),
            ),
          },
          layers: [
            ...(below
              ? [...below.layers, ...groundOverBasemap(colours), ...landmarkWords(colours)]
              : [...groundLayers(colours), ...streetWords(colours), ...landmarkWords(colours)]),
            ...ownLayers(colours),
          ],
        },
      });
    } catch {
      return null;
    }
    map.touchZoomRotate.disableRotation();
    map.getCanvas().setAttribute('aria-label', title);
    await new Promise<void>((loaded) => {
      map.once('load', () => loaded());
      map.once('remove', () => loaded());
    });
    return new FieldMap(map);
  }

  /** Lays the ground. */
  ground(layers: MapLayers): void {
    for (const name of GROUND) this.source(`ground-${name}`)?.setData(layers.layers[name] ?? EMPTY);
  }

  /** Shows exactly this. */
  show(shown: Shown): void {
    this.source('sector')?.setData({
      type: 'FeatureCollection',
      features: shown.sector.map((rings) => ({
        type: 'Feature',
        properties: {},
        geometry: {
          type: 'Polygon',
          coordinates: rings.map((ring) => ring.map(([x, y]) => [x, y])),
        },
      })),
    });
    this.source('dots')?.setData({
      type: 'FeatureCollection',
      features: shown.dots.map(({ place, kind, label }) => dot(place, { kind, label })),
    });
    this.source('me')?.setData({
      type: 'FeatureCollection',
      features: shown.me === null ? [] : [dot(shown.me.place, {})],
    });
  }

  /** Moves to a box. */
  fit(box: Box): void {
    this.map.fitBounds([box[0], box[1], box[2], box[3]], {
      padding: 40,
      maxZoom: SECTOR_ZOOM,
      animate: false,
    });
  }

  /** Moves to a place. */
  goTo(place: readonly [number, number], zoom?: number): void {
    this.map.jumpTo({
      center: [place[0], place[1]],
      zoom: Math.max(this.map.getZoom(), zoom ?? 0),
    });
  }

  /** What is shown now. */
  camera(): Camera {
    return { place: this.centre(), zoom: this.map.getZoom() };
  }

  /** Shows it again. */
  look({ place, zoom }: Camera): void {
    this.map.jumpTo({ center: [place[0], place[1]], zoom });
  }

  zoom(step: 1 | -1): void {
    this.map.zoomTo(this.map.getZoom() + step, { animate: false });
  }

  /** Moves by a quarter of the picture: -1, 0 or 1 to the right and down. */
  step(right: number, down: number): void {
    const { clientWidth, clientHeight } = this.map.getContainer();
    this.map.panBy([right * clientWidth * STEP_SHARE, down * clientHeight * STEP_SHARE], {
      animate: false,
    });
  }

  /** Longitude and latitude under the cross. */
  centre(): [number, number] {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  /** Puts a touched place under the cross. */
  followTouches(): void {
    this.map.on('click', ({ lngLat }) => this.map.jumpTo({ center: lngLat }));
  }

  resize(): void {
    this.map.resize();
  }

  close(): void {
    this.map.remove();
  }

  private source(id: string): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(id);
  }
}

function dot(place: readonly [number, number], properties: Record<string, string>): Feature {
  return {
    type: 'Feature',
    properties,
    geometry: { type: 'Point', coordinates: [place[0], place[1]] },
  };
}

/** Names of streets, drawn with the tablet's own letters. */
function streetWords(colours: FieldColours): LayerSpecification[] {
  return [
    {
      id: 'street-name',
      type: 'symbol',
      source: 'ground-street',
      minzoom: 14.5,
      layout: {
        'symbol-placement': 'line',
        'text-field': ['coalesce', ['get', 'name'], ''],
        'text-font': LETTERS,
        'text-size': 13,
      },
      paint: wordPaint(colours),
    },
  ];
}

/** Names of landmarks, as teams call them. */
function landmarkWords(colours: FieldColours): LayerSpecification[] {
  return [
    {
      id: 'landmark-name',
      type: 'symbol',
      source: 'ground-landmark',
      minzoom: 14,
      layout: {
        'text-field': ['coalesce', ['get', 'name'], ''],
        'text-font': LETTERS,
        'text-size': 14,
      },
      paint: wordPaint(colours),
    },
  ];
}

function wordPaint(colours: FieldColours): SymbolLayerSpecification['paint'] {
  return {
    'text-color': colours.muted,
    'text-halo-color': colours.ground,
    'text-halo-width': 1.5,
  };
}

function ownLayers(colours: FieldColours): LayerSpecification[] {
  return [
    {
      id: 'sector-line',
      type: 'line',
      source: 'sector',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colours.accent, 'line-width': 4, 'line-dasharray': [3, 1.5] },
    },
    {
      id: 'dots',
      type: 'circle',
      source: 'dots',
      paint: {
        'circle-radius': ['match', ['get', 'kind'], 'entry', 8, 12],
        'circle-color': ['match', ['get', 'kind'], 'entry', colours.accent, colours.ground],
        'circle-stroke-color': ['match', ['get', 'kind'], 'keep-out', colours.problem, colours.accent],
        'circle-stroke-width': ['match', ['get', 'kind'], 'entry', 2, 4],
      },
    },
    {
      id: 'dots-name',
      type: 'symbol',
      source: 'dots',
      layout: {
        'text-field': ['get', 'label'],
        'text-font': LETTERS,
        'text-size': 16,
        'text-variable-anchor': ['top', 'bottom', 'left', 'right'],
        'text-radial-offset': 1,
        'text-optional': true,
      },
      paint: {
        'text-color': colours.text,
        'text-halo-color': colours.ground,
        'text-halo-width': 2,
      },
    },
    {
      id: 'me-ring',
      type: 'circle',
      source: 'me',
      paint: {
        'circle-radius': 16,
        'circle-color': colours.text,
        'circle-opacity': 0.25,
      },
    },
    {
      id: 'me',
      type: 'circle',
      source: 'me',
      paint: {
        'circle-radius': 8,
        'circle-color': colours.text,
        'circle-stroke-color': colours.ground,
        'circle-stroke-width': 3,
      },
    },
  ];
}
