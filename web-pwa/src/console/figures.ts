/**
 * Figures, instants and lengths as the console writes them. Pure; every screen calls it.
 */

import type { Language } from '../locale/index.svelte';

export type { Language };

const LOCALE: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' };

/** A whole number with its thousands apart. */
export function wholeNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: 0 }).format(value);
}

/** `12`, or `12 à 15` where the bounds differ. */
export function bounds(low: number, high: number, language: Language): string {
  if (low === high) return wholeNumber(low, language);
  const between = language === 'fr' ? 'à' : 'to';
  return `${wholeNumber(low, language)} ${between} ${wholeNumber(high, language)}`;
}

/** `+2,4` or `−0,7`: bits of evidence, sign always written. */
export function signedBits(bits: number, language: Language): string {
  const rounded = Math.round(bits * 10) / 10;
  const text = new Intl.NumberFormat(LOCALE[language], {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(Math.abs(rounded));
  if (rounded > 0) return `+${text}`;
  return rounded < 0 ? `−${text}` : text;
}

/** A probability as a percentage that never claims certainty. */
export function percent(probability: number, language: Language): string {
  const value = probability * 100;
  const space = language === 'fr' ? '\u00a0' : '';
  if (value > 99) return `> 99${space}%`;
  if (value < 1) return `< 1${space}%`;
  return `${Math.round(value)}${space}%`;
}

/** A part of a whole, per cent, never rounded up: 100 is the whole. */
export function wholePercent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((100 * part) / whole);
}

/** `8 m`, `140 m`, `1,2 km`. */
export function length(metres: number, language: Language): string {
  if (metres < 1000) {
    const step = metres < 20 ? 1 : metres < 200 ? 5 : 10;
    return `${Math.round(metres / step) * step}\u00a0m`;
  }
  const km = new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: 1 });
  return `${km.format(metres / 1000)}\u00a0km`;
}

/** What a place is near to and how far, by kind; its name alone for a kind that has no words. */
export function nearInWords(
  near: { readonly kind: string; readonly label: string; readonly distance_m: number },
  words: Readonly<Record<string, (label: string, away: string) => string>>,
  language: Language,
): string {
  const away = near.distance_m < 1 ? '' : length(near.distance_m, language);
  return words[near.kind]?.(near.label, away) ?? near.label;
}

/** `12 min`, `1 h 05`. */
export function duration(minutes: number): string {
  const whole = Math.round(Math.abs(minutes));
  if (whole < 60) return `${whole}\u00a0min`;
  return `${Math.floor(whole / 60)}\u00a0h\u00a0${String(whole % 60).padStart(2, '0')}`;
}

/** Hour and minute in the campaign's time zone. */
export function clock(at: number, timeZone: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALE[language], {
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(at);
}

/** Calendar date, hour and minute in the campaign's time zone. */
export function instant(at: number, timeZone: string, language: Language): string {
  return new Intl.DateTimeFormat(LOCALE[language], {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone,
  }).format(at);
}

/** A night or date written out: `jeudi 22 janvier 2026`. The text itself where it is none. */
export function nightInWords(night: string, language: Language): string {
  const at = Date.parse(`${night}T12:00:00Z`);
  if (Number.isNaN(at)) return night;
  return new Intl.DateTimeFormat(LOCALE[language], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(at);
}

/** How long ago: `à l'instant`, `il y a 4 min`, `il y a 3 h`. */
export function ago(at: number, now: number, language: Language): string {
  const minutes = Math.round((now - at) / 60_000);
  if (minutes < 1) return language === 'fr' ? 'à l’instant' : 'just now';
  const format = new Intl.RelativeTimeFormat(LOCALE[language], {
    numeric: 'always',
    style: 'short',
  });
  if (minutes < 90) return format.format(-minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48
    ? format.format(-hours, 'hour')
    : format.format(-Math.round(hours / 24), 'day');
}

/** A clock offset in words a person can act on: `+3 min`, `−40 s`; empty below two seconds. */
export function clockOffset(offsetMs: number | null): string {
  if (offsetMs === null || Math.abs(offsetMs) < 2_000) return '';
  const sign = offsetMs > 0 ? '+' : '−';
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return seconds < 90 ? `${sign}${seconds}\u00a0s` : `${sign}${duration(seconds / 60)}`;
}
