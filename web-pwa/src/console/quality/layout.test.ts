import { describe, expect, it } from 'vitest';
import { byField, layHistogram } from './layout';

describe('the histogram of weights', () => {
  it('keeps 0 bits in sight and the bars inside', () => {
    const { bars, even } = layHistogram([
      { bits: 4, links: 100 },
      { bits: 8, links: 1 },
    ]);
    expect(even).toBe(0);
    expect(bars[0]?.height).toBe(100);
    expect(bars[1]?.height).toBe(10);
    expect((bars[1]?.x ?? 0) + (bars[1]?.width ?? 0)).toBeCloseTo(100);
  });

  it('is empty before anything was compared', () => {
    expect(layHistogram([]).bars).toEqual([]);
  });
});

describe('levels by field', () => {
  it('keeps those of the asked pairs in their order', () => {
    const line = (field: string, level: string, both_answered: boolean) => ({
      field,
      level,
      both_answered,
      m_probability: 0.5,
      u_probability: 0.25,
      bits: 1,
    });
    const found = byField(
      [line('gender', 'equal', true), line('gender', 'equal', false), line('dogs', 'both_some', true)],
      true,
    );
    expect(found.map(({ field, levels }) => [field, levels.length])).toEqual([
      ['gender', 1],
      ['dogs', 1],
    ]);
  });
});
