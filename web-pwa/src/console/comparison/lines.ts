/**
 * Lines of *Comparaison*, as its charts and tables share them: what is drawn is what is written. Pure.
 */

import type { CampaignSummary, ComparisonRow, EndedCampaign } from '../../core/generated/console';
import type { ComparisonText } from '../../locale/comparison.fr';

/** A line of a chart and of its table. */
export interface DifferenceLine {
  readonly code: string;
  readonly name: string;
  readonly sectors: number;
  /** Absent where it is withheld, as all that follows. */
  readonly before: number | null;
  readonly after: number | null;
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
  readonly conclusion: 'more' | 'fewer' | 'none' | null;
}

const CONCLUSIONS = ['more', 'fewer', 'none'] as const;

/** Rows with their names; a row of no zone has a name of its own. */
export function differenceLines(
  rows: readonly ComparisonRow[],
  names: Readonly<Record<string, string>>,
  t: ComparisonText,
): DifferenceLine[] {
  return rows.map((row) => ({
    code: row.code ?? '',
    name: row.code === null ? t.noZone : (names[row.code] ?? row.code),
    sectors: row.sectors,
    before: row.before,
    after: row.after,
    difference: row.difference,
    interval: row.interval,
    conclusion: CONCLUSIONS.find((one) => one === row.conclusion) ?? null,
  }));
}

/** A campaign that may be chosen as the other one. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly nights: readonly string[];
  readonly ended: boolean;
}

/** The other campaigns of the server: those that are here, then those that ended and left counts. */
export function choices(
  own: string,
  here: readonly CampaignSummary[],
  ended: readonly EndedCampaign[],
): Choice[] {
  return [
    ...here.map(({ id, name, nights }) => ({ id, name, nights, ended: false })),
    ...ended
      .filter((one) => one.has_archive)
      .map(({ id, name, nights }) => ({ id, name: name || id.slice(0, 8), nights, ended: true })),
  ].filter((one) => one.id !== own);
}

/** A whole number with its sign, always written but of zero. */
export function signed(value: number, whole: (value: number) => string): string {
  if (value === 0) return whole(0);
  return `${value > 0 ? '+' : '−'}${whole(Math.abs(value))}`;
}
