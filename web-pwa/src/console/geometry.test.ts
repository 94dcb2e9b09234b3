import { describe, expect, it } from 'vitest';
import {
  boxOf,
  circle,
  closedPolygon,
  editableVertices,
  labelPlace,
  readLonLat,
  readVertices,
  ringFault,
  surfaceM2,
  writeVertices,
  type LonLat,
} from './geometry';

const square: LonLat[] = [[3.87, 43.6], [3.88, 43.6], [3.88, 43.61], [3.87, 43.61]];

describe('drawn ground', () => {
  it('refuses a ring that is no sector', () => {
    const check = (vertices: LonLat[], expected: string | null): void =>
      expect(ringFault(vertices)).toBe(expected);
    check(square, null);
    check(square.slice(0, 2), 'too-few-vertices');
    check([[0, 0], [1, 1], [1, 0], [0, 1]], 'crosses-itself');
    check([[0, 0], [1, 0], [2, 0]], 'no-surface');
    check([[0, 0], [2, 0], [2, 2], [1, 0.5], [0, 2]], null);
  });

  it('closes a ring anticlockwise whichever way it was drawn', () => {
    const [drawn] = closedPolygon(square);
    const [reversed] = closedPolygon([...square].reverse());
    expect(drawn).toHaveLength(5);
    expect(drawn?.[0]).toEqual(drawn?.[4]);
    const turn = (ring: LonLat[] = []): number =>
      ring.slice(1).reduce((sum, to, index) => {
        const from = ring[index] as LonLat;
        return sum + from[0] * to[1] - to[0] * from[1];
      }, 0);
    expect(turn(drawn)).toBeGreaterThan(0);
    expect(turn(reversed)).toBeGreaterThan(0);
  });

  it('measures a surface in square metres', () => {
    const expected = 1_111.9 * 1_111.9 * Math.cos((43.6 * Math.PI) / 180);
    expect(Math.abs(surfaceM2(square) / expected - 1)).toBeLessThan(0.001);
  });

  it('gives back the vertices of a plain sector and of no other', () => {
    expect(editableVertices([closedPolygon(square)])).toHaveLength(4);
    const polygon = closedPolygon(square);
    expect(editableVertices([polygon, polygon])).toBeNull();
  });

  it('reads longitude and latitude as people write them', () => {
    const check = (text: string, expected: LonLat | null): void =>
      expect(readLonLat(text)).toEqual(expected);
    check('3.87 43.61', [3.87, 43.61]);
    check('3.87, 43.61', [3.87, 43.61]);
    check('3.87,43.61', [3.87, 43.61]);
    check('3,87 43,61', [3.87, 43.61]);
    check('3.87;43.61', [3.87, 43.61]);
    check(' -1.5   47 ', [-1.5, 47]);
    check('3.87', null);
    check('here there', null);
    check('3.87 143', null);
  });

  it('names the lines that hold no vertex, and drops the repeated last one', () => {
    const text = `${writeVertices(square)}\nnowhere\n3.87 43.6`;
    expect(readVertices(text)).toEqual({ vertices: square, faulty: [5] });
  });

  it('draws a circle of the radius asked for', () => {
    const ring = circle([3.87, 43.6], 100);
    expect(ring).toHaveLength(49);
    const box = boxOf(ring);
    expect((box?.[3] ?? 0) - (box?.[1] ?? 0)).toBeCloseTo(200 / 111_195, 6);
  });

  it('writes a sector’s code in the middle of its largest part', () => {
    const far: LonLat[] = [[4, 44], [4.001, 44], [4.001, 44.001]];
    const place = labelPlace([closedPolygon(far), closedPolygon(square)]);
    expect(place?.[0]).toBeCloseTo(3.875);
    expect(place?.[1]).toBeCloseTo(43.605);
    expect(labelPlace([])).toBeNull();
  });
});
