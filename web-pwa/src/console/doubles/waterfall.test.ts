import { describe, expect, it } from 'vitest';
import { layWaterfall, mainReasons } from './waterfall';

function steps(bits: [string, number][]) {
  let sum = 0;
  return bits.map(([field, value]) => {
    sum += value;
    return { field, level: '', bits: value, sum, values: ['', ''] as [string, string], shares: null, common: [] };
  });
}

describe('the waterfall', () => {
  const drawn = layWaterfall(steps([['prior', -4], ['distance', 6], ['gender', 0]]));

  it('starts each bar where the one before ended', () => {
    const [prior, distance] = drawn.bars;
    expect(prior?.from).toBeCloseTo(0);
    expect(distance?.from).toBeCloseTo(0);
    expect(distance?.width).toBeCloseTo(100);
    expect(drawn.zero).toBeCloseTo((4 / 6) * 100);
  });

  it('tells for from against, and shows a weight of nothing', () => {
    expect(drawn.bars.map((bar) => bar.direction)).toEqual(['against', 'for', 'neutral']);
    expect(drawn.bars[2]?.width).toBeGreaterThan(0);
  });

  it('stays within the drawing', () => {
    for (const bar of drawn.bars) {
      expect(bar.from).toBeGreaterThanOrEqual(0);
      expect(bar.from + bar.width).toBeLessThanOrEqual(100.001);
    }
  });

  it('stands on an empty list', () => {
    expect(layWaterfall([]).bars).toEqual([]);
  });

  it('names what weighs most each way, never the start', () => {
    const reasons = mainReasons(
      steps([['prior', -6], ['dogs', 0.1], ['age_band', 1], ['distance', 5], ['marks', -2]]),
    );
    expect(reasons.for.map((step) => step.field)).toEqual(['distance', 'age_band']);
    expect(reasons.against.map((step) => step.field)).toEqual(['marks']);
  });
});
