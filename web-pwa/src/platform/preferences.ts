/**
 * Choices of the person holding the device: how the screen looks, never what it records.
 *
 * For: `core/preferences`. Must never keep anything that was observed.
 */

const KEY = 'maraude.preferences';

/** The coordination's telephone: shown under *Urgence* where the core does not start. */
const NUMBER = 'maraude.coordination';

/** The number kept last. */
export function keptNumber(): string | null {
  try {
    return localStorage.getItem(NUMBER);
  } catch {
    return null;
  }
}

/** Keeps the number, or forgets it. */
export function keepNumber(number: string | null): void {
  try {
    if (number === null) localStorage.removeItem(NUMBER);
    else localStorage.setItem(NUMBER, number);
  } catch {
    // Private mode: the number lasts as long as the core works.
  }
}

/** Reads what was kept, unchecked; nothing where there is nothing or storage is refused. */
export function readKept(): unknown {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null');
  } catch {
    return null;
  }
}

/** Keeps it; a refusal of the browser costs only the choice. */
export function keep(value: unknown): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // Private mode: the choice lasts as long as the page.
  }
}
