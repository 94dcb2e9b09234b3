/** Refusals of the server in English, by their stable code. */

import type { ProblemWords } from './problems.fr';

const notSent = 'Nothing was changed on the server.';

export const problemsEn: Record<string, ProblemWords> = {
  unreachable: {
    what: 'The server does not answer.',
    safe: 'What is shown stays on screen; tablets keep what they have.',
    act: 'Check the network, then try again.',
  },
  'session-expired': {
    what: 'The session has expired.',
    safe: notSent,
    act: 'Enter your password again.',
  },
  'not-logged-in': {
    what: 'The session has expired.',
    safe: notSent,
    act: 'Enter your password again.',
  },
  'login-wrong': {
    what: 'Name or password refused.',
    safe: notSent,
    act: 'Check both, then try again.',
  },
  'too-many-attempts': {
    what: 'Too many tries.',
    safe: notSent,
    act: 'Wait a few minutes, then try again.',
  },
  'role-not-allowed': {
    what: 'Your account may not do this.',
    safe: notSent,
    act: 'Ask whoever administers the server.',
  },
  'not-found': {
    what: 'Not found: it does not exist, or no longer.',
    safe: notSent,
    act: 'Go back to the list.',
  },
  'stale-position': {
    what: 'Somebody else has just changed this.',
    safe: 'Their change is kept; yours was not made.',
    act: 'The screen now shows the new state: make your change again if it is still needed.',
  },
  'opening-obstacles': {
    what: 'The campaign cannot open yet.',
    safe: 'It stays in preparation.',
    act: 'Fill in what is listed, then open it.',
  },
  'campaign-locked': {
    what: 'The campaign is locked.',
    safe: notSent,
    act: 'This change is no longer possible in this campaign.',
  },
  'invalid-geojson': {
    what: 'This file is not readable GeoJSON.',
    safe: notSent,
    act: 'Export it again as GeoJSON (WGS 84), then try again.',
  },
  'malformed-request': {
    what: 'The server could not read the request.',
    safe: notSent,
    act: 'Correct the field named here.',
  },
  'invalid-value': {
    what: 'A value is not accepted.',
    safe: notSent,
    act: 'Correct the field named here.',
  },
  'too-large': {
    what: 'The file is too large.',
    safe: notSent,
    act: 'Simplify it or cut it up.',
  },
  'disk-full': {
    what: 'The server’s disk is full.',
    safe: 'What had arrived is kept; this change was not made.',
    act: 'Tell whoever administers the server before going on.',
  },
  'campaign-unknown': {
    what: 'This server has no such campaign.',
    safe: notSent,
    act: 'Go back to the list of campaigns.',
  },
  'campaign-gone': {
    what: 'This campaign was purged.',
    safe: 'Its releases stay.',
    act: 'Go back to the list of campaigns.',
  },
  'document-gone': {
    what: 'These data were destroyed on the planned date.',
    safe: 'Releases stay.',
    act: 'Go back to the list.',
  },
  'cross-site': {
    what: 'The request seems to come from another site.',
    safe: notSent,
    act: 'Reload the page at the server’s address.',
  },
  'device-revoked': {
    what: 'This tablet is revoked.',
    safe: notSent,
    act: 'Enrol it again if it must serve.',
  },
  'server-busy': {
    what: 'The server is busy.',
    safe: notSent,
    act: 'Try again in a moment.',
  },
  'internal-error': {
    what: 'The server met an error.',
    safe: 'Whether the request was carried out is unknown; the screen was read again.',
    act: 'Check the screen before trying again. If it comes back, tell the administrator.',
  },
};
