/**
 * The console's words in the language at hand. Every screen calls it; it holds no word itself.
 */

import { consoleEn } from '../locale/console.en';
import { consoleFr, type ConsoleText } from '../locale/console.fr';
import type { ProblemWords } from '../locale/problems.fr';
import { language } from '../locale/index.svelte';
import type { Refused } from '../core/console';

/** The words; reading them in a screen makes the screen follow the language. */
export function words(): ConsoleText {
  return language() === 'en' ? consoleEn : consoleFr;
}

/** A code in words; the code itself where nobody has worded it yet. */
export function worded(table: Record<string, string>, code: string): string {
  return table[code] ?? code.replace(/[_-]/g, ' ');
}

/** A refusal in words: what happened, what is safe, what to do. */
export function problemWords(refused: Refused): ProblemWords {
  const { problems } = words();
  const known = problems[refused.code];
  if (known !== undefined) return known;
  const family =
    refused.status === 403
      ? 'role-not-allowed'
      : refused.status === 404
        ? 'not-found'
        : refused.status === 409
          ? 'stale-position'
          : refused.status === 413
            ? 'request-too-large'
            : refused.status >= 400 && refused.status < 500
              ? 'malformed-request'
              : 'internal-error';
  return problems[family] as ProblemWords;
}
