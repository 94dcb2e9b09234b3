/**
 * The background map drawn from a PMTiles archive, in the colours of the theme at hand.
 *
 * For: the maps. Letters are the device's own and there are no pictures, so nothing is fetched but
 * ranges of the archive. It must never be asked for another origin.
 */
import { layers, namedFlavor, type Flavor } from '@protomaps/basemaps';
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { FetchSource, FileSource, PMTiles, Protocol, type Source } from 'pmtiles';
import type { MapLibrary } from './library';

/** Colours of a theme that the background map takes. */
export interface BasemapColours {
  readonly ground: string;
  readonly land: string;
  readonly street: string;
  readonly water: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
}

/** An archive: its file on this device, or its address on this server. */
export type Archive = File | string;

/** What a map's style takes to show it. */
export interface Basemap {
  readonly source: SourceSpecification;
  readonly layers: LayerSpecification[];
}

/** A background map to be drawn: its archive, and whom it is credited to. */
export interface Background {
  readonly archive: Archive;
  readonly credit: string;
}

/** The source's name in a style. */
export const BASEMAP = 'basemap';

const LETTERS = 'system-ui, sans-serif';

/** Layers that are nothing without pictures. */
const PICTURES = ['pois', 'roads_shields', 'roads_oneway'];

/** What the map library asks of a protocol; the archive's library leaves the bytes' type open. */
type Action = Parameters<MapLibrary['addProtocol']>[1];

const protocol = new Protocol();
const known = new Set<MapLibrary>();

/** The archive as a source and layers, from below. */
export function basemap(
  library: MapLibrary,
  { archive, credit }: Background,
  colours: BasemapColours,
): Basemap {
  if (!known.has(library)) {
    known.add(library);
    library.addProtocol('pmtiles', protocol.tilev4 as Action);
  }
  const source: Source =
    typeof archive === 'string' ? new FetchSource(archive) : new FileSource(archive);
  protocol.add(new PMTiles(source));
  return {
    source: { type: 'vector', url: `pmtiles://${source.getKey()}`, attribution: credit },
    layers: layers(BASEMAP, flavour(colours), { lang: 'fr' })
      .filter(({ id }) => !PICTURES.includes(id))
      .map(withoutPictures),
  };
}

/** Every road, label and surface of the flavour in the theme's few colours. */
export function flavour(colours: BasemapColours): Flavor {
  const whole: Flavor = { ...namedFlavor('black') };
  delete whole.pois;
  delete whole.landcover;
  const painted = Object.keys(whole).map((name) => [name, colourOf(name, colours)]);
  return { ...(Object.fromEntries(painted) as unknown as Flavor), ...letters };
}

const letters = { regular: LETTERS, bold: LETTERS, italic: LETTERS };

function colourOf(name: string, colours: BasemapColours): string {
  if (name.endsWith('_halo') || name === 'background') return colours.ground;
  if (name === 'city_label' || name === 'roads_label_major') return colours.text;
  if (name.endsWith('_label') || name.startsWith('roads_label')) return colours.muted;
  if (name.includes('_casing')) return colours.land;
  if (name === 'water') return colours.water;
  if (name === 'boundaries' || name === 'railway' || name === 'buildings') return colours.line;
  if (/^(tunnel|bridges|minor|major|highway|link|other|pier|runway)/.test(name)) {
    return colours.street;
  }
  return colours.land;
}

function withoutPictures(layer: LayerSpecification): LayerSpecification {
  if (layer.type !== 'symbol' || layer.layout === undefined) return layer;
  const layout = Object.entries(layer.layout).filter(([name]) => !name.startsWith('icon-'));
  return { ...layer, layout: Object.fromEntries(layout) as typeof layer.layout };
}
