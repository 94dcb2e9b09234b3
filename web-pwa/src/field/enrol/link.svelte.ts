/**
 * The enrolment code that the address may hold: `#enrol=CODE&server=MARK`. The mark names its server,
 * and the core compares it.
 *
 * For: `Field`, `Enrol` and `EnrolAgain`. The code works once; it is taken out of the address at once,
 * so that it does not stay in the history.
 */

/** The code of the link this page was opened with, until it is used or turned down. */
export const linked: { code: string | null } = $state({ code: null });

/** The mark of each link's server, by code: a code may be typed again after a refusal. */
const servers = new Map<string, string>();

/** The code as the core takes it: with the mark of its server, where a link named one. */
export function bound(code: string): string {
  const server = servers.get(code);
  return server === undefined ? code : `${code}&server=${server}`;
}

/** Reads the address, now and whenever a link is opened in this page. Called once. */
export function readLink(): void {
  const read = (): void => {
    linked.code = takeCodeFromAddress() ?? linked.code;
  };
  read();
  addEventListener('hashchange', read);
}

/** The code, at most once. */
function takeCodeFromAddress(): string | null {
  const code = codeIn(location.hash);
  if (code === null) return null;
  const server = new URLSearchParams(location.hash.replace(/^#/, '')).get('server');
  if (server) servers.set(code, server);
  history.replaceState(history.state, '', location.pathname);
  return code;
}

/** The code of a fragment. */
export function codeIn(fragment: string): string | null {
  const code = new URLSearchParams(fragment.replace(/^#/, '')).get('enrol')?.trim() ?? '';
  return code === '' ? null : code;
}
