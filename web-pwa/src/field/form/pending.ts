/**
 * Texts being typed: sent to the core a moment after the last key, and before anything else is done.
 *
 * For: text fields of a form, and the form's buttons.
 */

/** After the last key. */
const QUIET_MS = 400;

const waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; send: () => void }>();

/** Sends once the keys are quiet; a later call for the same field replaces it. */
export function sendWhenQuiet(field: string, send: () => void): void {
  const held = waiting.get(field);
  if (held) clearTimeout(held.timer);
  const timer = setTimeout(() => {
    waiting.delete(field);
    send();
  }, QUIET_MS);
  waiting.set(field, { timer, send });
}

/** Sends what waits, at once. */
export function flushTexts(): void {
  const held = [...waiting.values()];
  waiting.clear();
  for (const { timer, send } of held) {
    clearTimeout(timer);
    send();
  }
}
