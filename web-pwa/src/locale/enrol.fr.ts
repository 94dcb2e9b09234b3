/** What the tablet says of enrolment, of its PIN and of its end, in French. */
import type { Destruction } from '../core/generated/tablet';
import { manyFr as plural } from './plural';

export const enrolFr = {
  title: 'Préparer cette tablette',
  lead: 'La coordination vous donne un code, ou un QR à scanner. Il ne sert qu’une fois.',
  scan: 'Scanner le QR',
  stopScan: 'Arrêter la caméra',
  aim: 'Placez le QR dans l’image.',
  noCamera: 'La caméra n’est pas disponible. Tapez le code à la place.',
  code: 'Code ou lien',
  codeHint: 'Par exemple K7QM-4TXD-9WPA',
  submit: 'Enrôler la tablette',
  working: 'Vérification du code…',
  network: 'Cette étape a besoin du réseau. Ensuite, la tablette marche sans.',
  found: 'Un lien d’enrôlement est ouvert sur cette tablette.',
  againTitle: 'Enrôler à nouveau',
  again: 'Enrôler à nouveau cette tablette',
  againLead: (label: string, campaign: string) =>
    `${label} sert la campagne « ${campaign} ». Un nouveau code la donne à une autre campagne ou à une autre équipe : ses maraudes quittent cette tablette et restent sur le serveur.`,
  againSent: 'Tout est envoyé au serveur : rien ne sera perdu.',
  againUnsent: (count: number) =>
    `${plural(count, 'enregistrement reste', 'enregistrements restent')} à envoyer d’abord. Rien ne change tant que tout n’est pas parti.`,
  againForm: 'Un formulaire est ouvert : enregistrez-le ou quittez-le d’abord.',
  linkOpened: 'Un lien d’enrôlement a été ouvert sur cette tablette.',
  install: {
    title: 'Installer d’abord',
    lead: 'Dans un onglet, cet appareil efface les données au bout d’une semaine. Installez Maraude, puis enrôlez dans l’application installée.',
    steps: [
      'Touchez Partager (le carré avec une flèche vers le haut).',
      'Choisissez « Sur l’écran d’accueil », puis « Ajouter ».',
      'Fermez cet onglet et ouvrez Maraude depuis son icône.',
      'Là, scannez le QR ou tapez le code.',
    ],
    code: 'Votre code, à taper dans l’application installée :',
    unused: 'Il n’a pas encore servi.',
    anyway: 'Continuer dans cet onglet (déconseillé)',
  },
};

export const pinFr = {
  chooseTitle: 'Choisir un code PIN',
  chooseLead:
    '6 chiffres, pour ouvrir cette tablette. Ne les écrivez pas dessus.',
  repeatTitle: 'Encore une fois',
  repeatLead: 'Tapez à nouveau les 6 chiffres.',
  differ: 'Les deux codes sont différents. Recommencez.',
  working: 'Préparation du coffre…',
  checkWords: 'Mots de contrôle',
  checkWordsHint: 'L’écran de la coordination doit montrer les mêmes. S’ils diffèrent, prévenez-la.',
  unlockTitle: 'Déverrouiller',
  opening: 'Ouverture…',
  digits: (count: number) => `${count} chiffres tapés sur 6`,
  erase: 'Effacer',
  wait: (seconds: number) =>
    seconds < 100
      ? `Patientez ${seconds} s avant le prochain essai.`
      : `Patientez ${Math.ceil(seconds / 60)} minutes avant le prochain essai.`,
  tries: (left: number) =>
    left === 1
      ? 'Dernier essai. Après, il faudra revenir à la coordination.'
      : `Encore ${left} essais.`,
  triesSafe: 'Ce qui est enregistré part quand même, verrouillé ou non.',
  destroyedTitle: 'Tablette fermée',
  destroyed: {
    wrong_pins:
      'Trop de codes faux : ce qui se lisait sur cette tablette a été détruit.',
    revoked:
      'La coordination a retiré cette tablette : ce qui se lisait dessus a été détruit.',
    ended: 'La campagne est finie : ce qui se lisait d’elle sur cette tablette a été détruit.',
  } as Record<Destruction, string>,
  destroyedSent: 'Tout ce qui était enregistré est arrivé au serveur.',
  destroyedWaits: (count: number) =>
    `Rien n’est perdu : ${plural(count, 'enregistrement scellé attend', 'enregistrements scellés attendent')} d’être envoyé${count < 2 ? '' : 's'}. Laissez la tablette allumée près d’un réseau.`,
  destroyedDo: 'Rapportez-la à la coordination : un nouveau code la remet en service.',
};
