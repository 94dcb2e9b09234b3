/** Enrolment in series at the console, in French. */

import { manyFr as many } from './plural';

export const seriesFr = {
  title: 'Enrôler en série',
  intro:
    'Pour l’après-midi de la nuit : un seul code pour plusieurs tablettes, valable jusqu’à la fin de la nuit. Affichez-le, et faites-le scanner par chaque tablette.',
  label: 'Début de l’étiquette',
  places: 'Nombre de tablettes',
  open: 'Ouvrir',
  scan: 'Chaque tablette scanne ce code, ou tape :',
  qr: 'Code QR d’enrôlement',
  until: (time: string) => `Valable jusqu’à ${time}, ou jusqu’à la dernière place.`,
  openedAt: (time: string) => `ouvert à ${time}`,
  left: (used: number, places: number) =>
    `${many(used, 'tablette enrôlée', 'tablettes enrôlées')} sur ${places}`,
  full: 'complet',
  over: 'terminé',
  cancelled: 'annulé',
  cancel: 'Annuler ce code',
  sheetTitle: 'Feuille de codes à imprimer',
  sheetIntro:
    'Un code par tablette, rangé par équipe. Chacun sert une fois, jusqu’à la fin de la nuit.',
  perTeam: 'Tablettes par équipe',
  makeSheet: (count: number) => `Préparer ${many(count, 'code', 'codes')}`,
  print: 'Imprimer la feuille',
  once: (time: string) => `Chaque code sert une fois, jusqu’à ${time}.`,
  team: (code: string) => `Équipe ${code}`,
  words: 'Mots de contrôle',
};
