/**
 * Words of the questionnaire for answers shown in the console: its own labels, so that a question
 * reads the same on a tablet and here. Pure; *Doublons* and *Observations* call it.
 */

import source from '../../../client-core/src/form/questionnaires/night-count-1.json';
import type { Language } from './figures';

interface Labels {
  readonly fr: string;
  readonly en: string;
}

interface Question {
  readonly name: string;
  readonly label: Labels;
  readonly list?: string;
}

const questions = new Map<string, Question>();
for (const form of source.forms) {
  for (const group of form.groups) {
    for (const question of group.questions as readonly Question[]) {
      if (!questions.has(question.name)) questions.set(question.name, question);
    }
  }
}
const lists = source.lists as Readonly<
  Record<string, readonly { readonly name: string; readonly label: Labels }[]>
>;
const roles = source.roles as Readonly<Record<string, string>>;

function questionOf(field: string): Question | undefined {
  return questions.get(field) ?? questions.get(roles[field] ?? '');
}

/** A question by its name or its role; its name where the questionnaire has none. */
export function questionInWords(field: string, language: Language): string {
  return questionOf(field)?.label[language] ?? field.replace(/_/g, ' ');
}

/** The choices of a question of the quick count, in their order, in words. */
export function choicesInWords(
  field: string,
  language: Language,
): readonly { readonly name: string; readonly label: string }[] {
  const list = lists[questionOf(field)?.list ?? ''] ?? [];
  return list.map(({ name, label }) => ({ name, label: label[language] }));
}

/** An answer's code in words; several codes apart by spaces each in words. */
export function answerInWords(field: string, value: string, language: Language): string {
  const list = lists[questionOf(field)?.list ?? ''] ?? (field === 'marks' ? lists['marks'] : []);
  if (!list || list.length === 0) return value;
  const word = (code: string): string =>
    list.find((choice) => choice.name === code)?.label[language] ?? code;
  if (list.some((choice) => choice.name === value)) return word(value);
  const codes = value.split(/,? /);
  const known = codes.filter((code) => list.some((choice) => choice.name === code));
  if (known.length === 0) return value;
  const rest = codes.filter((code) => !known.includes(code)).join(' ');
  return [...known.map(word), ...(rest === '' ? [] : [rest])].join(', ');
}
