/**
 * What is held of a person, value by value, as it is told to them. Pure; *Conservation* calls it.
 *
 * A value of an unknown shape is told as it stands: nothing that is held stays unsaid.
 */

import { instant, type Language } from '../figures';
import { answerInWords } from '../questionnaire';

/** The words it needs, from those of *Observations*. */
export interface HeldWords {
  readonly kinds: Readonly<Record<string, string>>;
  readonly contacts: Readonly<Record<string, string>>;
  readonly methods: Readonly<Record<string, string>>;
}

const ANSWER = 'a.';
const HEADS = /^(\d+) (\d+) (\w+)$/;
const PLACE = /^(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)(?: (\d+(?:\.\d+)?))?(?: |$)/;
const MILLISECONDS = /^\d{12,}$/;

/** A value in words; `text` is as the documents write it (`3.8645 43.6085 12 fix ...`). */
export function heldInWords(
  field: string,
  text: string,
  words: HeldWords,
  timeZone: string,
  language: Language,
): string {
  if (field === 'kind') return words.kinds[text] ?? text;
  if (field === 'contact') return words.contacts[text] ?? text;
  if (field === 'heads') return headsInWords(text, words);
  if (field === 'fix' || field === 'pin') return placeInWords(text);
  if (MILLISECONDS.test(text)) return instant(Number(text), timeZone, language);
  return answerInWords(field.startsWith(ANSWER) ? field.slice(ANSWER.length) : field, text, language);
}

function headsInWords(text: string, words: HeldWords): string {
  const [, least, most, how] = HEADS.exec(text) ?? [];
  if (least === undefined || how === undefined) return text;
  const number = least === most ? least : `${least}–${most}`;
  return `${number}, ${words.methods[how] ?? how}`;
}

/** Latitude first, as maps and telephones read it aloud. */
function placeInWords(text: string): string {
  const [, east, north, metres] = PLACE.exec(text) ?? [];
  if (east === undefined || north === undefined) return text;
  return metres === undefined ? `${north}, ${east}` : `${north}, ${east} (± ${metres} m)`;
}
