/**
 * Where bars stand in the charts of *Qualité*. Pure; the charts call it.
 */

import type { LevelLine, WeightBin } from '../../core/generated/console';

/** A bar of the histogram, in a drawing 100 wide and 100 high. */
export interface Bar {
  readonly bits: number;
  readonly links: number;
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
}

/** The histogram laid out. */
export interface Histogram {
  readonly bars: readonly Bar[];
  /** Where 0 bits stands: even odds. */
  readonly even: number;
  readonly first: number;
  readonly last: number;
  readonly most: number;
}

/** Lays the histogram out; heights as the square root, so that rare heavy links stay visible. */
export function layHistogram(bins: readonly WeightBin[]): Histogram {
  if (bins.length === 0) return { bars: [], even: 50, first: 0, last: 0, most: 0 };
  const first = Math.min(0, ...bins.map((bin) => bin.bits));
  const last = Math.max(0, ...bins.map((bin) => bin.bits + 1));
  const most = Math.max(...bins.map((bin) => bin.links));
  const step = 100 / (last - first);
  return {
    bars: bins.map((bin) => {
      const height = 100 * Math.sqrt(bin.links / most);
      return {
        bits: bin.bits,
        links: bin.links,
        x: (bin.bits - first) * step,
        width: step,
        y: 100 - height,
        height,
      };
    }),
    even: (0 - first) * step,
    first,
    last,
    most,
  };
}

/** Levels of one field, in the order they come. */
export interface FieldLevels {
  readonly field: string;
  readonly levels: readonly LevelLine[];
}

/** Levels by field, of pairs in which both answered or of the others. */
export function byField(levels: readonly LevelLine[], bothAnswered: boolean): FieldLevels[] {
  const fields = new Map<string, LevelLine[]>();
  for (const level of levels) {
    if (level.both_answered !== bothAnswered) continue;
    const held = fields.get(level.field);
    if (held) held.push(level);
    else fields.set(level.field, [level]);
  }
  return [...fields].map(([field, held]) => ({ field, levels: held }));
}
