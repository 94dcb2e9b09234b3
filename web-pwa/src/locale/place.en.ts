/** Where an observation is, as the tablet says it, in English. */

import { manyEn as plural } from './plural';
import type { Messages } from './fr';

export const placeEn: Messages['place'] = {
  title: 'Position',
  at: (words) => `Position: ${words}`,
  locating: 'Looking for the position…',
  fix: (accuracy) => `Position found ${accuracy}`,
  sources: {
    fix: 'by the tablet',
    hand: 'placed by hand',
    site: 'the known place’s',
    correction: 'corrected',
    import: 'imported',
    typed: 'from the place as typed',
  },
  none: 'No position, to be told',
  noneHint: 'This does not keep you from saving.',
  correct: 'Correct',
  fold: 'Fold',
  refix: 'Take the position again',
  onMap: 'Place on the map',
  removePin: 'Remove the placed mark',
  typed: 'Write the place',
  typedHint: 'For example: under the bridge, car park side.',
  suggestions: 'Suggested places',
  found: (count) => plural(count, 'suggested place', 'suggested places'),
  chosen: 'Place chosen. Without another position the observation will be placed there.',
  noSearch: 'Streets and landmarks are not on this tablet: what you write is kept as it is.',
  kinds: {
    address: 'address',
    interpolated: 'address, roughly',
    street: 'street',
    landmark: 'landmark',
    crossing: 'crossing',
  },
};
