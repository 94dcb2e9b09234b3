/** *Ce soir*, in French: the night as it runs. */

import { manyFr as many } from './plural';

export const tonightFr = {
  night: 'Nuit',
  allNights: 'Toutes les nuits',
  figures: 'Le chiffre',
  apart: 'Ces lignes ne s’additionnent pas.',
  street: 'Personnes différentes à la rue',
  streetInterval: (text: string) =>
    `estimation, paires en attente pesées : ${text} (à 95 %)`,
  streetFiled: (text: string) => `${text} avant le retrait des doublons`,
  squats: 'Squats',
  bidonvilles: 'Bidonvilles',
  people: (text: string) => `${text} personnes`,
  partners: 'Comptées par des partenaires',
  doubtful: 'Douteuses, hors du chiffre',
  pairs: 'Paires à revoir',
  answered: 'Ont répondu au questionnaire',
  observationCount: (count: number) => many(count, 'observation', 'observations'),
  teams: 'Équipes',
  noTeam: 'Aucune équipe attendue ni sortie.',
  team: 'Équipe',
  sector: 'Secteur',
  state: 'État',
  contact: 'Dernier contact',
  unsent: 'À envoyer',
  battery: 'Batterie',
  met: 'Pers.',
  observationsShort: 'Obs.',
  never: 'jamais',
  outside: 'hors secteur',
  unplanned: 'affectation à confirmer',
  paper: 'papier',
  teamStates: {
    expected: 'attendue',
    out: 'dehors',
    closed: 'rentrée',
    silent: 'silencieuse',
  } as Record<string, string>,
  sectors: 'Secteurs',
  noSector: 'Aucun secteur dans le plan.',
  sectorStates: {
    waiting: 'pas commencé',
    walking: 'en cours',
    covered: 'fait',
    zero: 'fait, personne',
    partial: 'fait en partie',
    not_walked: 'pas fait',
  } as Record<string, string>,
  zero: 'il n’y avait personne',
  streets: 'rues',
  streetsOf: (walked: string, all: string, percent: number) => `${walked} sur ${all} (${percent} %)`,
  streetsNone: (all: string) => `${all}, aucune cochée`,
  said: 'dit',
  answers: { full: 'en entier', partial: 'en partie', not_walked: 'pas du tout' } as Record<string, string>,
  nobodyYet: 'personne sur ce qui a été fait',
  parts: 'Personnes différentes à la rue, par',
  dimensions: {
    sector: 'Secteur',
    commune: 'Commune',
    situation: 'Situation',
  } as Record<string, string>,
  partUnknown: 'non connu',
  noPart: 'Personne à la rue pour l’instant.',
  distinctShort: 'Chiffre',
  intervalShort: 'Estimation à 95 %',
  partsNote:
    'Les parts s’additionnent au total. Une personne vue dans deux parts est au chiffre de celle où elle a été vue d’abord ; l’estimation la partage.',
  places: 'Squats et bidonvilles',
  noPlace: 'Aucun squat ni bidonville pour l’instant.',
  place: 'Lieu',
  told: 'Dénombrées',
  metThere: 'Rencontrées',
  kept: 'Retenu',
  notTold: 'non dénombré',
  placesNote:
    'Les personnes rencontrées à la porte sont comprises dans le dénombrement : on ne les y ajoute jamais. Le plus grand des deux est retenu.',
  alerts: 'À traiter',
  noAlert: 'Rien à signaler.',
  alert: {
    'recorded-twice': (about: string) =>
      `Secteur ${about} : relevé deux fois. Un seul relevé compte tant que personne n’a décidé.`,
    quarantine: (about: string) => `Un envoi de ${about} n’a pas pu être lu. Il est gardé, à reprendre.`,
    'disk-full': () =>
      'Le disque du serveur est plein : plus rien n’est pris. Les tablettes gardent tout. Prévenez qui tient le serveur.',
    'campaign-damaged': (about: string) =>
      `Une campagne de ce serveur (${about}…) ne s’ouvre plus : ses fichiers sont abîmés. Prévenez qui tient le serveur.`,
    'quarantine-full': (about: string) =>
      `${about} envoie trop de choses refusées : ce qui est refusé n’est plus gardé ici mais sur la tablette. Vérifiez qui la tient.`,
    'log-went-back': (about: string) =>
      `${about} a montré que le serveur est revenu en arrière : faites ouvrir Maraude sur chaque tablette.`,
    'tablet-went-back': (about: string) =>
      `${about} : sa mémoire est revenue en arrière, une sauvegarde a été remise. Ce qu’elle envoie est pris.`,
    'tablet-cloned': (about: string) =>
      `${about} : deux tablettes ont la même mémoire. Ce qu’elles envoient est gardé ; enrôlez l’une d’elles avec un code neuf.`,
    'late-round': (about: string) => `${about} : des observations sont arrivées après la clôture.`,
    'unplanned-round': (about: string) => `${about} : maraude non prévue, affectation à confirmer.`,
    'silent-team': (about: string) => `${about} ne donne plus de nouvelles depuis 45 minutes : appelez.`,
    'clock-off': (about: string) => `${about} : l’horloge de la tablette est décalée.`,
    outside: (about: string) => `${about} : une observation est placée hors du territoire.`,
    conflict: (about: string) => `${about} : deux tablettes ont écrit des valeurs différentes.`,
    'met-by-two': (about: string) =>
      `${about} sont dehors et semblent avoir vu les mêmes personnes : appelez-les.`,
    border: (about: string) => `${about} : une observation est au bord de deux secteurs.`,
  } as Record<string, (about: string) => string>,
  otherAlert: (code: string, about: string) => `${about} : ${code}.`,
  map: 'Carte de la nuit',
  mapText: (sectors: number, dots: number) =>
    `Carte : ${many(sectors, 'secteur', 'secteurs')}, ${many(dots, 'observation placée', 'observations placées')}. Les tableaux disent la même chose.`,
  legend: 'Légende',
  units: {
    street: 'Rue',
    squat: 'Squat',
    bidonville: 'Bidonville',
    partner: 'Partenaire',
    none: 'Sans objet',
  } as Record<string, string>,
};

/** The shape both languages fill. */
export type TonightText = typeof tonightFr;
