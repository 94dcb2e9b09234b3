/**
 * Ground drawn on the map: vertices to polygons, text to vertices, circles, bounds. Pure; the
 * sector and place editors and the maps call it. The server judges every shape again.
 */

/** `[longitude, latitude]`, degrees. */
export type LonLat = [number, number];

/** A sector's ground: polygons of rings. */
export type Polygons = LonLat[][][];

/** Mean radius of the Earth, metres (IUGG 1980). */
const EARTH_RADIUS_M = 6_371_008.8;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Why a drawn ring is no sector. */
export type RingFault = 'too-few-vertices' | 'crosses-itself' | 'no-surface';

function side(a: LonLat, b: LonLat, c: LonLat): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function cross(a: LonLat, b: LonLat, c: LonLat, d: LonLat): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** What is wrong with a ring of vertices (first one not repeated), if anything. */
export function ringFault(vertices: readonly LonLat[]): RingFault | null {
  const count = vertices.length;
  if (count < 3) return 'too-few-vertices';
  const vertex = (index: number): LonLat => vertices[index % count] as LonLat;
  for (let i = 0; i < count; i += 1) {
    for (let j = i + 2; j < count; j += 1) {
      const neighbours = i === 0 && j === count - 1;
      if (!neighbours && cross(vertex(i), vertex(i + 1), vertex(j), vertex(j + 1))) {
        return 'crosses-itself';
      }
    }
  }
  return surfaceM2(vertices) < 1 ? 'no-surface' : null;
}

/** Surface of a ring, square metres, on a plane through its first vertex. */
export function surfaceM2(vertices: readonly LonLat[]): number {
  const origin = vertices[0];
  if (origin === undefined) return 0;
  const scale = Math.cos(radians(origin[1])) * EARTH_RADIUS_M ** 2 * radians(1) ** 2;
  let twice = 0;
  vertices.forEach((from, index) => {
    const to = vertices[(index + 1) % vertices.length] as LonLat;
    twice +=
      (from[0] - origin[0]) * (to[1] - origin[1]) - (to[0] - origin[0]) * (from[1] - origin[1]);
  });
  return Math.abs((twice / 2) * scale);
}

/** A closed, anticlockwise polygon (RFC 7946, 3.1.6) from its vertices. */
export function closedPolygon(vertices: readonly LonLat[]): LonLat[][] {
  const first = vertices[0];
  if (first === undefined) return [];
  let twice = 0;
  vertices.forEach((from, index) => {
    const to = vertices[(index + 1) % vertices.length] as LonLat;
    twice += from[0] * to[1] - to[0] * from[1];
  });
  const ordered = twice < 0 ? [...vertices].reverse() : [...vertices];
  const start = ordered[0] as LonLat;
  return [[...ordered, [start[0], start[1]]]];
}

/** The vertices of a sector of one polygon without holes; nothing for other shapes. */
export function editableVertices(polygons: Polygons): LonLat[] | null {
  const ring = polygons[0]?.[0];
  if (polygons.length !== 1 || polygons[0]?.length !== 1 || ring === undefined) return null;
  return ring.slice(0, -1).map(([longitude, latitude]) => [longitude, latitude]);
}

/** Vertices written one per line, `longitude latitude`, seven decimals at most. */
export function writeVertices(vertices: readonly LonLat[]): string {
  return vertices.map(([lon, lat]) => `${roundDegrees(lon)} ${roundDegrees(lat)}`).join('\n');
}

/** Degrees to seven decimals, about a centimetre. */
export function roundDegrees(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}

/** Two numbers apart by a space or semicolon, with a decimal point or comma. */
const SPACED = /^([-+]?\d+(?:[.,]\d+)?)(?:\s*;\s*|,?\s+)([-+]?\d+(?:[.,]\d+)?)$/;

/** Two numbers with decimal points, apart by a comma alone. */
const COMMA = /^([-+]?\d+(?:\.\d+)?),([-+]?\d+(?:\.\d+)?)$/;

/** Reads one `longitude latitude`, in degrees; nothing where there is none. */
export function readLonLat(text: string): LonLat | null {
  const found = COMMA.exec(text.trim()) ?? SPACED.exec(text.trim());
  if (found === null) return null;
  const [lon, lat] = [found[1], found[2]].map((part) => Number((part ?? '').replace(',', '.')));
  if (lon === undefined || lat === undefined) return null;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
}

/** Reads vertices written one per line; the numbers of the lines that are none. */
export function readVertices(text: string): { vertices: LonLat[]; faulty: number[] } {
  const vertices: LonLat[] = [];
  const faulty: number[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const vertex = readLonLat(line);
    if (vertex === null) faulty.push(index + 1);
    else vertices.push(vertex);
  });
  const [first, last] = [vertices[0], vertices[vertices.length - 1]];
  const closed = first && last && first[0] === last[0] && first[1] === last[1];
  if (closed && vertices.length > 3) vertices.pop();
  return { vertices, faulty };
}

/** A circle on the ground as a ring of 48 sides, for the radius of a position. */
export function circle(centre: LonLat, radiusM: number): LonLat[] {
  const ring: LonLat[] = [];
  const degreesNorth = (radiusM / EARTH_RADIUS_M) * (180 / Math.PI);
  const degreesEast = degreesNorth / Math.max(Math.cos(radians(centre[1])), 1e-6);
  for (let step = 0; step <= 48; step += 1) {
    const angle = (step / 48) * 2 * Math.PI;
    ring.push([
      centre[0] + degreesEast * Math.cos(angle),
      centre[1] + degreesNorth * Math.sin(angle),
    ]);
  }
  return ring;
}

/** West, south, east, north; nothing where there is no vertex. */
export type Box = [number, number, number, number];

/** The smallest box that holds all vertices. */
export function boxOf(vertices: Iterable<readonly [number, number]>): Box | null {
  let box: Box | null = null;
  for (const [lon, lat] of vertices) {
    box = box === null
      ? [lon, lat, lon, lat]
      : [
          Math.min(box[0], lon),
          Math.min(box[1], lat),
          Math.max(box[2], lon),
          Math.max(box[3], lat),
        ];
  }
  return box;
}

/** The middle of the largest ring's box: where a sector's code is written. */
export function labelPlace(polygons: readonly (readonly (readonly LonLat[])[])[]): LonLat | null {
  let best: { box: Box; size: number } | null = null;
  for (const polygon of polygons) {
    const box = boxOf(polygon[0] ?? []);
    if (box === null) continue;
    const size = (box[2] - box[0]) * (box[3] - box[1]);
    if (best === null || size > best.size) best = { box, size };
  }
  if (best === null) return null;
  return [(best.box[0] + best.box[2]) / 2, (best.box[1] + best.box[3]) / 2];
}
