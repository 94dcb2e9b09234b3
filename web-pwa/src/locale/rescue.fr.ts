/** What leaves a tablet without network, in French: as a file, carried by another tablet. */

import { manyFr as many } from './plural';
import type { ProblemWords } from './problems.fr';
import type { Sentences } from './sentences.fr';

const parcels = (count: number): string => many(count, 'paquet scellé', 'paquets scellés');

/** On the tablet, under *Envoi*. */
export const rescueFr = {
  title: 'Sans réseau',
  lead: 'Ce qui reste à envoyer peut partir autrement. Le fichier est scellé : seul le serveur peut le lire.',
  save: 'Enregistrer ce qui reste à envoyer dans un fichier',
  saveHint: 'À donner à la coordination, ou à une autre tablette de la campagne.',
  showCodes: 'Montrer ce qui reste en codes QR',
  hideCodes: 'Cacher les codes',
  readCodes: 'Lire les codes d’une autre tablette',
  stopCodes: 'Arrêter la lecture',
  carry: 'Porter l’envoi d’une autre tablette',
  carryHint:
    'Choisissez le fichier qu’elle a donné. Il partira avec vos envois ; cette tablette ne peut pas le lire.',
  carried: 'Portés pour d’autres tablettes',
  waiting: (count: number) => `${parcels(count)} à remettre au serveur`,
  delivered: (count: number) => `${many(count, 'remis', 'remis')} au serveur`,
  refused: (code: string) => `Le serveur en a refusé (${code}). Ils restent ici et seront présentés à nouveau.`,
};

const nothingTaken = 'Rien n’a été pris.';
const again = 'Refaites le fichier sur l’autre tablette : elle garde tout jusqu’à la confirmation du serveur.';

/** What the tablet answers. */
export const rescueMessagesFr: Sentences = {
  'rescue-made': (count) =>
    `Fichier fait : ${parcels(Number(count))}. Tout reste aussi sur cette tablette jusqu’à la confirmation du serveur.`,
  'rescue-nothing': () => 'Rien n’attend : tout est déjà sur le serveur.',
  'rescue-carried': (count) => `${parcels(Number(count))} à porter, avec vos prochains envois.`,
  'rescue-known': (label) => `Rien de nouveau : ce fichier de ${label} est déjà pris.`,
  'rescue-unreadable': () =>
    `Ce fichier n’est pas un envoi de Maraude. ${nothingTaken} Choisissez le fichier « .maraude » donné par l’autre tablette.`,
  'rescue-newer': () =>
    `Ce fichier vient d’une version plus récente. ${nothingTaken} Mettez l’application à jour.`,
  'rescue-cut-short': () => `Ce fichier est incomplet. ${nothingTaken} ${again}`,
  'rescue-damaged': (place) =>
    `Ce fichier est abîmé${place === '' ? '' : `, au paquet ${place}`}. ${nothingTaken} ${again}`,
  'rescue-other-campaign': () =>
    `Ce fichier est d’une autre campagne. ${nothingTaken} Portez-le à la coordination de cette campagne.`,
  'rescue-too-large': () =>
    `Ce fichier est trop gros pour venir d’une tablette. ${nothingTaken} Vérifiez lequel vous avez choisi.`,
};

/** On the console, under *Tablettes*. */
export const rescueConsoleFr = {
  title: 'Fichier d’une tablette sans réseau',
  intro:
    'Une tablette qui n’a pas pu envoyer donne un fichier « .maraude ». Déposé ici, il entre comme si elle avait envoyé elle-même ; deux fois le même ne compte qu’une fois.',
  choose: 'Choisir le fichier',
  taking: 'Lecture du fichier…',
  taken: (tablet: string, count: number) =>
    `${tablet} : ${parcels(count)} sur le serveur.`,
  setAside: (count: number) =>
    `${many(count, 'modification mise', 'modifications mises')} de côté, sous « À reprendre ».`,
  refused: (count: number, code: string, kept: boolean) =>
    kept
      ? `Refusé (${code}) : ${parcels(count)}, à voir sous « À reprendre ».`
      : `Refusé (${code}) : ${parcels(count)}. Gardez le fichier.`,
};

const notTaken = 'Rien de ce fichier n’a été pris ; la tablette garde tout.';

/** Refusals of the console. */
export const rescueProblemsFr: Record<string, ProblemWords> = {
  'rescue-unreadable': {
    what: 'Ce fichier n’est pas celui d’une tablette.',
    safe: notTaken,
    act: 'Choisissez le fichier « .maraude » que la tablette a donné.',
  },
  'rescue-newer': {
    what: 'Ce fichier vient d’une version plus récente que le serveur.',
    safe: notTaken,
    act: 'Mettez le serveur à jour, puis déposez-le à nouveau.',
  },
  'rescue-cut-short': {
    what: 'Ce fichier est incomplet : sa copie s’est arrêtée.',
    safe: notTaken,
    act: 'Copiez-le à nouveau depuis la tablette.',
  },
  'rescue-damaged': {
    what: 'Ce fichier est abîmé.',
    safe: notTaken,
    act: 'Copiez-le à nouveau, ou refaites-le sur la tablette.',
  },
  'rescue-other-campaign': {
    what: 'Ce fichier est d’une autre campagne.',
    safe: notTaken,
    act: 'Déposez-le dans la campagne de cette tablette.',
  },
  'rescue-too-large': {
    what: 'Ce fichier est trop gros pour venir d’une tablette.',
    safe: notTaken,
    act: 'Vérifiez lequel vous avez choisi.',
  },
};
