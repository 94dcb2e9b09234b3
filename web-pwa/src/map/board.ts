/**
 * A map that shows the shapes it is given, and tells where it was clicked.
 *
 * For: the console. It knows no domain word: colours come with the shapes. The ground below them
 * (communes, streets, water) is what the server has imported, over the background map that the
 * city supplied, where it did; nothing is ever fetched from elsewhere.
 */

import type { FeatureCollection } from 'geojson';
import type { GeoJSONSource, Map as LibraryMap, Marker, MarkerOptions } from 'maplibre-gl';
import { BASEMAP, type Background, type BasemapColours } from './basemap';
import { mapLibrary, type MapLibrary } from './library';
import { GROUND_KINDS, groundLayers, groundOverBasemap, layerOf } from './looks';
import type { Look, Sheet } from './looks';

export type { Background, BasemapColours, Look, Sheet };

/** A word on the map. */
export interface Label {
  readonly id: string;
  readonly place: readonly [number, number];
  readonly text: string;
  /** Beside its place, so that a dot there stays seen. */
  readonly beside?: boolean;
}

/** Imported layers by kind, as the server gives them. */
export type Ground = Readonly<Record<string, FeatureCollection | undefined>>;

/** Longitude and latitude of the middle of Montpellier: where a map without shapes opens. */
const EMPTY_CENTRE: [number, number] = [3.8767, 43.6108];

/** To the right of a dot. */
const BESIDE = { anchor: 'left', offset: [9, 0] } satisfies MarkerOptions;

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** A map on the page. */
export class Board {
  readonly #labels = new Map<string, Marker>();
  readonly #library: MapLibrary;
  readonly #map: LibraryMap;

  private constructor(library: MapLibrary, map: LibraryMap) {
    this.#library = library;
    this.#map = map;
  }

  /** Draws the map into an element; nothing where the device cannot. */
  static async open(
    container: HTMLElement,
    title: string,
    colours: BasemapColours,
    background: Background | null,
  ): Promise<Board | null> {
    const library = await mapLibrary();
    const below = background && (await import('./basemap')).basemap(library, background, colours);
    if (!container.isConnected) return null;
    let map: LibraryMap;
    try {
      map = new library.Map({
        container,
        center: EMPTY_CENTRE,
        zoom: 11.5,
        maxZoom: 19,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        fadeDuration: 0,
        style: {
          version: 8,
          sources: {
            ...(below && { [BASEMAP]: below.source }),
            ...Object.fromEntries(
              GROUND_KINDS.map((kind) => [`ground-${kind}`, { type: 'geojson', data: EMPTY }]),
            ),
          },
          layers: below
            ? [...below.layers, ...groundOverBasemap(colours)]
            : groundLayers(colours),
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
    return new Board(library, map);
  }

  /** Lays the imported ground below the shapes. */
  ground(layers: Ground): void {
    for (const kind of GROUND_KINDS) {
      this.#source(`ground-${kind}`)?.setData(layers[kind] ?? EMPTY);
    }
  }

  /** Shows a sheet, over those shown before it the first time. */
  show(sheet: Sheet): void {
    const source = this.#source(sheet.id);
    if (source !== undefined) {
      source.setData(sheet.features);
      return;
    }
    this.#map.addSource(sheet.id, { type: 'geojson', data: sheet.features });
    for (const look of sheet.looks) this.#map.addLayer(layerOf(sheet.id, look));
  }

  /** Shows exactly these words. */
  label(labels: readonly Label[]): void {
    const wanted = new Set(labels.map((label) => label.id));
    for (const [id, marker] of this.#labels) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.#labels.delete(id);
    }
    for (const label of labels) {
      const marker = this.#labels.get(label.id) ?? this.#newLabel(label);
      marker.getElement().textContent = label.text;
      marker.setLngLat([label.place[0], label.place[1]]);
    }
  }

  /** Moves to a box of west, south, east, north. */
  fit(box: readonly [number, number, number, number], atMostZoom: number): void {
    this.#map.fitBounds([box[0], box[1], box[2], box[3]], {
      padding: 36,
      maxZoom: atMostZoom,
      animate: false,
    });
  }

  zoom(step: 1 | -1): void {
    this.#map.zoomTo(this.#map.getZoom() + step, { animate: false });
  }

  resize(): void {
    this.#map.resize();
  }

  /** Calls back with longitude and latitude of each click. */
  onPick(pick: (place: [number, number]) => void): void {
    this.#map.getCanvas().style.cursor = 'crosshair';
    this.#map.on('click', (event) => pick([event.lngLat.lng, event.lngLat.lat]));
  }

  /** Calls back with the `id` of the feature of a sheet that was clicked. */
  onFeature(sheet: string, look: Look, act: (id: string) => void): void {
    const layer = `${sheet}-${look}`;
    this.#map.on('click', layer, (event) => {
      const id: unknown = event.features?.[0]?.properties['id'];
      if (typeof id === 'string') act(id);
    });
    this.#map.on('mouseenter', layer, () => {
      this.#map.getCanvas().style.cursor = 'pointer';
    });
    this.#map.on('mouseleave', layer, () => {
      this.#map.getCanvas().style.cursor = '';
    });
  }

  close(): void {
    this.#labels.clear();
    this.#map.remove();
  }

  #source(id: string): GeoJSONSource | undefined {
    return this.#map.getSource(id) as GeoJSONSource | undefined;
  }

  #newLabel(label: Label): Marker {
    const element = document.createElement('div');
    element.className = 'map-label';
    const marker = new this.#library.Marker({ element, ...(label.beside ? BESIDE : {}) })
      .setLngLat([label.place[0], label.place[1]])
      .addTo(this.#map);
    // The library calls every marker a button; these are words beside a table that says the same.
    for (const name of ['role', 'aria-label', 'tabindex']) element.removeAttribute(name);
    element.setAttribute('aria-hidden', 'true');
    this.#labels.set(label.id, marker);
    return marker;
  }
}
