/** A forgotten PIN, in English. */

import type { ProblemWords } from './problems.fr';
import type { resetConsoleFr, resetFr } from './reset.fr';

/** On the locked tablet. */
export const resetEn: typeof resetFr = {
  forgot: 'Forgot the PIN?',
  title: 'Forgotten PIN',
  call: (number) =>
    number === null
      ? 'Call the coordination and read to them:'
      : `Call the coordination, ${number}, and read to them:`,
  tablet: 'Tablet',
  words: 'Four words',
  waits:
    'They check that it is you, then allow a new PIN. This needs network: leave this screen open.',
  until: (hour) => `This request ends at ${hour}.`,
  safe: 'Everything saved stays on the tablet and goes on being sent.',
  back: 'Back to the PIN',
  impossible: 'This tablet has not been able to prepare this with the server yet.',
  impossibleDo:
    'Try the PIN again. If it does not come back, bring the tablet to the coordination: what is saved is sent all the same.',
  newTitle: 'Choose a new PIN',
  newLead: 'The coordination allowed it. 6 digits; the old PIN will not open any more.',
  done: 'New PIN chosen. Everything is still there.',
};

/** At the console, under *Tablets*. */
export const resetConsoleEn: typeof resetConsoleFr = {
  title: 'Forgotten PINs',
  none: 'No tablet asks for a new PIN. It is asked for on the tablet, by “Forgot the PIN?”.',
  lead: 'The person calls you and reads four words. Be sure who is calling: a new PIN opens everything the tablet holds.',
  asked: (time) => `Asked at ${time}`,
  impossible:
    'This tablet left nothing that allows a new PIN. Have it brought back: what is saved is sent all the same.',
  reset: 'Reset the PIN',
  confirmTitle: (label) => `Allow a new PIN on ${label}?`,
  confirmText: (words) =>
    `The person must have read to you exactly: “${words}”. If one word differs, refuse.`,
  confirm: 'These are the words: allow',
  allowed: (label) => `A new PIN is allowed on ${label}. It is chosen on the tablet.`,
  wasAllowed: (time) => `Allowed at ${time}: the tablet asks for a new PIN.`,
};

/** Refusals of the console. */
export const resetProblemsEn: Record<string, ProblemWords> = {
  'reset-not-asked': {
    what: 'This tablet asks for no new PIN any more, or its words have changed.',
    safe: 'Nothing was allowed.',
    act: 'Have the words on the tablet read again.',
  },
  'reset-impossible': {
    what: 'This tablet left nothing that allows a new PIN.',
    safe: 'What is saved is sent all the same.',
    act: 'Have it brought to the coordination.',
  },
};
