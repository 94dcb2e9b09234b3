/** *Qualité*, in French: how linkage did. */

import { manyFr } from './plural';

export const qualityFr = {
  intro:
    'Comment les doublons ont été cherchés cette fois, ce que la nuit a appris au calcul, et à quel point le chiffre est sûr.',
  count: 'Le compte',
  figure: 'Chiffre',
  estimate: 'Estimation',
  interval: 'Intervalle à 95 %',
  filed: 'Personnes saisies',
  countNote:
    'Le chiffre retire les doublons décidés ou très probables. L’estimation pèse aussi les paires en attente et les doublons que la recherche ne peut pas atteindre.',
  pseudonymsForgotten:
    'La clé des pseudonymes est détruite. Ce qui avait été reconnu ainsi le reste ; une observation arrivée depuis n’est plus comparée par les lettres données.',
  severalNights:
    'Cette campagne a plusieurs nuits : donnez l’intervalle, pas le chiffre. Le chiffre compte deux fois les personnes qui dorment ailleurs la nuit suivante sans être reconnues ; l’estimation et l’intervalle les retirent.',
  returns: (share: string, low: string, high: string) =>
    `D’une nuit à l’autre, ${share} des personnes revues dorment ailleurs (entre ${low} et ${high}).`,
  returnsRest: (near: string, elsewhere: string) =>
    `D’après celles que leurs signes ou leur pseudonyme font reconnaître : ${near} au même endroit, ${elsewhere} ailleurs.`,
  returnsUnknown:
    'Trop peu de personnes sont reconnues d’une nuit à l’autre pour le savoir : presque tout est possible, l’intervalle est large.',
  training: {
    learnt: 'Les poids sont appris de cette campagne.',
    fell_back: 'La campagne apprend des poids qui n’ont pas de sens : ceux de départ sont gardés.',
    given: 'Les poids ont été donnés, rien n’est appris.',
  } as Record<string, string>,
  snapshot: (when: string, from: string, changed: string) =>
    `Poids appris le ${when} de ${from} observations ; ${changed} depuis.`,
  changed: (count: number) => manyFr(count, 'changement', 'changements'),
  refresh: 'Apprendre à nouveau',
  refreshing: 'Le calcul apprend…',
  refreshHint:
    'Les poids ne bougent pas d’une arrivée à l’autre. Ils sont appris à nouveau quand beaucoup a changé, quand une diffusion est préparée, ou ici.',
  refreshed: 'Poids appris à nouveau.',
  compared: 'Ce qui est comparé',
  comparedOf: (compared: string, possible: string) =>
    `${compared} paires d’observations comparées, sur ${possible} possibles.`,
  rule: 'Trouvées parce que',
  pairs: 'Paires',
  priors: 'Avant de regarder',
  kind: 'Deux observations',
  prior: 'La même, d’ordinaire',
  reliability: 'Le calcul et vos décisions',
  reliabilityHint:
    'Ce que le calcul croyait de chaque paire avant toute décision, et ce que la coordination a décidé. Une décision annulée ne compte plus.',
  nothingDecided: 'Aucune paire n’est décidée : rien à comparer encore.',
  heldBefore: 'Probabilité d’avant',
  decided: 'Décidées',
  expectedSame: 'Même personne, attendu',
  decidedSame: 'Même personne, décidé',
  between: 'Intervalle à 95 %',
  shares: (low: string, high: string) => `${low} à ${high}`,
  reliabilityNote:
    'Si l’attendu sort de l’intervalle, le calcul est trop sûr de lui, ou pas assez, pour ces paires. Les décisions ne changent pas ses probabilités : hors de la file de revue, presque aucune paire n’est décidée.',
  thresholds: 'Et à un autre seuil ?',
  thresholdsHint: (inForce: string) =>
    `Une paire compte pour une seule personne à partir d’un seuil, tant que personne n’a décidé. Le seuil en vigueur est ${inForce} ; rien ne change ici.`,
  standsFrom: 'Une seule personne à partir de',
  atThreshold: (street: string, change: string, joined: string, right: string) =>
    `${street} personnes à la rue (${change}), ${joined} paires réunies, justes à ${right} selon le calcul.`,
  threshold: 'Seuil',
  change: 'Écart',
  noChange: 'sans écart',
  joined: 'Paires réunies',
  right: 'Justes',
  found: 'Doublons retirés',
  toReview: 'Non décidées au-dessus',
  inForce: 'en vigueur',
  thresholdsNote:
    '« Justes » et « Doublons retirés » sont ce que le calcul attend de lui-même, pas une mesure.',
  histogram: 'Poids des liens comparés',
  histogramHint:
    'À droite du trait, être la même personne est plus probable que le contraire, avant le partage entre candidats. Hauteur en racine carrée.',
  histogramText: (all: string, above: string) =>
    `${all} liens, dont ${above} plus probables que le contraire.`,
  nothing: 'Rien n’a été comparé pour l’instant.',
  even: '┆ une chance sur deux',
  asTable: 'En tableau',
  weight: 'Poids, en bits',
  fromTo: (from: string, to: string) => `de ${from} à ${to}`,
  links: 'Liens',
  levels: 'Ce que pèse chaque réponse',
  levelsHint:
    'Part des paires qui atteignent un niveau, quand c’est la même personne et quand ce sont deux personnes voisines. Le rapport des deux fait le poids.',
  bothAnswered: 'Les deux ont répondu',
  notBoth: 'L’une au moins n’a pas répondu',
  field: 'Réponse',
  level: 'Niveau',
  m: 'Même personne',
  u: 'Deux personnes',
  bits: 'Bits',
};

/** The shape both languages fill. */
export type QualityText = typeof qualityFr;
