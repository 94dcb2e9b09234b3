/** What leaves a tablet without network, in English. */

import { manyEn as many } from './plural';
import type { ProblemWords } from './problems.fr';
import type { rescueConsoleFr, rescueFr } from './rescue.fr';
import type { Sentences } from './sentences.fr';

const parcels = (count: number): string => many(count, 'sealed parcel', 'sealed parcels');

/** On the tablet, under *Sending*. */
export const rescueEn: typeof rescueFr = {
  title: 'Without network',
  lead: 'What is left to send can leave another way. The file is sealed: only the server can read it.',
  save: 'Save what is left to send in a file',
  saveHint: 'To be given to the coordination, or to another tablet of the campaign.',
  showCodes: 'Show what is left as QR codes',
  hideCodes: 'Hide the codes',
  readCodes: 'Read another tablet’s codes',
  stopCodes: 'Stop reading',
  carry: 'Carry another tablet’s work',
  carryHint:
    'Choose the file it gave. It will leave with your own; this tablet cannot read it.',
  carried: 'Carried for other tablets',
  waiting: (count) => `${parcels(count)} to hand to the server`,
  delivered: (count) => `${count} handed to the server`,
  refused: (code) => `The server refused some (${code}). They stay here and will be offered again.`,
};

const nothingTaken = 'Nothing was taken.';
const again = 'Make the file again on the other tablet: it keeps everything until the server confirms.';

/** What the tablet answers. */
export const rescueMessagesEn: Sentences = {
  'rescue-made': (count) =>
    `File made: ${parcels(Number(count))}. Everything also stays on this tablet until the server confirms.`,
  'rescue-nothing': () => 'Nothing waits: everything is on the server already.',
  'rescue-carried': (count) => `${parcels(Number(count))} to carry, with what you send next.`,
  'rescue-known': (label) => `Nothing new: this file of ${label} is taken already.`,
  'rescue-unreadable': () =>
    `This file is not from Maraude. ${nothingTaken} Choose the “.maraude” file the other tablet gave.`,
  'rescue-newer': () =>
    `This file was made by a newer version. ${nothingTaken} Update the app.`,
  'rescue-cut-short': () => `This file is incomplete. ${nothingTaken} ${again}`,
  'rescue-damaged': (place) =>
    `This file is damaged${place === '' ? '' : `, at parcel ${place}`}. ${nothingTaken} ${again}`,
  'rescue-other-campaign': () =>
    `This file is of another campaign. ${nothingTaken} Bring it to that campaign’s coordination.`,
  'rescue-too-large': () =>
    `This file is too large to come from a tablet. ${nothingTaken} Check which one you chose.`,
};

/** On the console, under *Tablets*. */
export const rescueConsoleEn: typeof rescueConsoleFr = {
  title: 'File of a tablet without network',
  intro:
    'A tablet that could not send gives a “.maraude” file. Handed in here, it enters as if the tablet had sent it; the same file twice counts once.',
  choose: 'Choose the file',
  taking: 'Reading the file…',
  taken: (tablet, count) => `${tablet}: ${parcels(count)} on the server.`,
  setAside: (count) => `${many(count, 'change', 'changes')} set aside, under “To deal with”.`,
  refused: (count, code, kept) =>
    kept
      ? `${parcels(count)} refused (${code}), kept under “To deal with”.`
      : `${parcels(count)} refused (${code}): keep the file.`,
};

const notTaken = 'Nothing of this file was taken; the tablet keeps everything.';

/** Refusals of the console. */
export const rescueProblemsEn: Record<string, ProblemWords> = {
  'rescue-unreadable': {
    what: 'This is not the file of a tablet.',
    safe: notTaken,
    act: 'Choose the “.maraude” file that the tablet gave.',
  },
  'rescue-newer': {
    what: 'This file was made by a newer version than the server’s.',
    safe: notTaken,
    act: 'Update the server, then hand it in again.',
  },
  'rescue-cut-short': {
    what: 'This file is incomplete: copying it stopped.',
    safe: notTaken,
    act: 'Copy it from the tablet again.',
  },
  'rescue-damaged': {
    what: 'This file is damaged.',
    safe: notTaken,
    act: 'Copy it again, or make it again on the tablet.',
  },
  'rescue-other-campaign': {
    what: 'This file is of another campaign.',
    safe: notTaken,
    act: 'Hand it in under the tablet’s own campaign.',
  },
  'rescue-too-large': {
    what: 'This file is too large to come from a tablet.',
    safe: notTaken,
    act: 'Check which one you chose.',
  },
};
