/**
 * Estimates of the part not seen as the console writes and draws them. Pure; *Estimation* calls it.
 */

import type { EstimateCount, EstimateModel } from '../../core/generated/console';
import type { EstimationText } from '../../locale/estimation.fr';
import { nightInWords, type Language } from '../figures';

/** Where a number of people stands on a scale common to all models, in hundredths. */
export function scaleOf(models: readonly EstimateModel[]): (people: number) => number {
  const ends = models.flatMap((model) => [model.people, ...(model.interval ?? [])]);
  const low = Math.min(...ends);
  const span = Math.max(Math.max(...ends) - low, 1);
  return (people) => 2 + (96 * (people - low)) / span;
}

/** A list, a number of times or a zone, by its name. */
export function countName(
  method: string,
  count: EstimateCount,
  language: Language,
  words: EstimationText,
): string {
  if (method === 'met') return words.times(Number(count.name));
  if (method === 'passes') return words.pass(count.name);
  if (method === 'nights') return nightInWords(count.name, language);
  return count.name === '' ? words.noZone : count.name;
}

/** A model by its name; of log-linear ones which lists go together. */
export function modelName(
  model: EstimateModel,
  counts: readonly EstimateCount[],
  words: EstimationText,
): string {
  if (model.model !== 'log_linear') return words.models[model.model] ?? model.model;
  const name = (list: number): string => counts[list]?.name ?? String(list + 1);
  const pairs = model.pairs.map(([one, other]) => `${name(one)}–${name(other)}`);
  return pairs.length === 0 ? words.noPair : words.dependent(pairs.join(', '));
}
