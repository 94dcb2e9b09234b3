/** *To be taken up*, in English: why something was refused and what to do. */

import type { QuarantineText, Reason } from './quarantine.fr';

const damaged: Reason = {
  why: 'It arrived damaged: the server cannot read it.',
  act: 'Ask the team whether an entry is missing. Download it for support.',
};
const tooLarge: Reason = {
  why: 'It is far larger than an ordinary entry.',
  act: 'Check who holds this tablet. Download it for support.',
};
const foreign: Reason = {
  why: 'It speaks in another tablet’s name.',
  act: 'This is no slip: check who holds this tablet, and revoke it if need be.',
};
const odd: Reason = {
  why: 'It does not have the shape of a Maraude entry.',
  act: 'Check the app’s version on the tablet. Download it for support.',
};
const twice: Reason = {
  why: 'It does not follow what this tablet had written: two tablets may share one memory.',
  act: 'Have this tablet enrolled again with a fresh code, then compare its entries with the list.',
};
const waits: Reason = {
  why: 'It follows an entry that has not arrived.',
  act: 'It will enter by itself when that one comes: have Maraude opened on the team’s tablets.',
};
const elsewhere: Reason = {
  why: 'It comes from a tablet, or for a campaign, that this server does not know.',
  act: 'Check that the tablet is enrolled in this campaign, then try again.',
};

export const quarantineEn: QuarantineText = {
  title: 'To be taken up',
  intro: 'What the server refused is kept here as it came, and holds nothing else up.',
  none: 'All that came was taken.',
  more: 'There are more: deal with these first.',
  columns: {
    received: 'Came',
    tablet: 'Tablet',
    what: 'What',
    why: 'Why',
    act: 'What to do',
    actions: 'Actions',
  },
  documents: { plan: 'plan', brief: 'known places', round: 'round', review: 'decisions' },
  unknownDocument: 'parcel',
  retry: 'Try again',
  retryAll: 'Try all again',
  take: 'Take up',
  download: 'Download',
  settle: 'Dealt with',
  settleTitle: (tablet) => `Mark the parcel of ${tablet} as dealt with?`,
  settleText: 'It leaves this list. Its bytes stay until the campaign is purged.',
  settled: 'The parcel is marked as dealt with.',
  retried: (taken, left) =>
    left === 0 ? `Taken: ${taken}.` : `Taken: ${taken}. Refused again: ${left}.`,
  entry: (number) => `parcel ${number}`,
  wentBack: (when, tablet, lost) =>
    `On ${when}, ${tablet} showed that the server had been put back into an older state: ${lost} changes were missing. All tablets send again what they still hold; have Maraude opened on each.`,
  otherReason: {
    why: 'The server refused it.',
    act: 'Try again after an update, or download it for support.',
  },
  reasons: {
    'envelope-unreadable': damaged,
    'envelope-payload': damaged,
    'change-unreadable': damaged,
    'change-checksum': damaged,
    'envelope-version': odd,
    'envelope-key': elsewhere,
    'other-campaign': elsewhere,
    'device-unknown': elsewhere,
    'envelope-signature': foreign,
    'foreign-actor': foreign,
    'foreign-stamp': foreign,
    'envelope-too-large': tooLarge,
    'change-too-large': tooLarge,
    'too-many-operations': tooLarge,
    'value-too-long': tooLarge,
    'not-a-change': odd,
    'not-descended': odd,
    'change-shape': odd,
    'entry-key': odd,
    'creation-field': odd,
    'change-sequence': twice,
    'entry-exists': twice,
    'missing-dependencies': waits,
    'depends-on-refused': {
      why: 'It follows a parcel that was refused.',
      act: 'Deal first with the refused parcel of the same tablet, then try again.',
    },
    'document-read-only': {
      why: 'It changes a document that this tablet may only read.',
      act: 'Make the change here, in Prepare, if it is right. Then mark it as dealt with.',
    },
    'document-full': {
      why: 'This tablet has written more in the round than a team can in a night.',
      act: 'Check who holds it; revoke it if in doubt. Colleagues’ work enters as before.',
    },
    'device-revoked': {
      why: 'The tablet had been revoked when it came.',
      act: 'If it is honest work, take it up: it enters like the rest.',
    },
    'document-gone': {
      why: 'The round was erased (objection or purge).',
      act: 'Mark it as dealt with; ask the team to enter again what must be.',
    },
    'document-damaged': {
      why: 'The server’s copy does not read any more: what comes for it is kept.',
      act: 'Tell support. Try again after the repair.',
    },
    'change-panics': {
      why: 'It shows a fault of the software.',
      act: 'Download it for support. Try again after an update.',
    },
    'change-panics-on-tablet': {
      why: 'The app stopped on this tablet while reading it. The server holds it; the tablet leaves it out.',
      act: 'Download it for support, then mark it as dealt with. An update of the app tries again.',
    },
  },
};
