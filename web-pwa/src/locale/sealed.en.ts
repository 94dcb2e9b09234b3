/** What the tablet says where letters and a year are sealed, in English. */

import type { SealedText } from './sealed.fr';

export const sealedEn: SealedText = {
  first: 'First name: first two letters',
  last: 'Family name: first two letters',
  year: 'Year of birth',
  letters: 'As they are heard, in Latin letters. Never the whole name.',
  unfinished: 'Two letters twice and the year, or nothing.',
  sealed: 'Scrambled. What is typed here goes when you leave this card.',
  before: 'Given already, unreadable here. To correct it, type again.',
};
