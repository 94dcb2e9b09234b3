/** What the tablet says of what was done and of what went wrong, in English. */

import type { Messages } from './fr';

/** Why the app cannot go on, and what to do. */
export const fatalEn: Messages['fatal'] = {
  'not-secure': {
    title: 'Unprotected address',
    text: 'At this address, without HTTPS, the tablet could neither keep data nor work without network. Ask the coordination for the right address.',
    act: 'Try again',
  },
  'other-tab': {
    title: 'Already open in another tab',
    text: 'Maraude can be open only once on this tablet. Go back to the other tab, or go on here: the other one will lock itself.',
    act: 'Go on here',
  },
  'handed-over': {
    title: 'Maraude goes on in another tab',
    text: 'This tab can be closed.',
    act: 'Come back here',
  },
  'storage-held': {
    title: 'The data are still in use',
    text: 'The browser has not finished closing the former page. Wait a few seconds and try again.',
    act: 'Try again',
  },
  'no-storage': {
    title: 'This page cannot keep anything',
    text: 'The browser refuses storage: private browsing, or no room left. Open Maraude in a normal window and try again.',
    act: 'Try again',
  },
  'no-core': {
    title: 'The app does not start',
    text: 'A part of the app is missing on this tablet. Try again with network.',
    act: 'Try again',
  },
  broken: {
    title: 'The app stops at each try',
    text: 'What was marked “saved” stays on the tablet. Bring it back to the coordination without erasing the browser’s data.',
    act: 'Try again',
  },
};

/** What the core answered, by its code. */
export const messagesEn: Messages['messages'] = {
  enrolled: () => 'This tablet is enrolled.',
  saved: (detail) =>
    detail
      ? `Saved on this tablet. Code for the person’s slip: ${detail}`
      : 'Saved on this tablet.',
  withdrawn: () => 'Observation taken back.',
  restored: () => 'Observation taken up again.',
  settled: () => 'Value chosen, saved on this tablet.',
  undone: () => 'Undone.',
  'pin-chosen': () => 'PIN chosen. You will be asked for it at each opening.',
  'not-saved': () => 'NOT SAVED. Free some room on the tablet, then try again.',
  'draft-not-kept': () => 'The draft of this form is not kept: save it soon.',
  'form-incomplete': () => 'An answer is missing.',
  'answer-not-taken': () => 'This answer was not taken. Try again.',
  'pseudonym-not-taken': () =>
    'These letters or this year were not taken: two Latin letters, two Latin letters, four digits.',
  'not-in-plan': () => 'This sector or night is no longer in the plan.',
  'wrong-pin': () => 'This is not the right PIN.',
  'wait-before-pin': () => 'Wait before the next try.',
  'weak-pin': () => 'This PIN is too easy to guess. Choose another.',
  'no-memory': () => 'The tablet lacks memory. Close other apps and try again.',
  'vault-damaged': () =>
    'The vault of this tablet is damaged. What waits still leaves: bring it back to the coordination.',
  'campaign-over': () =>
    'The campaign is over. Tomorrow what can be read of it here will be destroyed; what is left to send will still leave.',
  'tablet-revoked': () =>
    'This tablet was revoked: what it held is destroyed. What was sealed for the server still leaves.',
  'campaign-purged': () =>
    'The campaign is over and its data are destroyed: this tablet holds nothing of it any more. It may be enrolled again.',
  'newer-version': () => 'These data come from a newer version. Update the app.',
  'code-unknown': () => 'This code does not exist. Check it with the coordination.',
  'code-used': () => 'This code was already used. Ask the coordination for another.',
  'code-expired': () => 'This code is no longer valid. Ask the coordination for another.',
  'other-server': () =>
    'This link is of another server: nothing was kept. Ask the coordination for a new code.',
  unreachable: () => 'The server does not answer. Check the network and try again.',
  'server-busy': () => 'The server is busy. Try again in a moment.',
  'unexpected-answer': () => 'The server answered something unexpected. Try again.',
  revoked: () => 'This tablet is no longer allowed. Bring it back to the coordination.',
  'round-is-closed': () =>
    'This round is finished: nothing is added to it. Open it again, or start another one.',
  'send-first': (detail) => `${detail} still to send: send first, then give the same code.`,
  'form-first': () => 'A form is open: save it or leave it first.',
  'unlock-first': () => 'Unlock the tablet first.',
  'round-closed': () => 'Round finished.',
  'round-reopened': () => 'Round open again.',
  'round-reissued': () =>
    'Somebody had their answers erased: they are not here any more. The rest of the round is here, nothing else changes.',
};
