import { describe, expect, it } from 'vitest';
import { inOrder, publishedBox, readAttributes, readErrata, readPublished } from './published';

const geojson = JSON.stringify({
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      geometry: { type: 'MultiPolygon', coordinates: [[[[1, 2], [3, 2], [3, 4], [1, 2]]]] },
      properties: { code: 'q', name: 'Quartier', level: 'quartier', subject: 'street', figure: 12 },
    },
    {
      type: 'Feature',
      geometry: null,
      properties: {
        code: 'p',
        name: 'Territoire',
        level: 'perimeter',
        subject: 'street',
        reason: 'primary',
      },
    },
  ],
});

describe('a release as published', () => {
  const lines = readPublished(geojson) ?? [];

  it('shows a figure where there is one and a reason where there is none', () => {
    expect(lines.map((line) => [line.code, line.figure, line.reason])).toEqual([
      ['q', '12', ''],
      ['p', null, 'primary'],
    ]);
  });

  it('goes from wide to fine', () => {
    expect(inOrder(lines).map((line) => line.code)).toEqual(['p', 'q']);
  });

  it('finds its box without needing every geometry', () => {
    expect(publishedBox(lines)).toEqual([1, 2, 3, 4]);
  });

  it('shows nothing rather than something else', () => {
    expect(readPublished('{')).toBeNull();
    expect(readPublished('{"features":1}')).toBeNull();
  });
});

it('tables by attribute and errata are read from the head of the file', () => {
  const text = JSON.stringify({
    type: 'FeatureCollection',
    maraude: {
      attributes: [
        { code: 'P', attribute: 'gender', category: 'women', figure: 30, rounded_to: 10 },
        { code: 'P', attribute: 'gender', category: 'men', reason: 'withheld' },
      ],
      corrects: 2,
      errata: [{ code: 'P', subject: 'street', was: { figure: 40 }, now: {} }],
    },
    features: [],
  });
  expect(readAttributes(text).map((cell) => [cell.category, cell.figure, cell.roundedTo])).toEqual([
    ['women', '30', 10],
    ['men', null, 0],
  ]);
  expect(readErrata(text)).toEqual({
    corrects: 2,
    lines: [{ code: 'P', subject: 'street', was: '40', now: null }],
  });
  expect(readAttributes('no JSON')).toEqual([]);
  expect(readErrata('{"type":"FeatureCollection","features":[]}')).toBeNull();
});
