import { describe, expect, it } from 'vitest';
import {
  ago,
  bounds,
  clock,
  clockOffset,
  duration,
  length,
  nearInWords,
  nightInWords,
  percent,
  signedBits,
  wholePercent,
} from './figures';

describe('figures', () => {
  it('says a whole only of a whole', () => {
    expect(wholePercent(3_199, 3_200)).toBe(99);
    expect(wholePercent(3_200, 3_200)).toBe(100);
    expect(wholePercent(0, 0)).toBe(0);
  });

  it('tells what a place is near, with its distance where there is one', () => {
    const words = { street: (label: string, away: string) => `${label}|${away}` };
    const near = { kind: 'street', label: 'Rue Longue', distance_m: 44 };
    expect(nearInWords(near, words, 'fr')).toBe('Rue Longue|45\u00a0m');
    expect(nearInWords({ ...near, distance_m: 0 }, words, 'fr')).toBe('Rue Longue|');
    expect(nearInWords({ ...near, kind: 'new' }, words, 'fr')).toBe('Rue Longue');
  });

  it('writes one number where both bounds are equal', () => {
    expect(bounds(12, 12, 'fr')).toBe('12');
    expect(bounds(12, 15, 'fr')).toBe('12 à 15');
    expect(bounds(12, 15, 'en')).toBe('12 to 15');
  });

  it('always writes the sign of evidence', () => {
    expect(signedBits(2.44, 'fr')).toBe('+2,4');
    expect(signedBits(-0.7, 'en')).toBe('−0.7');
    expect(signedBits(-0.04, 'fr')).toBe('0,0');
  });

  it('never claims certainty', () => {
    expect(percent(0.9999, 'en')).toBe('> 99%');
    expect(percent(0.0001, 'en')).toBe('< 1%');
    expect(percent(0.914, 'fr')).toBe('91\u00a0%');
  });

  it('rounds lengths to what they are worth', () => {
    expect(length(8.4, 'fr')).toBe('8\u00a0m');
    expect(length(142, 'fr')).toBe('140\u00a0m');
    expect(length(1234, 'fr')).toBe('1,2\u00a0km');
  });

  it('writes minutes and hours', () => {
    expect(duration(12.4)).toBe('12\u00a0min');
    expect(duration(-65)).toBe('1\u00a0h\u00a005');
  });

  it('tells the hour of the campaign’s time zone', () => {
    const at = Date.parse('2026-01-22T21:30:00Z');
    expect(clock(at, 'Europe/Paris', 'fr')).toBe('22:30');
    expect(clock(at, 'America/Cayenne', 'fr')).toBe('18:30');
  });

  it('writes a night out, and what is no night as it stands', () => {
    expect(nightInWords('2026-01-22', 'fr')).toBe('jeudi 22 janvier 2026');
    expect(nightInWords('soon', 'fr')).toBe('soon');
  });

  it('says how long ago in words', () => {
    const now = 1_000_000_000;
    expect(ago(now - 20_000, now, 'en')).toBe('just now');
    expect(ago(now - 4 * 60_000, now, 'fr')).toMatch(/4.min/);
    expect(ago(now - 5 * 3_600_000, now, 'en')).toMatch(/5.hr/);
  });

  it('is silent about a clock that is right', () => {
    expect(clockOffset(null)).toBe('');
    expect(clockOffset(1_500)).toBe('');
    expect(clockOffset(-40_000)).toBe('−40\u00a0s');
    expect(clockOffset(184_000)).toBe('+3\u00a0min');
  });
});
