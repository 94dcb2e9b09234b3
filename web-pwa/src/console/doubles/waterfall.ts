/**
 * The weights of a pair as a waterfall: where each bar starts and ends on one common scale. Pure;
 * the drawing calls it.
 */

import type { WaterfallStep } from '../../core/generated/console';

/** One bar, in hundredths of the drawing's width. */
export interface Bar {
  readonly step: WaterfallStep;
  readonly from: number;
  readonly width: number;
  readonly direction: 'for' | 'against' | 'neutral';
}

/** The bars, and where zero stands, in hundredths. */
export interface Waterfall {
  readonly bars: readonly Bar[];
  readonly zero: number;
}

/** Least width of a bar, so that a weight of nothing is still seen. */
const THINNEST = 0.6;

/** Lays the steps on a scale that holds zero and every running sum. */
export function layWaterfall(steps: readonly WaterfallStep[]): Waterfall {
  const ends = steps.flatMap((step) => [step.sum - step.bits, step.sum]);
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const span = Math.max(high - low, 1);
  const place = (bits: number): number => ((bits - low) / span) * 100;
  const bars = steps.map((step): Bar => {
    const before = place(step.sum - step.bits);
    const after = place(step.sum);
    const width = Math.max(Math.abs(after - before), THINNEST);
    return {
      step,
      from: Math.min(before, after, 100 - width),
      width,
      direction: Math.abs(step.bits) < 0.05 ? 'neutral' : step.bits > 0 ? 'for' : 'against',
    };
  });
  return { bars, zero: place(0) };
}

/** The parts that weigh most each way, for the sentence of reasons. */
export function mainReasons(steps: readonly WaterfallStep[]): {
  for: WaterfallStep[];
  against: WaterfallStep[];
} {
  const parts = steps.filter((step) => step.field !== 'prior' && Math.abs(step.bits) >= 0.3);
  const heavier = (a: WaterfallStep, b: WaterfallStep): number =>
    Math.abs(b.bits) - Math.abs(a.bits);
  return {
    for: parts.filter((step) => step.bits > 0).sort(heavier).slice(0, 3),
    against: parts.filter((step) => step.bits < 0).sort(heavier).slice(0, 3),
  };
}
