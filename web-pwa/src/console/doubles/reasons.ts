/**
 * Evidence as one says it: « même veste noire », « âge voisin ». Pure; *Doublons* calls it.
 */

import type { WaterfallStep } from '../../core/generated/console';
import type { EvidenceText } from '../../locale/evidence.fr';
import type { Language } from '../figures';
import { answerInWords } from '../questionnaire';
import { mainReasons } from './waterfall';

/** Words a reason is told with. */
export type Evidence = Pick<
  EvidenceText,
  'says' | 'fields' | 'levels' | 'sameThings' | 'otherColour' | 'colours' | 'thing'
>;

/** One reason in words; things both describe by their names. */
export function reasonInWords(step: WaterfallStep, words: Evidence, language: Language): string {
  if (step.field === 'marks' && step.common.length > 0) {
    const named = (of: WaterfallStep['common']): string =>
      of
        .map(({ thing, colour }) =>
          words.thing(
            answerInWords('marks', thing, language).toLowerCase(),
            colour === null ? undefined : (words.colours[colour] ?? colour),
          ),
        )
        .join(', ');
    const same = step.common.filter((mark) => !mark.two_colours);
    const other = step.common.filter((mark) => mark.two_colours);
    return [
      ...(same.length > 0 ? [words.sameThings(named(same))] : []),
      ...(other.length > 0 ? [words.otherColour(named(other))] : []),
    ].join(', ');
  }
  const said = words.says[`${step.field}.${step.level}`];
  if (said !== undefined) return said;
  const field = words.fields[step.field] ?? step.field;
  return `${field.toLowerCase()} ${words.levels[step.level] ?? step.level}`;
}

/** The reasons that weigh most, each way, as words. Nearness is told by metres and minutes instead. */
export function reasonsInWords(
  steps: readonly WaterfallStep[],
  words: Evidence,
  language: Language,
): { for: string; against: string } {
  const told = mainReasons(
    steps.filter((step) => step.field !== 'distance' || step.bits < 0),
  );
  const list = (of: readonly WaterfallStep[]): string =>
    of.map((step) => reasonInWords(step, words, language)).join(', ');
  return { for: list(told.for), against: list(told.against) };
}
