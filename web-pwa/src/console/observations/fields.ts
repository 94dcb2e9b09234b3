/**
 * Fields of a change in words: questions as the questionnaire asks them, the others by name.
 *
 * What only the documents need (`v`, `created`, `edited`) tells a person nothing. Pure; the history
 * of an observation calls it.
 */

import type { Language } from '../figures';
import { questionInWords } from '../questionnaire';

/** Fields that only the documents need. */
const UNTOLD = new Set(['v', 'created', 'edited']);

/** Fields with answers start with this. */
const ANSWER = 'a.';

/** Each field once, in the order given. */
export function fieldsInWords(
  fields: readonly string[],
  names: Readonly<Record<string, string>>,
  language: Language,
): string[] {
  const told = fields.filter((field) => !UNTOLD.has(field));
  const inWords = told.map((field) =>
    field.startsWith(ANSWER)
      ? `« ${questionInWords(field.slice(ANSWER.length), language)} »`
      : (names[field] ?? field),
  );
  return [...new Set(inWords)];
}
