/** *Comparaison*, and campaigns that ended, in English. */

import type { ComparisonText } from './comparison.fr';
import { manyEn as many } from './plural';

export const comparisonEn: ComparisonText = {
  intro:
    'Two campaigns are compared only where both walked everything. The rest is left out, and told.',
  other: 'Compare with',
  choose: 'Choose a campaign',
  endedChoice: 'ended, counts kept',
  alone: 'There is no other campaign to compare with on this server.',
  sides: 'What is compared',
  before: 'Before',
  after: 'After',
  provisional: 'figures still provisional',
  fromArchive: 'from the counts it left, without persons',
  definition: (name) => `definition: ${name}`,
  notCompared: 'No comparison.',
  refusals: {
    'other-definition':
      'The two street figures do not count the same people: their definitions differ.',
    'other-kind': 'One counts a night, the other weeks or a year: the figures do not say the same thing.',
    'other-mode': 'One is an exercise, the other is real.',
    'no-common-ground': 'No sector was walked whole both times.',
    'campaign-open':
      'One of them is still open: a number that moves would point at whoever was met. The comparison waits until it is locked.',
    'same-campaign': 'It is the same campaign.',
    'sector-twice': 'A sector code stands twice in one campaign.',
    'no-archive': 'Of the one that ended, no count was kept.',
  },
  ground: (both, all) =>
    `${both} of ${all} sectors were walked whole both times: every number below is of those.`,
  leftOut: (count) => `${count} sectors left out, and why`,
  reasons: {
    'only-before': 'Do not exist after:',
    'only-after': 'Did not exist before:',
    'other-limits': 'Their limits changed:',
    'walked-before-only': 'Walked whole before only:',
    'walked-after-only': 'Walked whole after only:',
    'never-walked': 'Never walked whole:',
  },
  intervalNote:
    'The interval of the difference, at 95%, holds the doubt about doubles and the chance of one night or another. Where it holds zero: no conclusion.',
  rounded: (step, least) =>
    `Numbers to the nearest ${step}. A part of fewer than ${least} people or fewer than 3 places, either time, is withheld, and another with it where a subtraction would give it back. Squats and shanty towns: only when the whole territory is compared.`,
  chartText: (title) => `${title}: chart of differences, the same numbers as the table.`,
  axis: 'People more or fewer',
  nothing: 'Nothing to compare here.',
  line: 'Line',
  sectorsColumn: 'Sectors',
  beforeColumn: 'Before',
  afterColumn: 'After',
  difference: 'Difference',
  interval: '95% interval',
  between: (low, high) => `${low} to ${high}`,
  conclusion: 'What may be said',
  conclusions: { more: 'more people', fewer: 'fewer people', none: 'no conclusion' },
  withheld: 'withheld',
  withheldNote: 'Withheld: too few people to tell without pointing at somebody.',
  noZone: 'No zone',
  titles: {
    units: 'Street, squats, shanty towns',
    zones: 'In the street, by zone',
    sectors: 'In the street, by sector',
  },
  unitsNote:
    'Four lines that do not add up. A squat or a shanty town comes or goes as a whole: its interval is wide.',
  zonesNote: 'Zones of the later campaign, sectors walked both times.',
  sectorsNote: 'One sector alone rarely concludes: a few people change streets from one night to another.',
  ended: {
    title: 'Ended: what is left',
    intro: 'The observations of these campaigns are destroyed.',
    coarsened: (when) => `coarsened on ${when}`,
    purged: (when) => `erased on ${when}`,
    releases: (count) => (count === 0 ? 'no release' : many(count, 'release', 'releases')),
    archive: 'Compare its counts',
    noArchive: 'no counts kept',
    certificate: 'Certificate',
    unnamed: 'No name',
    chip: 'ended',
    nothingHere: 'This campaign has ended: this screen has nothing left to show.',
  },
};
