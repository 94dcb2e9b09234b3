/**
 * The language of the screens: typed messages, French first, and formats of numbers and hours.
 *
 * For: every screen. It holds words only: nothing here decides anything. The console's words are in
 * `console.fr.ts` and `console.en.ts`, loaded with the console.
 */
import { fr, type Messages } from './fr';

/** Languages of the screens. */
export type Language = 'fr' | 'en';

/** All languages, in the order they are offered. */
export const LANGUAGES: readonly Language[] = ['fr', 'en'];

const TAGS: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' };

let current = $state<Language>('fr');
let words = $state.raw<Messages>(fr);

/** The language at hand; reading it in a screen makes the screen follow it. */
export function language(): Language {
  return current;
}

/** Changes the language of every screen, once its words are loaded (French always is). */
export async function setLanguage(next: Language): Promise<void> {
  const loaded = next === 'fr' ? fr : (await import('./en')).en;
  words = loaded;
  current = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next;
}

/** The words of the language at hand. */
export function t(): Messages {
  return words;
}

/** A text of the questionnaire in the language at hand, else in French, else whatever there is. */
export function say(labels: Record<string, string> | null | undefined): string {
  if (!labels) return '';
  return labels[current] ?? labels['fr'] ?? Object.values(labels)[0] ?? '';
}

/** The language `say` answers in, for the `lang` attribute. */
export function sayLanguage(labels: Record<string, string> | null | undefined): string {
  if (!labels || labels[current] !== undefined) return current;
  return labels['fr'] !== undefined ? 'fr' : (Object.keys(labels)[0] ?? current);
}

/** Hour and minute on this device, `21:58`. */
export function formatHour(atMs: number): string {
  return new Intl.DateTimeFormat(TAGS[current], { hour: '2-digit', minute: '2-digit' }).format(atMs);
}

/** Calendar day and hour on this device. */
export function formatDayHour(atMs: number): string {
  return new Intl.DateTimeFormat(TAGS[current], {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(atMs);
}

/** A night as people say it: `jeudi 22 janvier 2026`, from `2026-01-22`. */
export function formatNight(night: string): string {
  const [year, month, day] = night.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return night;
  return new Intl.DateTimeFormat(TAGS[current], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(Date.UTC(year, month - 1, day));
}

/** A number with the separators of the language. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(TAGS[current]).format(value);
}

/** "3" or "3 à 5". */
export function formatRange(atLeast: number, atMost: number): string {
  if (atLeast === atMost) return formatNumber(atLeast);
  return t().units.range(formatNumber(atLeast), formatNumber(atMost));
}
