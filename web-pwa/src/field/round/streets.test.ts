import { describe, expect, it } from 'vitest';
import { streetsEn } from '../../locale/streets.en';
import { streetsFr } from '../../locale/streets.fr';
import { folded, parts, told } from './streets.svelte';

const STREETS = [
  { key: 'rue_longue', name: 'Rue Longue', lengthM: 1_000 },
  { key: 'quai_bas', name: 'Quai Bas', lengthM: 400 },
];

describe('streets of a sector', () => {
  it('add up what is ticked of them, and nothing else', () => {
    expect(told(STREETS, ['quai_bas', 'rue_d_ailleurs'])).toEqual({
      walked: 1,
      all: 2,
      walkedM: 400,
      allM: 1_400,
    });
    expect(told([], ['quai_bas'])).toEqual({ walked: 0, all: 0, walkedM: 0, allM: 0 });
  });

  it('are handed over in parts that leave none out', () => {
    expect(parts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(parts([], 2)).toEqual([]);
  });

  it('are found without accents and punctuation', () => {
    expect(folded('Rue de l’Évêché')).toContain(folded('l eveche'));
    expect(folded('Rue Longue')).not.toContain(folded('courte'));
  });

  it('are told in both languages', () => {
    expect(streetsFr.told(1, 2, 400, 1_400)).toBe('1 sur 2 rues · 400 m sur 1,4 km (28 %)');
    expect(streetsEn.told(2, 2, 1_400, 1_400)).toBe('2 of 2 streets · 1.4 km of 1.4 km (100%)');
    expect(Object.keys(streetsEn)).toEqual(Object.keys(streetsFr));
  });
});
