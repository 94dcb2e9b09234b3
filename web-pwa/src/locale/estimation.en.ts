/** *Estimation*, in English. */

import type { EstimationText } from './estimation.fr';
import { manyEn } from './plural';

export const estimationEn: EstimationText = {
  figure: 'The figure: distinct people met',
  figureNote: (interval) =>
    `It is a minimum, and it is what gets published. Doubt about doubles goes from ${interval}.`,
  intro:
    'Below, what the count tells of people nobody saw. An estimate stands beside the figure, never for it, and only with what it assumes.',
  methods: {
    met: 'How many teams met each person',
    nights: 'One list per night',
    passes: 'Two passes over the same sectors',
    sectors: 'Sectors nobody walked',
  },
  methodNotes: {
    met: 'Many people seen only once: others were probably not seen at all.',
    nights: 'Who comes back from one night to the next tells how many each night missed.',
    passes:
      'Only sectors where two teams came in one night: the first to come, then the others. The result is about these sectors.',
    sectors: 'Unwalked sectors count as the mean of those of their zone.',
  },
  models: {
    chapman: 'Chapman',
    chao: 'Chao, at least',
    truncated_poisson: 'Truncated Poisson, if all are as easy to see',
    zelterman: 'Zelterman',
    expansion: 'Expansion by zone',
  },
  noPair: 'Independent lists',
  dependent: (pairs) => `Lists that go together: ${pairs}`,
  says: (people, range) => `About ${people} people in all, ${range} at 95%.`,
  atLeast: (people, range) => `At least ${people} people in all, ${range} at 95%.`,
  spread: (range) => `By model: ${range}. None is given alone.`,
  thin: 'The lists have too few people in common: no model may be trusted alone.',
  dropped: (count) => `${manyEn(count, 'model', 'models')} left out: the numbers do not suffice.`,
  refused: (why, found, needed) =>
    found === null || needed === null
      ? `No estimate: ${why}.`
      : `No estimate: ${why} (${found}, ${needed} needed).`,
  refusals: {
    'too-few-in-both': 'too few people in both lists',
    'too-few-met-twice': 'too few people met by two teams',
    contradictory: 'the numbers contradict each other',
    'not-three-to-five-lists': 'the models need two to five lists',
    'empty-list': 'a list is empty',
    'nothing-fits': 'too few people in several lists',
    'too-few-plants': 'too few plants reported',
    'too-few-walked': 'too few walked sectors in a zone',
  },
  model: 'Model',
  people: 'People',
  interval: 'At 95%',
  chart: 'On one scale',
  countedFrom: 'Counted from',
  countHeads: {
    met: 'Met',
    nights: 'Night',
    passes: 'Pass',
    sectors: 'Zone',
  },
  times: (count) => (count === 1 ? 'by one team' : `by ${count} teams`),
  pass: (name) => (name === '1' ? 'first pass' : 'later passes'),
  noZone: 'no zone',
  walked: 'Sectors walked',
  walkedOf: (walked, all) => `${walked} of ${all}`,
  inCommon: 'in several lists',
  assumes: 'What must hold',
  assumptions: {
    closed: 'Nobody comes or leaves between the passes.',
    matched:
      'The same person is recognised everywhere, and nobody else. Doubt about doubles is counted in already; a double that the search cannot reach raises the estimate.',
    independent:
      'Being seen by one team does not change the chance of being seen by another. People who avoid teams because they were asked already raise the estimate.',
    reachable: 'Everybody could be met, though not equally easily.',
    'pairs-only': 'Lists depend on each other by pairs only.',
    'plants-are-alike': 'Plants are as visible as the people who sleep there.',
    'walked-at-random': 'Walked sectors were drawn at random among those of their zone.',
  },
};
