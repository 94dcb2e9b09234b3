import { describe, expect, it } from 'vitest';
import type { CampaignSummary, ComparisonRow, EndedCampaign } from '../../core/generated/console';
import { comparisonFr } from '../../locale/comparison.fr';
import { choices, differenceLines, signed } from './lines';

const row = (code: string | null, told: Partial<ComparisonRow> = {}): ComparisonRow => ({
  code,
  sectors: 3,
  before: null,
  after: null,
  difference: null,
  interval: null,
  conclusion: null,
  ...told,
});

describe('lines of the comparison', () => {
  it('keep what is withheld apart from zero', () => {
    const zero = { before: 4, after: 4, difference: 0, interval: [-6, 6] as [number, number], conclusion: 'none' };
    const lines = differenceLines([row('street', zero), row('squat'), row(null)], { street: 'Rue' }, comparisonFr);
    expect(lines.map((line) => [line.name, line.difference, line.conclusion])).toEqual([
      ['Rue', 0, 'none'],
      ['squat', null, null],
      [comparisonFr.noZone, null, null],
    ]);
  });

  it('write the sign of a difference', () => {
    const whole = (value: number): string => String(value);
    expect([7, -7, 0].map((value) => signed(value, whole))).toEqual(['+7', '−7', '0']);
  });

  it('offer every other campaign that can be compared', () => {
    const here = [
      { id: 'a', name: 'Ici', nights: ['2026-01-22'] },
      { id: 'b', name: 'Autre', nights: [] },
    ] as unknown as CampaignSummary[];
    const left = (id: string, has_archive: boolean): EndedCampaign => ({
      id,
      name: '',
      nights: [],
      coarsened_at: null,
      purged_at: 1,
      releases: 0,
      has_archive,
      has_certificate: true,
    });
    const offered = choices('a', here, [left('c', true), left('d', false)]);
    expect(offered.map((one) => [one.id, one.ended])).toEqual([
      ['b', false],
      ['c', true],
    ]);
  });
});
