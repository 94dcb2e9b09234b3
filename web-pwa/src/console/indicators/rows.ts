/**
 * Lines of *Indicateurs*, as its charts and tables share them: what is drawn is what is written. Pure.
 */

import type { IndicatorBoard, IndicatorRow, SectorCoverage } from '../../core/generated/console';
import type { IndicatorsText } from '../../locale/indicators.fr';

/** A line of a chart and of its table. */
export interface Line {
  readonly code: string;
  readonly name: string;
  /** Absent where it is withheld. */
  readonly value: number | null;
  readonly interval: readonly [number, number] | null;
  /** What the interval is of: linkage at 95 %, or heads told at least and at most. */
  readonly of: 'linkage' | 'heads' | null;
  /** Squats, bidonvilles or partners. */
  readonly places: number | null;
}

/** The three typologies of one raw place. */
export const TYPOLOGIES = ['igh', 'ethos_light', 'insee'] as const;

/** A typology of places. */
export type Typology = (typeof TYPOLOGIES)[number];

/** The other tables of people in the street, in the order of the screen. */
export const BREAKDOWNS = ['age', 'gender', 'household', 'duration'] as const;

/** Where people of squats and bidonvilles stand in each typology (version 1 of the server's table). */
const OF_SITES: Record<Typology, Readonly<Record<'squat' | 'bidonville', string>>> = {
  igh: { squat: '3d', bidonville: '3h' },
  ethos_light: { squat: '5', bidonville: '5' },
  insee: { squat: 'fortune', bidonville: 'fortune' },
};

function line(row: IndicatorRow, name: string, of: 'linkage' | 'heads'): Line {
  return {
    code: row.code,
    name,
    value: row.people,
    interval: row.interval,
    of: row.interval === null ? null : of,
    places: row.places,
  };
}

const named = (table: Readonly<Record<string, string>>, code: string): string => table[code] ?? code;

/** People by unit. */
export function unitLines(board: IndicatorBoard, t: IndicatorsText): Line[] {
  return board.units.map((row) =>
    line(row, named(t.units, row.code), row.code === 'street' ? 'linkage' : 'heads'),
  );
}

/** People in the street told apart by one trait; nothing while it is not told. */
export function traitLines(board: IndicatorBoard, breakdown: string, t: IndicatorsText): Line[] {
  const table = board.tables.find((one) => one.breakdown === breakdown);
  return (table?.rows ?? []).map((row) => line(row, named(t.categories, row.code), 'linkage'));
}

/** Situations: the street's categories, then squats and bidonvilles, each a line of its own. */
export function situationLines(board: IndicatorBoard, by: Typology, t: IndicatorsText): Line[] {
  const street = traitLines(board, by, t);
  if (street.length === 0) return [];
  const sites = (['squat', 'bidonville'] as const).flatMap((unit) => {
    const row = board.units.find((one) => one.code === unit);
    if (row === undefined) return [];
    const code = OF_SITES[by][unit];
    const name = `${named(t.categories, code)} (${named(t.units, unit).toLowerCase()})`;
    return [{ ...line(row, name, 'heads'), code: `${code}-${unit}` }];
  });
  return [...street, ...sites];
}

/** Contacts, in observations. */
export function contactLines(board: IndicatorBoard, t: IndicatorsText): Line[] {
  return board.contacts.map((row) => ({
    code: row.code,
    name: named(t.contacts, row.code),
    value: row.observations,
    interval: null,
    of: null,
    places: null,
  }));
}

/** Sectors by what became of them. */
export function coverageLines(board: IndicatorBoard, t: IndicatorsText): Line[] {
  return board.coverage.map((row) => ({
    code: row.code,
    name: named(t.coverage, row.code),
    value: row.sectors,
    interval: null,
    of: null,
    places: null,
  }));
}

/** Streets of all sectors that declared some; nothing where none did. */
export function streetsTold(
  of: readonly SectorCoverage[],
): { sectors: number; walkedM: number; allM: number } | null {
  const told = of.flatMap(({ streets_m }) => (streets_m === null ? [] : [streets_m]));
  if (told.length === 0) return null;
  const sum = (at: 0 | 1): number => told.reduce((total, pair) => total + pair[at], 0);
  return { sectors: told.length, walkedM: sum(0), allM: sum(1) };
}

/** Who answered, of those asked, per cent; nothing where nobody was asked or it is withheld. */
export function responsePercent(board: IndicatorBoard): number | null {
  const told = board.asked_answered;
  if (told === null || told[0] === 0) return null;
  return Math.round((told[1] / told[0]) * 100);
}

/** Whether a line is withheld: a table says why below. */
export function isAnyWithheld(lines: readonly Line[]): boolean {
  return lines.some((one) => one.value === null);
}
