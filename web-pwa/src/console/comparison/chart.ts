/**
 * What each line's people became: the difference with its interval, on both sides of zero. By Observable Plot,
 * in the part of the app that charts alone load.
 */

import { bare, BAR_PX, LETTERS_PX, NAMES_PX, NARROW_PX, TICKS, type Drawing, type Plot } from '../indicators/chart';
import type { DifferenceLine } from './lines';

/** The chart of differences; lines that are withheld keep their row empty. */
export function drawDifferences(
  plot: Plot,
  lines: readonly DifferenceLine[],
  { width, axis, whole }: Drawing,
): SVGSVGElement {
  const narrow = width < NARROW_PX;
  const names = narrow ? NAMES_PX.narrow : NAMES_PX.wide;
  const told = lines.filter((line) => line.difference !== null && line.interval !== null);
  const low = (line: DifferenceLine): number => line.interval?.[0] ?? 0;
  const high = (line: DifferenceLine): number => line.interval?.[1] ?? 0;
  const far = Math.max(1, ...told.flatMap((line) => [Math.abs(low(line)), Math.abs(high(line))]));
  const y = (line: DifferenceLine): string => line.name;
  const ends = { y, stroke: 'var(--text)', strokeWidth: 2, insetTop: 7, insetBottom: 7 };
  const signed = (value: number): string =>
    Number.isInteger(value) ? `${value > 0 ? '+' : value < 0 ? '−' : ''}${whole(Math.abs(value))}` : '';
  const drawn = plot.plot({
    className: 'difference-chart',
    width: Math.max(width, 240),
    height: lines.length * BAR_PX + 56,
    marginLeft: names,
    marginRight: 24,
    marginTop: 8,
    marginBottom: 44,
    x: {
      label: axis,
      domain: [-far * 1.06, far * 1.06],
      grid: true,
      ticks: narrow ? 4 : TICKS,
      tickFormat: signed,
    },
    y: { label: null, domain: lines.map(y), padding: 0.3 },
    marks: [
      plot.axisY({ lineWidth: (names - 16) / LETTERS_PX, tickSize: 0 }),
      plot.ruleX([0], { stroke: 'var(--text)', strokeOpacity: 0.7 }),
      plot.ruleY(told, { x1: low, x2: high, y, stroke: 'var(--text)', strokeWidth: 2 }),
      plot.tickX(told, { x: low, ...ends }),
      plot.tickX(told, { x: high, ...ends }),
      plot.dot(told, {
        x: (line: DifferenceLine) => line.difference ?? 0,
        y,
        r: 6,
        fill: (line: DifferenceLine) => (line.conclusion === 'none' ? 'var(--surface)' : 'var(--accent)'),
        stroke: 'var(--accent)',
        strokeWidth: 2,
      }),
    ],
  }) as SVGSVGElement;
  drawn.querySelector('g[aria-label="dot"]')?.setAttribute('data-dots', '');
  return bare(drawn);
}
