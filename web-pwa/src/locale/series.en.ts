/** Enrolment in series at the console, in English. */

import { manyEn as many } from './plural';
import type { seriesFr } from './series.fr';

export const seriesEn: typeof seriesFr = {
  title: 'Enrol in series',
  intro:
    'For the afternoon before the night: one code for several tablets, good until the night ends. Show it, and let each tablet scan it.',
  label: 'Beginning of the label',
  places: 'Number of tablets',
  open: 'Open',
  scan: 'Each tablet scans this code, or types:',
  qr: 'Enrolment QR code',
  until: (time) => `Good until ${time}, or until the last place.`,
  openedAt: (time) => `opened at ${time}`,
  left: (used, places) => `${many(used, 'tablet', 'tablets')} enrolled of ${places}`,
  full: 'full',
  over: 'over',
  cancelled: 'cancelled',
  cancel: 'Cancel this code',
  sheetTitle: 'Sheet of codes to print',
  sheetIntro: 'One code per tablet, by team. Each serves once, until the night ends.',
  perTeam: 'Tablets per team',
  makeSheet: (count) => `Prepare ${many(count, 'code', 'codes')}`,
  print: 'Print the sheet',
  once: (time) => `Each code serves once, until ${time}.`,
  team: (code) => `Team ${code}`,
  words: 'Check words',
};
