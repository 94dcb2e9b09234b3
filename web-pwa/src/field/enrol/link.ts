/**
 * The enrolment code that the address may hold: `#enrol=CODE`.
 *
 * For: `Enrol`. The code works once; it is taken out of the address at once, so that it stays neither
 * on screen nor in the history.
 */

/** The code, at most once. */
export function takeCodeFromAddress(): string | null {
  const code = codeIn(location.hash);
  if (code === null) return null;
  history.replaceState(history.state, '', location.pathname);
  return code;
}

/** The code of a fragment. */
export function codeIn(fragment: string): string | null {
  const code = new URLSearchParams(fragment.replace(/^#/, '')).get('enrol')?.trim() ?? '';
  return code === '' ? null : code;
}
