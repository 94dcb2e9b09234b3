import { describe, expect, it } from 'vitest';
import { drawingOf, drawnNames, drawnShapes, MOST_NAMES, MOST_VERTICES } from './drawing';
import type { LooseFeature } from './drawing';

const square = (west: number, south: number, name: string): LooseFeature => ({
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [west, south],
        [west + 0.01, south],
        [west + 0.01, south + 0.01],
        [west, south],
      ],
    ],
  },
  properties: { nom: name },
});

describe('a picked file on the map', () => {
  it('shows its shapes where they are, and names them by the column that was chosen', () => {
    const point = { geometry: { type: 'Point', coordinates: [3.9, 43.6, 12] }, properties: {} };
    const drawing = drawingOf([square(3.87, 43.6, 'Gare'), square(3.89, 43.61, 'Port'), point]);
    expect(drawing).toMatchObject({ shapeless: 0, left: 0, isProjected: false });
    expect(drawing.box?.map((side) => Number(side.toFixed(2)))).toEqual([3.87, 43.6, 3.9, 43.62]);
    expect(drawnShapes(drawing, 'red', 'black').features).toHaveLength(3);
    const names = drawnNames(drawing, 'nom');
    expect(names.map(({ text }) => text)).toEqual(['Gare', 'Port']);
    expect(names[0]?.place[0]).toBeCloseTo(3.875);
    expect(drawnNames(drawing, '')).toEqual([]);
  });

  it('counts what has no shape or one that cannot be drawn', () => {
    const broken = (geometry: LooseFeature['geometry']): LooseFeature => ({ geometry });
    const drawing = drawingOf([
      square(3.87, 43.6, 'Gare'),
      broken(null),
      broken({ type: 'Polygon', coordinates: [] }),
      broken({ type: 'Polygon', coordinates: [[['3.8', '43.6']]] }),
      broken({ type: 'Polygon', coordinates: [3.8, 43.6] }),
      broken({ type: 'GeometryCollection' }),
      broken({ type: 'Point', coordinates: [3.8] }),
    ]);
    expect(drawing.shapeless).toBe(6);
    expect(drawing.features).toHaveLength(1);
  });

  it('draws nothing of metres, which would lie anywhere', () => {
    const lambert: LooseFeature = {
      geometry: { type: 'Point', coordinates: [770_000, 6_280_000] },
    };
    const drawing = drawingOf([square(3.87, 43.6, 'Gare'), lambert]);
    expect(drawing).toMatchObject({ isProjected: true, features: [], box: null });
    // The control: without it the same file is drawn.
    expect(drawingOf([square(3.87, 43.6, 'Gare')]).features).toHaveLength(1);
  });

  it('leaves out what would take too long, and says of how many', () => {
    const line = (vertices: number): LooseFeature => ({
      geometry: {
        type: 'LineString',
        coordinates: Array.from({ length: vertices }, (_, at) => [3.8 + at * 1e-7, 43.6]),
      },
    });
    const half = MOST_VERTICES / 2;
    const drawing = drawingOf([line(half), line(half), line(2), square(3.87, 43.6, 'Gare')]);
    expect(drawing.features).toHaveLength(2);
    expect(drawing.left).toBe(2);
    const many = Array.from({ length: MOST_NAMES + 1 }, () => square(3.87, 43.6, 'Gare'));
    expect(drawnNames(drawingOf(many), 'nom')).toEqual([]);
  });
});
