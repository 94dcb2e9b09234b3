/** *Quality*, in English: how linkage did. */

import { manyEn } from './plural';
import type { QualityText } from './quality.fr';

export const qualityEn: QualityText = {
  intro:
    'How doubles were looked for this time, what the night taught the model, and how sure the figure is.',
  count: 'The count',
  figure: 'Figure',
  estimate: 'Estimate',
  interval: '95 % interval',
  filed: 'People filed',
  countNote:
    'The figure takes out doubles that are decided or very likely. The estimate also weighs the pairs that wait and the doubles that the search cannot reach.',
  pseudonymsForgotten:
    'The key of pseudonyms is destroyed. What was recognised by them stays so; an observation that arrived since is no longer compared by the letters given.',
  severalNights:
    'This campaign has several nights: give the interval, not the figure. The figure counts twice the people who sleep elsewhere the next night and are not recognised; the estimate and the interval take them out.',
  returns: (share: string, low: string, high: string) =>
    `From one night to the next, ${share} of the people seen again sleep elsewhere (between ${low} and ${high}).`,
  returnsRest: (near: string, elsewhere: string) =>
    `By those whose marks or pseudonym tell them again: ${near} in the same place, ${elsewhere} elsewhere.`,
  returnsUnknown:
    'Too few people are recognised from one night to the next to know: nearly anything is possible, and the interval is wide.',
  training: {
    learnt: 'The weights were learnt from this campaign.',
    fell_back: 'The campaign teaches weights that make no sense: the starting ones are kept.',
    given: 'The weights were given; nothing is learnt.',
  },
  snapshot: (when, from, changed) =>
    `Weights learnt on ${when} from ${from} observations; ${changed} since.`,
  changed: (count) => manyEn(count, 'change', 'changes'),
  refresh: 'Learn again',
  refreshing: 'Learning…',
  refreshHint:
    'The weights do not move from one arrival to the next. They are learnt again when much has changed, when a release is prepared, or here.',
  refreshed: 'Weights learnt again.',
  compared: 'What is compared',
  comparedOf: (compared, possible) =>
    `${compared} pairs of observations compared, of ${possible} there are.`,
  rule: 'Found because',
  pairs: 'Pairs',
  priors: 'Before looking',
  kind: 'Two observations',
  prior: 'The same, usually',
  reliability: 'The calculation and your decisions',
  reliabilityHint:
    'What was held of each pair before any decision, and what coordinators decided. A decision that was undone counts no more.',
  nothingDecided: 'No pair is decided: nothing to compare yet.',
  heldBefore: 'Probability before',
  decided: 'Decided',
  expectedSame: 'One person, expected',
  decidedSame: 'One person, decided',
  between: '95 % interval',
  shares: (low: string, high: string) => `${low} to ${high}`,
  reliabilityNote:
    'Where the expected lies outside the interval, the calculation is too sure of itself, or not sure enough, of these pairs. Decisions do not change its probabilities: outside the review queue hardly any pair is decided.',
  thresholds: 'And at another threshold?',
  thresholdsHint: (inForce) =>
    `From a threshold on a pair counts as one person until somebody decides. The one in force is ${inForce}; nothing changes here.`,
  standsFrom: 'One person from',
  atThreshold: (street, change, joined, right) =>
    `${street} people in the street (${change}), ${joined} pairs joined, ${right} of them right as the model expects.`,
  threshold: 'Threshold',
  change: 'Change',
  noChange: 'no change',
  joined: 'Pairs joined',
  right: 'Right',
  found: 'Doubles taken out',
  toReview: 'Undecided above it',
  inForce: 'in force',
  thresholdsNote:
    '“Right” and “Doubles taken out” are what the model expects of itself, not a measurement.',
  histogram: 'Weights of the links compared',
  histogramHint:
    'Right of the line, being one person is more likely than not, before rivals share. Heights are square roots.',
  histogramText: (all, above) => `${all} links, ${above} of them more likely than not.`,
  nothing: 'Nothing has been compared so far.',
  even: '┆ even odds',
  asTable: 'As a table',
  weight: 'Weight, in bits',
  fromTo: (from, to) => `from ${from} to ${to}`,
  links: 'Links',
  levels: 'What each answer weighs',
  levelsHint:
    'Share of pairs that reach a level when it is one person and when it is two people near each other. The ratio of the two makes the weight.',
  bothAnswered: 'Both answered',
  notBoth: 'One at least did not answer',
  field: 'Answer',
  level: 'Level',
  m: 'One person',
  u: 'Two people',
  bits: 'Bits',
};
