/** A forgotten PIN, in French: on the tablet and at the console. */

import type { ProblemWords } from './problems.fr';

/** On the locked tablet. */
export const resetFr = {
  forgot: 'Code oublié ?',
  title: 'Code oublié',
  call: (number: string | null) =>
    number === null
      ? 'Appelez la coordination et lisez-lui :'
      : `Appelez la coordination, ${number}, et lisez-lui :`,
  tablet: 'Tablette',
  words: 'Quatre mots',
  waits:
    'Elle vérifie que c’est bien vous, puis autorise un nouveau code. Il faut du réseau : laissez cet écran ouvert.',
  until: (hour: string) => `Cette demande s’arrête à ${hour}.`,
  safe: 'Tout ce qui est enregistré reste sur la tablette et continue de partir.',
  back: 'Revenir au code',
  impossible: 'Cette tablette n’a pas encore pu préparer cela avec le serveur.',
  impossibleDo:
    'Essayez encore le code. S’il ne revient pas, rapportez la tablette à la coordination : ce qui est enregistré part quand même.',
  newTitle: 'Choisir un nouveau code',
  newLead: 'La coordination l’a autorisé. 6 chiffres ; l’ancien code n’ouvrira plus.',
  done: 'Nouveau code choisi. Tout est toujours là.',
};

/** At the console, under *Tablettes*. */
export const resetConsoleFr = {
  title: 'Codes oubliés',
  none: 'Aucune tablette ne demande un nouveau code. La demande se fait sur la tablette, par « Code oublié ? ».',
  lead: 'La personne vous appelle et vous lit quatre mots. Soyez sûr·e de qui appelle : un nouveau code ouvre tout ce que la tablette garde.',
  asked: (time: string) => `Demandé à ${time}`,
  impossible:
    'Cette tablette n’a rien déposé qui permette un nouveau code. Faites-la rapporter : ce qui est enregistré part quand même.',
  reset: 'Réinitialiser le code',
  confirmTitle: (label: string) => `Autoriser un nouveau code sur ${label} ?`,
  confirmText: (words: string) =>
    `La personne doit vous avoir lu exactement : « ${words} ». Si un mot diffère, refusez.`,
  confirm: 'Ce sont ces mots : autoriser',
  allowed: (label: string) => `Nouveau code autorisé sur ${label}. Il se choisit sur la tablette.`,
  wasAllowed: (time: string) => `Autorisé à ${time} : la tablette demande un nouveau code.`,
};

/** Refusals of the console. */
export const resetProblemsFr: Record<string, ProblemWords> = {
  'reset-not-asked': {
    what: 'Cette tablette ne demande plus de nouveau code, ou ses mots ont changé.',
    safe: 'Rien n’a été autorisé.',
    act: 'Faites relire les mots à l’écran de la tablette.',
  },
  'reset-impossible': {
    what: 'Cette tablette n’a rien déposé qui permette un nouveau code.',
    safe: 'Ce qui est enregistré part quand même.',
    act: 'Faites-la rapporter à la coordination.',
  },
};
