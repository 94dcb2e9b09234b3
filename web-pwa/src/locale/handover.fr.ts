/** Passing a running round to another tablet, in French. */
import type { Sentences } from './sentences.fr';

/** The screens *Passer la main* and *Recevoir*. */
export const handoverFr = {
  give: 'Passer la main',
  giveLead:
    'Sur l’autre tablette de l’équipe : « Avant de partir », puis « Recevoir une maraude ». Elle affiche un code. Lisez-le ici.',
  giveSafe: 'Rien n’est encore passé : cette tablette garde la maraude jusqu’à la fin.',
  readCall: 'Lire le code de l’autre tablette',
  chooseCall: 'Choisir son fichier',
  showLead: (other: string) => `Sur ${other}, touchez « Lire la maraude » et visez ces codes.`,
  giveThen: (other: string) =>
    `Quand ${other} montre les mêmes mots et a pris la maraude, touchez le bouton du bas. Avant, rien n’est passé.`,
  given: (other: string) => `C’est fait, ${other} a la maraude`,
  receive: 'Recevoir une maraude',
  callLead: 'Montrez ce code à la tablette qui passe la main : elle le lit, puis affiche à son tour des codes.',
  callThen: 'Ensuite, touchez « Lire la maraude » et visez son écran.',
  readPack: 'Lire la maraude',
  choosePack: 'Choisir le fichier de l’autre tablette',
  readLead: 'Visez les codes de la tablette qui passe la main.',
  stopReading: 'Arrêter la lecture',
  noCamera: 'L’appareil photo ne marche pas ou n’est pas autorisé. Passez par un fichier.',
  cameLead: (other: string) => `${other} vous passe cette maraude.`,
  cameThen: 'Si un seul mot diffère, ne la prenez pas.',
  wordsTitle: 'Les quatre mots',
  wordsHint: (other: string) => `${other} doit montrer les mêmes, dans le même ordre.`,
  accept: 'Mêmes mots : prendre la maraude',
  different: 'Mots différents',
};

/** What *Maraude* says of a round that went on elsewhere; there from the start. */
export const handedFr = {
  give: 'Passer la main',
  receive: 'Recevoir une maraude',
  handed: (to: string) => `Cette maraude continue sur ${to}.`,
  lead: 'Ici elle se lit seulement. Ce qui n’est pas encore envoyé partira d’ici aussi, dès qu’il y a du réseau.',
  received: 'L’autre tablette l’a bien reçue.',
  takeBack: 'Reprendre la main',
  takeBackTitle: 'Reprendre la main ?',
  takeBackLead: (to: string) =>
    `Seulement si ${to} n’a pas pris la maraude. Sinon les deux tablettes compteraient la même rue : faites-la plutôt vous repasser la main.`,
  takeBackYes: 'Personne ne l’a prise : reprendre',
};

const nothingPassed = 'Rien n’est passé.';
const again = 'Recommencez depuis l’autre tablette : elle garde tout.';

/** What the tablet answers. */
export const handoverMessagesFr: Sentences = {
  'round-given': () => 'La main est passée. Ici la maraude se lit seulement.',
  'round-taken-back': () => 'La maraude continue sur cette tablette.',
  'round-received': () => 'La maraude continue ici, avec tout ce qui était noté.',
  'round-handed': () => 'Cette maraude continue sur une autre tablette : ici elle se lit seulement.',
  'handover-received': () =>
    'L’autre tablette a pris cette maraude. Faites-la vous repasser la main depuis celle-ci.',
  'handover-no-team': () =>
    'Cette tablette n’est d’aucune équipe : elle ne peut pas recevoir de maraude. Appelez la coordination.',
  'handover-unreadable': () =>
    `Ce n’est pas ce qu’il faut lire ici. ${nothingPassed} Visez le code de l’autre tablette, ou choisissez son fichier « .maraude ».`,
  'handover-newer': () =>
    `L’autre tablette a une version plus récente. ${nothingPassed} Mettez celle-ci à jour.`,
  'handover-cut-short': () => `C’est incomplet. ${nothingPassed} ${again}`,
  'handover-damaged': () => `C’est abîmé. ${nothingPassed} ${again}`,
  'handover-other-campaign': () => `L’autre tablette est d’une autre campagne. ${nothingPassed}`,
  'handover-other-team': () =>
    `L’autre tablette n’est pas de cette équipe. ${nothingPassed} Une maraude ne passe qu’à une tablette de la même équipe.`,
  'handover-other-tablet': () =>
    `C’est pour une autre tablette. ${nothingPassed} Il faut le code de la tablette qui reçoit.`,
  'handover-not-awaited': () =>
    `Ce passage répond à un code plus ancien, ou a déjà été pris. ${nothingPassed} Montrez le code affiché maintenant à l’autre tablette.`,
};
