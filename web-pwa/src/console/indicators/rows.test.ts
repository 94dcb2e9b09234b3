import { describe, expect, it } from 'vitest';
import type { IndicatorBoard } from '../../core/generated/console';
import { indicatorsEn } from '../../locale/indicators.en';
import { indicatorsFr } from '../../locale/indicators.fr';
import {
  contactLines,
  coverageLines,
  isAnyWithheld,
  responsePercent,
  situationLines,
  streetsTold,
  traitLines,
  TYPOLOGIES,
  unitLines,
} from './rows';

const row = (code: string, people: number | null, interval: [number, number] | null = null, places: number | null = null) => ({
  code,
  people,
  interval,
  places,
});

const board: IndicatorBoard = {
  position: 7,
  stage: 'provisional',
  unsettled: ['campaign-open'],
  released: null,
  small_withheld: false,
  least: 11,
  typology: 1,
  waits: null,
  units: [
    row('street', 30, [28, 31]),
    row('squat', 21, [21, 25], 2),
    row('bidonville', null, null, null),
    row('partner', 0, [0, 0], 0),
  ],
  tables: [
    { breakdown: 'igh', rows: [row('1a', 18, [17, 18]), row('3f', 12, [11, 12])] },
    { breakdown: 'ethos_light', rows: [row('1', 30, [28, 31])] },
    { breakdown: 'insee', rows: [row('sans-abri', 30, [28, 31])] },
    { breakdown: 'gender', rows: [row('women', null), row('men', 25, [24, 25])] },
  ],
  contacts: [
    { code: 'answered', observations: 30 },
    { code: 'refused', observations: 1 },
  ],
  asked_answered: [31, 30],
  coverage: [
    { code: 'zero', sectors: 1 },
    { code: 'not_visited', sectors: 2 },
  ],
  sectors: [
    { code: 'N01', name: 'Nord', state: 'walked', streets_m: [960, 1000] },
    { code: 'N02', name: 'Gare', state: 'partial', streets_m: [0, 500] },
    { code: 'S01', name: 'Sud', state: 'not_visited', streets_m: null },
  ],
  outside: 0,
};

describe('lines of the indicators', () => {
  it('tell the interval of linkage in the street and heads elsewhere', () => {
    const lines = unitLines(board, indicatorsFr);
    expect(lines.map((line) => [line.name, line.value, line.of])).toEqual([
      ['Rue', 30, 'linkage'],
      ['Squats', 21, 'heads'],
      ['Bidonvilles', null, null],
      ['Chez des partenaires', 0, 'heads'],
    ]);
    expect(isAnyWithheld(lines)).toBe(true);
  });

  it('put squats and bidonvilles beside the street under each typology, never added up', () => {
    const codes = (by: (typeof TYPOLOGIES)[number]): string[] =>
      situationLines(board, by, indicatorsFr).map((line) => line.code);
    expect(codes('igh')).toEqual(['1a', '3f', '3d-squat', '3h-bidonville']);
    expect(codes('ethos_light')).toEqual(['1', '5-squat', '5-bidonville']);
    expect(codes('insee')).toEqual(['sans-abri', 'fortune-squat', 'fortune-bidonville']);
    expect(situationLines({ ...board, tables: [] }, 'igh', indicatorsFr)).toEqual([]);
  });

  it('keep what is withheld apart from zero', () => {
    expect(traitLines(board, 'gender', indicatorsEn).map((line) => line.value)).toEqual([null, 25]);
    expect(traitLines(board, 'age', indicatorsEn)).toEqual([]);
  });

  it('count contacts and sectors without an interval', () => {
    const all = [...contactLines(board, indicatorsFr), ...coverageLines(board, indicatorsFr)];
    expect(all.every((line) => line.interval === null && line.of === null)).toBe(true);
    expect(coverageLines(board, indicatorsFr).map((line) => line.name)).toEqual([
      'Parcouru, personne',
      'Pas visité',
    ]);
    expect(responsePercent(board)).toBe(97);
    expect(responsePercent({ ...board, asked_answered: null })).toBeNull();
    expect(responsePercent({ ...board, asked_answered: [0, 0] })).toBeNull();
  });

  it('add up the streets of the sectors that declared some, and of no other', () => {
    expect(streetsTold(board.sectors)).toEqual({ sectors: 2, walkedM: 960, allM: 1500 });
    expect(streetsTold(board.sectors.slice(2))).toBeNull();
  });

  it('have the same words in both languages', () => {
    for (const table of ['categories', 'contacts', 'coverage', 'units', 'reasons', 'waits'] as const) {
      expect(Object.keys(indicatorsEn[table])).toEqual(Object.keys(indicatorsFr[table]));
    }
  });
});
