/**
 * Bars with their intervals, by Observable Plot. Only the console's screen loads it, when it shows a chart.
 *
 * It takes its colours from the theme's variables, so that a change of theme redraws nothing.
 */

import type * as Library from '@observablehq/plot';
import type { Line } from './rows';

/** The library, once it is here. */
export type Plot = typeof Library;

/** The library; an answer that does not come leaves the tables. */
export async function library(): Promise<Plot | null> {
  try {
    return await import('@observablehq/plot');
  } catch {
    return null;
  }
}

/** Room for the names on the left, px: less on a narrow screen. */
const NAMES_PX = { wide: 200, narrow: 130 } as const;
/** Below this a chart is narrow, px. */
const NARROW_PX = 460;
/** Height of one bar with the space to the next, px. */
const BAR_PX = 34;
/** Ticks wanted on the axis. */
const TICKS = 6;
/** Size of letters, px: names break in lines that hold in their room. */
const LETTERS_PX = 13;

/** How a chart is drawn. */
export interface Drawing {
  readonly width: number;
  /** What the axis counts. */
  readonly axis: string;
  readonly whole: (value: number) => string;
}

/** What a row is drawn by. */
interface Named {
  readonly name: string;
}

/** What the charts of named rows share: their room, and the names on the left. */
export function frame(plot: Plot, lines: readonly Named[], { width }: Drawing) {
  const narrow = width < NARROW_PX;
  const names = narrow ? NAMES_PX.narrow : NAMES_PX.wide;
  const y = (line: Named): string => line.name;
  return {
    ticks: narrow ? 4 : TICKS,
    /** The ends of an interval. */
    ends: { y, stroke: 'var(--text)', strokeWidth: 2, insetTop: 7, insetBottom: 7 },
    names: plot.axisY({ lineWidth: (names - 16) / LETTERS_PX, tickSize: 0 }),
    room: {
      width: Math.max(width, 240),
      height: lines.length * BAR_PX + 56,
      marginLeft: names,
      marginRight: 24,
      marginTop: 8,
      marginBottom: 44,
      y: { label: null, domain: lines.map(y), padding: 0.3 },
    },
  };
}

/** The chart of lines, without a style of its own: the page's policy lets none in. */
export function draw(plot: Plot, lines: readonly Line[], drawing: Drawing): SVGSVGElement {
  const { ticks, ends, names, room } = frame(plot, lines, drawing);
  const told = lines.filter((line) => line.value !== null);
  const spread = told.filter((line) => line.interval !== null && line.interval[0] < line.interval[1]);
  const greatest = Math.max(1, ...told.map((line) => Math.max(line.value ?? 0, line.interval?.[1] ?? 0)));
  const low = (line: Line): number => line.interval?.[0] ?? 0;
  const high = (line: Line): number => line.interval?.[1] ?? 0;
  const y = (line: Line): string => line.name;
  const drawn = plot.plot({
    className: 'indicator-chart',
    ...room,
    x: {
      label: drawing.axis,
      domain: [0, greatest * 1.04],
      grid: true,
      ticks: Math.min(ticks, greatest),
      tickFormat: (value: number) => (Number.isInteger(value) ? drawing.whole(value) : ''),
    },
    marks: [
      names,
      plot.barX(told, { x: (line: Line) => line.value ?? 0, y, fill: 'var(--accent)', fillOpacity: 0.45 }),
      plot.ruleY(spread, { x1: low, x2: high, y, stroke: 'var(--text)', strokeWidth: 2 }),
      plot.tickX(spread, { x: low, ...ends }),
      plot.tickX(spread, { x: high, ...ends }),
      plot.ruleX([0], { stroke: 'var(--border)' }),
    ],
  }) as SVGSVGElement;
  drawn.querySelector('g[aria-label="bar"]')?.setAttribute('data-bars', '');
  return bare(drawn);
}

/** Without a style, which the page's policy refuses, and without words of its own: the table has them. */
export function bare(drawn: SVGSVGElement): SVGSVGElement {
  drawn.querySelector('style')?.remove();
  for (const part of drawn.querySelectorAll('[aria-label], [aria-description]')) {
    part.removeAttribute('aria-label');
    part.removeAttribute('aria-description');
  }
  drawn.setAttribute('aria-hidden', 'true');
  return drawn;
}
