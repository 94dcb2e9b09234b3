/** *Comparaison*, and campaigns that ended, in French. */

import { manyFr as many } from './plural';

export const comparisonFr = {
  intro:
    'Deux campagnes ne se comparent que là où les deux ont tout parcouru. Le reste est laissé de côté, et dit.',
  other: 'Comparer avec',
  choose: 'Choisir une campagne',
  endedChoice: 'close, comptes gardés',
  alone: 'Il n’y a pas d’autre campagne à comparer sur ce serveur.',
  sides: 'Ce qui est comparé',
  before: 'Avant',
  after: 'Après',
  provisional: 'chiffres encore provisoires',
  fromArchive: 'd’après ses comptes gardés, sans personne',
  definition: (name: string) => `définition : ${name}`,
  notCompared: 'Pas de comparaison.',
  refusals: {
    'other-definition':
      'Les deux chiffres de rue ne comptent pas les mêmes personnes : leurs définitions diffèrent.',
    'other-kind':
      'L’une compte une nuit, l’autre des semaines ou une année : les chiffres ne disent pas la même chose.',
    'other-mode': 'L’une est un exercice, l’autre est réelle.',
    'no-common-ground': 'Aucun secteur n’a été parcouru en entier les deux fois.',
    'campaign-open':
      'Une des deux est encore ouverte : un nombre qui bouge désignerait la personne rencontrée. La comparaison attend son verrouillage.',
    'same-campaign': 'C’est la même campagne.',
    'sector-twice': 'Un même code de secteur est là deux fois dans une campagne.',
    'no-archive': 'De celle qui est close, aucun compte n’a été gardé.',
  } as Record<string, string>,
  ground: (both: string, all: string) =>
    `${both} secteurs sur ${all} ont été parcourus en entier les deux fois : tous les nombres ci-dessous sont ceux-là.`,
  leftOut: (count: string) => `${count} secteurs laissés de côté, et pourquoi`,
  reasons: {
    'only-before': 'N’existent plus après :',
    'only-after': 'N’existaient pas avant :',
    'other-limits': 'Leurs limites ont changé :',
    'walked-before-only': 'Parcourus en entier avant seulement :',
    'walked-after-only': 'Parcourus en entier après seulement :',
    'never-walked': 'Jamais parcourus en entier :',
  } as Record<string, string>,
  intervalNote:
    'L’intervalle de la différence, à 95 %, tient compte du doute sur les doublons et du hasard d’une nuit à l’autre. S’il contient zéro : pas de conclusion.',
  rounded: (step: number, least: number) =>
    `Nombres à ${step} près. Un ensemble de moins de ${least} personnes ou de moins de 3 endroits, une des deux fois, est retenu, et un autre avec lui si la soustraction le rendait. Squats et bidonvilles : seulement quand tout le territoire est comparé.`,
  chartText: (title: string) => `${title} : graphique des différences, mêmes nombres que le tableau.`,
  axis: 'Personnes en plus ou en moins',
  nothing: 'Rien à comparer ici.',
  line: 'Ligne',
  sectorsColumn: 'Secteurs',
  beforeColumn: 'Avant',
  afterColumn: 'Après',
  difference: 'Différence',
  interval: 'Intervalle à 95 %',
  between: (low: string, high: string) => `${low} à ${high}`,
  conclusion: 'Ce qu’on peut dire',
  conclusions: {
    more: 'plus de personnes',
    fewer: 'moins de personnes',
    none: 'pas de conclusion',
  },
  withheld: 'retenu',
  withheldNote: 'Retenu : trop peu de personnes pour le dire sans désigner quelqu’un.',
  noZone: 'Sans zone',
  titles: {
    units: 'Rue, squats, bidonvilles',
    zones: 'À la rue, par zone',
    sectors: 'À la rue, par secteur',
  },
  unitsNote:
    'Quatre lignes qui ne s’additionnent pas. Un squat ou un bidonville vient ou s’en va en entier : son intervalle est large.',
  zonesNote: 'Zones de la campagne la plus récente, secteurs parcourus les deux fois.',
  sectorsNote: 'Un secteur seul conclut rarement : quelques personnes changent de rue d’une nuit à l’autre.',
  ended: {
    title: 'Closes : ce qui reste',
    intro: 'Les observations de ces campagnes sont détruites.',
    coarsened: (when: string) => `floutée le ${when}`,
    purged: (when: string) => `effacée le ${when}`,
    releases: (count: number) => (count === 0 ? 'aucune diffusion' : many(count, 'diffusion', 'diffusions')),
    archive: 'Comparer ses comptes',
    noArchive: 'pas de comptes gardés',
    certificate: 'Certificat',
    unnamed: 'Sans nom',
    chip: 'close',
    nothingHere: 'Cette campagne est close : cet écran n’a plus rien à montrer.',
  },
};

/** The shape both languages fill. */
export type ComparisonText = typeof comparisonFr;
