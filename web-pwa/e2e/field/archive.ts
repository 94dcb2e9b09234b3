/**
 * A PMTiles archive of an invented map: ground, water, streets with names.
 *
 * For: the tests of the background map. Written plain, so that a test can look into it.
 */
import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { Feature, Position } from 'geojson';
import { zxyToTileId } from 'pmtiles';

interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

interface Layer {
  readonly name: string;
  readonly features: Feature[];
}

const ZOOM = 12;
const HEADER_BYTES = 127;
/** Half the side of the map, degrees. */
const REACH = 0.05;
/** Between two streets, degrees. */
const STEP = 0.002;
const BY_ANGLE = 10_000_000;

/** The archive's bytes, its map around a place. */
export function inventedArchive(around: Place, credit: string): Uint8Array {
  const tiles = cut(invented(around), around);
  const metadata = new TextEncoder().encode(JSON.stringify({ attribution: credit }));
  const directory = Uint8Array.from(directoryOf(tiles));
  const data = tiles.flatMap(({ bytes }) => Array.from(bytes));
  const rootAt = HEADER_BYTES;
  const metadataAt = rootAt + directory.length;
  const dataAt = metadataAt + metadata.length;
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  'PMTiles'.split('').forEach((letter, at) => header.setUint8(at, letter.charCodeAt(0)));
  header.setUint8(7, 3);
  const parts = [rootAt, directory.length, metadataAt, metadata.length, dataAt, 0, dataAt];
  const counts = [data.length, tiles.length, tiles.length, tiles.length];
  [...parts, ...counts].forEach((value, at) => header.setBigUint64(8 + 8 * at, BigInt(value), true));
  const [clustered, plain, vector] = [1, 1, 1];
  [clustered, plain, plain, vector, ZOOM, ZOOM].forEach((value, at) =>
    header.setUint8(96 + at, value),
  );
  const { longitude, latitude } = around;
  [longitude - REACH, latitude - REACH, longitude + REACH, latitude + REACH].forEach((value, at) =>
    header.setInt32(102 + 4 * at, Math.round(value * BY_ANGLE), true),
  );
  return Uint8Array.from([...new Uint8Array(header.buffer), ...directory, ...metadata, ...data]);
}

function invented({ longitude: x, latitude: y }: Place): Layer[] {
  const whole = [x - REACH, y - REACH, x + REACH, y + REACH] as const;
  const lines: Feature[] = [];
  for (let at = -REACH; at <= REACH; at += STEP) {
    const number = Math.round((at + REACH) / STEP);
    const kind = number % 5 === 0 ? 'major_road' : 'minor_road';
    lines.push(street(`Rue Inventée ${number}`, kind, [x + at, whole[1]], [x + at, whole[3]]));
    lines.push(street(`Allée Imaginée ${number}`, kind, [whole[0], y + at], [whole[2], y + at]));
  }
  return [
    { name: 'earth', features: [surface(...whole)] },
    { name: 'water', features: [surface(x + 0.006, y - REACH, x + 0.009, y + REACH)] },
    { name: 'roads', features: lines },
  ];
}

function street(name: string, kind: string, from: Position, to: Position): Feature {
  const properties = { name, kind, kind_detail: 'residential', min_zoom: 12 };
  return { type: 'Feature', properties, geometry: { type: 'LineString', coordinates: [from, to] } };
}

function surface(west: number, south: number, east: number, north: number): Feature {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const properties = { kind: 'earth' };
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } };
}

interface Tile {
  readonly id: number;
  readonly bytes: Uint8Array;
}

function cut(layers: readonly Layer[], { longitude, latitude }: Place): Tile[] {
  const indexes = layers.map(({ name, features }) => {
    const data = { type: 'FeatureCollection' as const, features };
    return [name, new GeoJSONVT(data, { maxZoom: ZOOM, indexMaxZoom: ZOOM })] as const;
  });
  const column = (degrees: number): number => Math.floor(((degrees + 180) / 360) * 2 ** ZOOM);
  const row = (degrees: number): number => {
    const mercator = Math.asinh(Math.tan((degrees * Math.PI) / 180)) / Math.PI;
    return Math.floor(((1 - mercator) / 2) * 2 ** ZOOM);
  };
  const found: Tile[] = [];
  for (let x = column(longitude - REACH); x <= column(longitude + REACH); x += 1) {
    for (let y = row(latitude + REACH); y <= row(latitude - REACH); y += 1) {
      const held = indexes.flatMap(([name, index]) => {
        const tile = index.getTile(ZOOM, x, y);
        return tile ? [[name, tile] as const] : [];
      });
      if (held.length === 0) continue;
      const bytes = fromGeojsonVt(Object.fromEntries(held), { version: 2, extent: 4096 });
      found.push({ id: zxyToTileId(ZOOM, x, y), bytes });
    }
  }
  return found.sort((a, b) => a.id - b.id);
}

/** PMTiles 3, section 4.2: differences of numbers, run lengths, lengths, offsets. */
function directoryOf(tiles: readonly Tile[]): number[] {
  const out = [...varint(tiles.length)];
  let last = 0;
  for (const { id } of tiles) {
    out.push(...varint(id - last));
    last = id;
  }
  for (const _ of tiles) out.push(...varint(1));
  for (const { bytes } of tiles) out.push(...varint(bytes.length));
  // The first lies at nought, written as one more; the others behind the one before: nought.
  tiles.forEach((_, at) => out.push(...varint(at === 0 ? 1 : 0)));
  return out;
}

function varint(value: number): number[] {
  const out: number[] = [];
  let left = value;
  while (left >= 0x80) {
    out.push((left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  return [...out, left];
}
