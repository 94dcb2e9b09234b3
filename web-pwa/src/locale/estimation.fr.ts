/** *Estimation*, in French: the part not seen, beside the figure. */

import { manyFr } from './plural';

export const estimationFr = {
  figure: 'Le chiffre : personnes différentes rencontrées',
  figureNote: (interval: string) =>
    `C’est un minimum, et c’est lui qui se publie. Le doute sur les doublons va de ${interval}.`,
  intro:
    'Ci-dessous, ce que le compte dit des personnes que personne n’a vues. Une estimation se donne à côté du chiffre, jamais à sa place, et seulement avec ce qu’elle suppose.',
  methods: {
    met: 'Combien d’équipes ont rencontré chaque personne',
    nights: 'Une liste par nuit',
    passes: 'Deux passages sur les mêmes secteurs',
    sectors: 'Les secteurs que personne n’a parcourus',
  } as Record<string, string>,
  methodNotes: {
    met: 'Beaucoup de personnes vues une seule fois : d’autres n’ont sans doute pas été vues du tout.',
    nights: 'Qui revient d’une nuit à l’autre dit combien manquaient à chacune.',
    passes:
      'Seulement les secteurs où deux équipes sont passées la même nuit : la première arrivée, puis les autres. Le résultat vaut pour ces secteurs.',
    sectors: 'Les secteurs non parcourus comptent comme la moyenne de ceux de leur zone.',
  } as Record<string, string>,
  models: {
    chapman: 'Chapman',
    chao: 'Chao, au moins',
    truncated_poisson: 'Poisson tronquée, si tous se voient aussi facilement',
    zelterman: 'Zelterman',
    expansion: 'Extension par zone',
  } as Record<string, string>,
  noPair: 'Listes indépendantes',
  dependent: (pairs: string) => `Listes liées : ${pairs}`,
  says: (people: string, range: string) => `Environ ${people} personnes en tout, de ${range} à 95 %.`,
  atLeast: (people: string, range: string) =>
    `Au moins ${people} personnes en tout, de ${range} à 95 %.`,
  spread: (range: string) => `Selon le modèle : de ${range}. Aucun ne se donne seul.`,
  thin: 'Les listes ont trop peu de personnes en commun : aucun modèle n’est fiable seul.',
  dropped: (count: number) =>
    `${manyFr(count, 'modèle laissé de côté', 'modèles laissés de côté')} : les nombres ne suffisent pas.`,
  refused: (why: string, found: number | null, needed: number | null) =>
    found === null || needed === null
      ? `Pas d’estimation : ${why}.`
      : `Pas d’estimation : ${why} (${found}, il en faut ${needed}).`,
  refusals: {
    'too-few-in-both': 'trop peu de personnes dans les deux listes',
    'too-few-met-twice': 'trop peu de personnes rencontrées par deux équipes',
    contradictory: 'les nombres se contredisent',
    'not-three-to-five-lists': 'les modèles demandent de deux à cinq listes',
    'empty-list': 'une liste est vide',
    'nothing-fits': 'trop peu de personnes dans plusieurs listes',
    'too-few-plants': 'trop peu de témoins signalés',
    'too-few-walked': 'trop peu de secteurs parcourus dans une zone',
  } as Record<string, string>,
  model: 'Modèle',
  people: 'Personnes',
  interval: 'À 95 %',
  chart: 'Sur une même échelle',
  countedFrom: 'Compté à partir de',
  countHeads: {
    met: 'Rencontrées',
    nights: 'Nuit',
    passes: 'Passage',
    sectors: 'Zone',
  } as Record<string, string>,
  times: (count: number): string => (count === 1 ? 'par une équipe' : `par ${count} équipes`),
  pass: (name: string): string => (name === '1' ? 'premier passage' : 'passages suivants'),
  noZone: 'sans zone',
  walked: 'Secteurs parcourus',
  walkedOf: (walked: string, all: string) => `${walked} sur ${all}`,
  inCommon: 'dans plusieurs listes',
  assumes: 'Ce qu’il faut supposer',
  assumptions: {
    closed: 'Personne n’arrive ni ne part entre les passages.',
    matched:
      'La même personne est reconnue partout, et elle seule. Le doute sur les doublons est déjà compté ; un doublon que la recherche ne peut pas atteindre fait monter l’estimation.',
    independent:
      'Être vu par une équipe ne change pas la chance d’être vu par une autre. Qui évite les équipes parce qu’on l’a déjà interrogé fait monter l’estimation.',
    reachable: 'Tout le monde pouvait être rencontré, même si ce n’est pas aussi facilement.',
    'pairs-only': 'Les listes ne dépendent les unes des autres que deux à deux.',
    'plants-are-alike': 'Les témoins se voient comme les personnes qui dorment là.',
    'walked-at-random': 'Les secteurs parcourus ont été tirés au sort parmi ceux de leur zone.',
  } as Record<string, string>,
};

/** The shape both languages fill. */
export type EstimationText = typeof estimationFr;
