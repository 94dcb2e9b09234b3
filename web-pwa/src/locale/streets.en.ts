/** *Streets walked* on the tablet, in English. */
import { manyEn as plural } from './plural';
import type { StreetsText } from './streets.fr';

const kilometres = (metres: number): string =>
  metres < 1_000
    ? `${metres} m`
    : `${(metres / 1_000).toLocaleString('en-GB', { maximumFractionDigits: 1 })} km`;

export const streetsEn: StreetsText = {
  title: 'Streets walked',
  lead: 'Tick each street that the team walked. Every touch is saved.',
  told: (walked, all, walkedM, allM) =>
    `${walked} of ${plural(all, 'street', 'streets')} · ${kilometres(walkedM)} of ${kilometres(allM)} (${
      allM === 0 ? 0 : Math.floor((100 * walkedM) / allM)
    }%)`,
  all: 'All',
  undo: 'Undo',
  undone: 'Last touch undone.',
  find: 'Find a street',
  nothing: 'No street of that name in the sector.',
  left: 'Only those not walked yet',
  metres: kilometres,
  loading: 'Reading the streets of the sector…',
  none: 'The streets of this sector are not on the tablet. At the end of the round, simply say what was walked.',
  open: 'Tick the streets walked',
  asked: 'Streets of the sector',
  rule: 'Coverage is counted on the streets ticked.',
  short: 'You say “entirely”, but some streets are not ticked: tick them, or say “in part”.',
  some: 'You say “not at all”, but some streets are ticked.',
};
