/**
 * What each line's people became: the difference with its interval, on both sides of zero. By Observable Plot,
 * in the part of the app that charts alone load.
 */

import { bare, frame, type Drawing, type Plot } from '../indicators/chart';
import type { DifferenceLine } from './lines';

/** The chart of differences; lines that are withheld keep their row empty. */
export function drawDifferences(
  plot: Plot,
  lines: readonly DifferenceLine[],
  drawing: Drawing,
): SVGSVGElement {
  const { ticks, ends, names, room } = frame(plot, lines, drawing);
  const { axis, whole } = drawing;
  const told = lines.filter((line) => line.difference !== null && line.interval !== null);
  const low = (line: DifferenceLine): number => line.interval?.[0] ?? 0;
  const high = (line: DifferenceLine): number => line.interval?.[1] ?? 0;
  const far = Math.max(1, ...told.flatMap((line) => [Math.abs(low(line)), Math.abs(high(line))]));
  const y = (line: DifferenceLine): string => line.name;
  const signed = (value: number): string =>
    Number.isInteger(value) ? `${value > 0 ? '+' : value < 0 ? '−' : ''}${whole(Math.abs(value))}` : '';
  const drawn = plot.plot({
    className: 'difference-chart',
    ...room,
    x: {
      label: axis,
      domain: [-far * 1.06, far * 1.06],
      grid: true,
      ticks,
      tickFormat: signed,
    },
    marks: [
      names,
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
