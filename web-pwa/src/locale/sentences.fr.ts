/** What the tablet says of what was done and of what went wrong, in French. */

import type { FatalCode } from '../core/message';

/** A sentence about a code; the detail is a number or a name. */
export type Sentences = Record<string, (detail: string) => string>;

/** Why the app cannot go on, and what to do. */
export const fatalFr = {
  'not-secure': {
    title: 'Adresse non protégée',
    text: 'À cette adresse, sans HTTPS, la tablette ne pourrait ni garder les données ni marcher sans réseau. Demandez la bonne adresse à la coordination.',
    act: 'Réessayer',
  },
  'other-tab': {
    title: 'Déjà ouverte dans un autre onglet',
    text: 'Maraude ne peut être ouverte qu’une fois sur cette tablette. Revenez à l’autre onglet, ou continuez ici : l’autre se verrouillera.',
    act: 'Continuer ici',
  },
  'handed-over': {
    title: 'Maraude continue dans un autre onglet',
    text: 'Cet onglet-ci peut être fermé.',
    act: 'Revenir ici',
  },
  'storage-held': {
    title: 'Les données sont encore occupées',
    text: 'Le navigateur n’a pas fini de fermer la page précédente. Attendez quelques secondes puis réessayez.',
    act: 'Réessayer',
  },
  'no-storage': {
    title: 'Cette page ne peut rien garder',
    text: 'Le navigateur refuse le stockage : navigation privée ou place épuisée. Ouvrez Maraude dans une fenêtre normale, puis réessayez.',
    act: 'Réessayer',
  },
  'no-core': {
    title: 'L’application ne démarre pas',
    text: 'Une partie de l’application manque sur cette tablette. Réessayez avec du réseau.',
    act: 'Réessayer',
  },
  broken: {
    title: 'L’application s’arrête à chaque essai',
    text: 'Ce qui était marqué « enregistré » reste sur la tablette. Rapportez-la à la coordination sans effacer les données du navigateur.',
    act: 'Réessayer',
  },
} as Record<FatalCode, { title: string; text: string; act: string }>;

/** What the core answered, by its code. */
export const messagesFr = {
  enrolled: () => 'Cette tablette est enrôlée.',
  saved: (detail) =>
    detail
      ? `Enregistré sur cette tablette. Code pour le papier de la personne : ${detail}`
      : 'Enregistré sur cette tablette.',
  withdrawn: () => 'Observation retirée.',
  restored: () => 'Observation reprise.',
  settled: () => 'Valeur choisie, enregistrée sur cette tablette.',
  undone: () => 'Annulé.',
  'pin-chosen': () => 'Code PIN choisi. Il vous sera demandé à chaque ouverture.',
  'not-saved': () => 'PAS ENREGISTRÉ. Libérez de la place sur la tablette, puis réessayez.',
  'draft-not-kept': () =>
    'Le brouillon de ce formulaire n’est pas gardé : enregistrez sans tarder.',
  'form-incomplete': () => 'Il manque une réponse.',
  'answer-not-taken': () => 'Cette réponse n’a pas été prise. Réessayez.',
  'pseudonym-not-taken': () =>
    'Ces lettres ou cette année n’ont pas été prises : deux lettres latines, deux lettres latines, quatre chiffres.',
  'not-in-plan': () => 'Ce secteur ou cette nuit n’est plus dans le plan.',
  'wrong-pin': () => 'Ce code n’est pas le bon.',
  'wait-before-pin': () => 'Attendez avant le prochain essai.',
  'weak-pin': () => 'Ce code est trop facile à deviner. Choisissez-en un autre.',
  'no-memory': () => 'La tablette manque de mémoire. Fermez d’autres applications et réessayez.',
  'vault-damaged': () =>
    'Le coffre de cette tablette est abîmé. Ce qui attend part quand même : rapportez-la à la coordination.',
  'campaign-over': () =>
    'La campagne est finie. Demain, ce qui se lit d’elle ici sera détruit ; ce qui reste à envoyer partira toujours.',
  'tablet-revoked': () =>
    'Cette tablette a été révoquée : ce qu’elle gardait est détruit. Ce qui était scellé pour le serveur part encore.',
  'campaign-purged': () =>
    'La campagne est finie et ses données sont effacées : cette tablette n’en garde plus rien. Elle peut être enrôlée à nouveau.',
  'newer-version': () =>
    'Ces données viennent d’une version plus récente. Mettez l’application à jour.',
  'code-unknown': () => 'Ce code n’existe pas. Vérifiez-le avec la coordination.',
  'code-used': () => 'Ce code a déjà servi. Demandez-en un autre à la coordination.',
  'code-expired': () => 'Ce code n’est plus valable. Demandez-en un autre à la coordination.',
  'other-server': () =>
    'Ce lien est celui d’un autre serveur : rien n’a été gardé. Demandez un nouveau code à la coordination.',
  unreachable: () => 'Le serveur ne répond pas. Vérifiez le réseau puis réessayez.',
  'server-busy': () => 'Le serveur est occupé. Réessayez dans un instant.',
  'unexpected-answer': () => 'Le serveur a répondu quelque chose d’inattendu. Réessayez.',
  revoked: () => 'Cette tablette n’est plus autorisée. Rapportez-la à la coordination.',
  'round-is-closed': () =>
    'Cette maraude est terminée : rien n’y est ajouté. Rouvrez-la, ou commencez-en une autre.',
  'send-first': (detail) =>
    `Il reste ${detail} à envoyer : envoyez d’abord, puis donnez le même code.`,
  'form-first': () => 'Un formulaire est ouvert : enregistrez-le ou quittez-le d’abord.',
  'unlock-first': () => 'Déverrouillez d’abord la tablette.',
  'round-closed': () => 'Maraude terminée.',
  'round-reopened': () => 'Maraude rouverte.',
  'round-reissued': () =>
    'Une personne a fait effacer ses réponses : elles ne sont plus ici. Le reste de la maraude est là, rien d’autre ne change.',
} as Sentences;
