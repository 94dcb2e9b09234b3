/** Refusals of the server in English, by their stable code. */

import type { ProblemWords } from './problems.fr';

const notSent = 'Nothing was changed on the server.';

export const problemsEn: Record<string, ProblemWords> = {
  'facts-wrong': {
    what: 'These letters or this year cannot be read.',
    safe: notSent,
    act: 'Two letters of the first name, two of the family name and a whole year of birth are needed.',
  },
  'already-opposed': {
    what: 'These letters and this year are entered already.',
    safe: 'The answers that go with them are held back already.',
    act: 'There is nothing to do.',
  },
  'sheet-number-wrong': {
    what: 'This sheet number cannot be read.',
    safe: notSent,
    act: 'Check each digit, and the letter at the end.',
  },
  'sheet-keyed-in': {
    what: 'This sheet has been copied already.',
    safe: 'What was copied the first time is kept. Nothing is counted twice.',
    act: 'Check the number on the paper.',
  },
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
  'passkey-not-given': {
    what: 'No passkey was given.',
    safe: notSent,
    act: 'Try again, or log in with the password. A key that is not on this device may be on a telephone.',
  },
  'passkey-known': {
    what: 'This device already has a passkey for this account.',
    safe: notSent,
    act: 'Use that one, or take another device.',
  },
  'passkey-elsewhere': {
    what: 'The passkeys of this server are for its public address.',
    safe: notSent,
    act: 'Open the console at the address your association gave you.',
  },
  'passkey-not-possible': {
    what: 'This device cannot use a passkey here.',
    safe: notSent,
    act: 'Take another browser or device, or the password.',
  },
  'passkeys-not-here': {
    what: 'This server has no address with a name: browsers make no passkeys for it.',
    safe: notSent,
    act: 'Log in with the password. Whoever runs the server can give it a name.',
  },
  'passkey-too-late': {
    what: 'The answer came too late, or was used already.',
    safe: notSent,
    act: 'Begin again.',
  },
  'passkey-wrong': {
    what: 'This passkey opens no account here.',
    safe: 'It may have been removed.',
    act: 'Take another one, or the password.',
  },
  'passkey-not-verified': {
    what: 'The device did not verify who holds it.',
    safe: notSent,
    act: 'Set a code, a finger or a face on it, then try again.',
  },
  'passkey-went-back': {
    what: 'The count of this passkey’s uses went back: it may have been copied.',
    safe: 'It was refused, and the log says so.',
    act: 'Log in with the password, remove this passkey and tell whoever runs the server.',
  },
  'too-many-passkeys': {
    what: 'This account already has many passkeys.',
    safe: notSent,
    act: 'Remove one first.',
  },
  'second-factor-needed': {
    what: 'A code is needed.',
    safe: notSent,
    act: 'Type the code that your telephone shows.',
  },
  'second-factor-wrong': {
    what: 'This code is wrong, too old, or used.',
    safe: notSent,
    act: 'Wait for the next code, or take a recovery code.',
  },
  'team-not-allowed': {
    what: 'This account may not do that for this team’s tablets.',
    safe: notSent,
    act: 'Ask the coordination.',
  },
  'not-by-the-proxy': {
    what: 'This address does not lead to the server.',
    safe: notSent,
    act: 'Take the address the coordination gave.',
  },
  'password-wrong': {
    what: 'This is not the present password.',
    safe: notSent,
    act: 'Type it again.',
  },
  'password-length': {
    what: 'The new password is too short.',
    safe: notSent,
    act: 'Take ten characters at least.',
  },
  'password-guessable': {
    what: 'The new password is among those that are guessed first.',
    safe: notSent,
    act: 'Take several words that do not belong together.',
  },
  'too-many-tokens': {
    what: 'This account has many tokens already.',
    safe: notSent,
    act: 'End one first.',
  },
  'value-invalid': {
    what: 'A value cannot be taken.',
    safe: notSent,
    act: 'Correct it, then try again.',
  },
  'prove-again': {
    what: 'This needs a recent login.',
    safe: notSent,
    act: 'Log in again, then do it again.',
  },
  'confirmation-wrong': {
    what: 'This is not the campaign’s name.',
    safe: notSent,
    act: 'Type it exactly.',
  },
  'legal-hold': {
    what: 'A legal hold stands.',
    safe: notSent,
    act: 'Have it lifted first.',
  },
  'campaign-exported': {
    what: 'This campaign was exported for another server.',
    safe: 'What was there at the export is on both sides.',
    act: 'Its figures, tablets and releases are on its new server: go there.',
  },
  'campaign-open': {
    what: 'The campaign is open.',
    safe: notSent,
    act: 'Lock it first.',
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
  'passkey-needed': {
    what: 'This account has a passkey: the password alone does not open it.',
    safe: notSent,
    act: 'Tap “Passkey”. If the device that holds it is lost, ask whoever administers the server.',
  },
  'second-proof-first': {
    what: 'A password alone is not enough on this server.',
    safe: notSent,
    act: 'In My account, make a passkey or set up the telephone’s code.',
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
  'not-there': {
    what: 'It is no longer there.',
    safe: notSent,
    act: 'The screen now shows the new state.',
  },
  'request-too-large': {
    what: 'The file is too large.',
    safe: notSent,
    act: 'Simplify it or cut it up.',
  },
  'disk-full': {
    what: 'The server’s disk is full.',
    safe: 'What had arrived is kept; this change was not made.',
    act: 'Tell whoever administers the server before going on.',
  },
  'campaign-damaged': {
    what: 'The files of this campaign are damaged: it no longer opens.',
    safe: 'The other campaigns work; the tablets keep what they have.',
    act: 'Tell whoever runs the server: a copy can be put back.',
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
  'pseudonyms-forgotten': {
    what: 'The key of this campaign’s pseudonyms was destroyed.',
    safe: notSent,
    act: 'These letters cannot be asked for in this campaign any more.',
  },
  'pseudonyms-never-asked': {
    what: 'This campaign never asked for pseudonyms.',
    safe: notSent,
    act: 'There is nothing to forget.',
  },
  'campaign-archived': {
    what: 'The campaign is archived.',
    safe: notSent,
    act: 'This change is no longer possible.',
  },
  'campaign-not-open': {
    what: 'The campaign is not open.',
    safe: notSent,
    act: 'Open it first, under Prepare.',
  },
  'perimeter-frozen': {
    what: 'The perimeter has been fixed since the campaign opened.',
    safe: notSent,
    act: 'For another perimeter, create another campaign.',
  },
  'campaign-not-ready': {
    what: 'The campaign is no longer being prepared.',
    safe: notSent,
    act: 'Look at its state at the top of the screen.',
  },
  'before-coarsening': {
    what: 'The purge is set before the first date of retention.',
    safe: notSent,
    act: 'Choose a later purge date.',
  },
  'before-last-night': {
    what: 'The first date of retention is before the last night.',
    safe: notSent,
    act: 'Choose a date after the last night.',
  },
  'code-taken': {
    what: 'This code is taken.',
    safe: notSent,
    act: 'Choose another code.',
  },
  'not-a-night': {
    what: 'This is not a night of the campaign.',
    safe: notSent,
    act: 'Choose a night of the details.',
  },
  'open-ring': {
    what: 'The outline is not closed, or has too few vertices.',
    safe: notSent,
    act: 'Draw the sector again.',
  },
  'not-a-fact': {
    what: 'A date or a code of this place is none that the national platform expects.',
    safe: notSent,
    act: 'Choose from the list, or write the date as 2026-03-01.',
  },
  'out-of-range': {
    what: 'A coordinate is impossible.',
    safe: notSent,
    act: 'Write longitude first, then latitude, in degrees.',
  },
  'too-detailed': {
    what: 'The outline has too many vertices.',
    safe: notSent,
    act: 'Simplify it, then try again.',
  },
  'same-slot': {
    what: 'Both sides of the pair are the same observation.',
    safe: notSent,
    act: 'Go on to the next pair.',
  },
  'too-long': {
    what: 'A text is too long.',
    safe: notSent,
    act: 'Shorten it.',
  },
  'too-many': {
    what: 'There are too many at once.',
    safe: notSent,
    act: 'Do it in several steps.',
  },
  missing: {
    what: 'A required field is empty.',
    safe: notSent,
    act: 'Fill it in.',
  },
  'layer-not-json': {
    what: 'This file is not JSON text.',
    safe: notSent,
    act: 'Export it again as GeoJSON.',
  },
  'layer-not-a-collection': {
    what: 'This file is not a FeatureCollection.',
    safe: notSent,
    act: 'Export it again as GeoJSON.',
  },
  'layer-not-read': {
    what: 'This file cannot be read.',
    safe: notSent,
    act: 'Export it again: GeoJSON, GeoPackage, or all files of the shapefile in one zip.',
  },
  'layer-many-tables': {
    what: 'This GeoPackage holds several layers.',
    safe: notSent,
    act: 'Export the layer you want to a file of its own.',
  },
  'layer-empty': {
    what: 'This file has no feature.',
    safe: notSent,
    act: 'Choose another file.',
  },
  'no-tiles': {
    what: 'There is no background map on the server.',
    safe: notSent,
    act: 'Maps draw the imported layers.',
  },
  'tiles-refused': {
    what: 'This file is no background map that tablets can read.',
    safe: 'The background map before stays in use.',
    act: 'Choose a whole PMTiles extract of vector tiles.',
  },
  'tiles-too-large': {
    what: 'This background map is larger than 4 GB.',
    safe: 'The background map before stays in use.',
    act: 'Make an extract of the territory alone.',
  },
  'layer-too-large': {
    what: 'This file has too many vertices.',
    safe: notSent,
    act: 'Simplify it, or import it with the server’s command.',
  },
  'layer-coordinates': {
    what: 'Its coordinates are neither WGS 84 nor Lambert-93.',
    safe: notSent,
    act: 'Export it as WGS 84 (EPSG:4326).',
  },
  'layer-geometry': {
    what: 'A shape of the file is damaged.',
    safe: notSent,
    act: 'Mend the shape named here, then try again.',
  },
  'layer-wrong-shape': {
    what: 'The shapes do not fit this kind of layer.',
    safe: notSent,
    act: 'Check the kind you chose.',
  },
  'layer-columns': {
    what: 'A chosen column is missing, or a code is empty.',
    safe: notSent,
    act: 'Choose other columns.',
  },
  'release-obstacles': {
    what: 'This release cannot be built now.',
    safe: notSent,
    act: 'Remove what is listed, then try again.',
  },
  'release-ledger': {
    what: 'A release already published of the same nights stands in the way: together they would give people away.',
    safe: notSent,
    act: 'Keep the release already published.',
  },
  'paper-code-wrong': {
    what: 'This code does not read: a letter is wrong or missing.',
    safe: notSent,
    act: 'Read the slip again letter by letter. There is no I, L, O or U.',
  },
  'paper-code-unknown': {
    what: 'No observation on this server has this code.',
    safe: notSent,
    act: 'It was erased already, or its tablet has not sent it yet: check the campaign, have the tablets send, then search again.',
  },
  'reason-missing': {
    what: 'The reason is missing.',
    safe: notSent,
    act: 'Write why, in at least 10 characters.',
  },
};
