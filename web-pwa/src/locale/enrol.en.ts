/** What the tablet says of enrolment, of its PIN and of its end, in English. */
import type { enrolFr, pinFr } from './enrol.fr';
import { manyEn as plural } from './plural';

export const enrolEn: typeof enrolFr = {
  title: 'Set up this tablet',
  lead: 'The coordination gives you a code, or a QR to scan. It works only once.',
  scan: 'Scan the QR',
  stopScan: 'Stop the camera',
  aim: 'Put the QR inside the picture.',
  noCamera: 'The camera is not available. Type the code instead.',
  code: 'Code or link',
  codeHint: 'For example K7QM-4TXD-9WPA',
  submit: 'Enrol the tablet',
  working: 'Checking the code…',
  network: 'This step needs the network. Afterwards the tablet works without.',
  found: 'An enrolment link is open on this tablet.',
  againTitle: 'Enrol again',
  again: 'Enrol this tablet again',
  againLead: (label, campaign) =>
    `${label} serves the campaign “${campaign}”. A new code gives it to another campaign or another team: its rounds leave this tablet and stay on the server.`,
  againSent: 'Everything is sent to the server: nothing will be lost.',
  againUnsent: (count) =>
    `${plural(count, 'record is', 'records are')} still to be sent first. Nothing changes until all has left.`,
  againForm: 'A form is open: save it or leave it first.',
  linkOpened: 'An enrolment link was opened on this tablet.',
  install: {
    title: 'Install first',
    lead: 'In a tab, this device erases data after a week. Install Maraude, then enrol inside the installed app.',
    steps: [
      'Touch Share (the square with an arrow pointing up).',
      'Choose “Add to Home Screen”, then “Add”.',
      'Close this tab and open Maraude from its icon.',
      'There, scan the QR or type the code.',
    ],
    code: 'Your code, to be typed in the installed app:',
    unused: 'It has not been used yet.',
    anyway: 'Go on in this tab (not advised)',
  },
};

export const pinEn: typeof pinFr = {
  chooseTitle: 'Choose a PIN',
  chooseLead: '6 digits, to open this tablet during the night. Do not write it on the tablet.',
  repeatTitle: 'Once more',
  repeatLead: 'Type the 6 digits again.',
  differ: 'The two PINs differ. Start again.',
  working: 'Preparing the vault…',
  checkWords: 'Check words',
  checkWordsHint: 'The coordination’s screen must show the same. If they differ, tell them.',
  unlockTitle: 'Unlock',
  opening: 'Opening…',
  digits: (count) => `${count} of 6 digits typed`,
  erase: 'Erase',
  wait: (seconds) =>
    seconds < 100
      ? `Wait ${seconds} s before the next try.`
      : `Wait ${Math.ceil(seconds / 60)} minutes before the next try.`,
  tries: (left) =>
    left === 1
      ? 'Last try. After that, go back to the coordination.'
      : `${left} tries left.`,
  triesSafe: 'What is saved still leaves, locked or not.',
  destroyedTitle: 'Tablet closed',
  destroyed: {
    wrong_pins: 'Too many wrong PINs: what could be read on this tablet has been destroyed.',
    revoked:
      'The coordination withdrew this tablet: what could be read on it has been destroyed.',
    ended: 'The campaign is over: what could be read of it on this tablet has been destroyed.',
  },
  destroyedSent: 'All that was saved has reached the server.',
  destroyedWaits: (count) =>
    `Nothing is lost: ${plural(count, 'sealed record waits', 'sealed records wait')} to be sent. Leave the tablet on near a network.`,
  destroyedDo: 'Bring it back to the coordination: a new code puts it to work again.',
};
