/** *Rues parcourues* on the tablet, in French. */
import { manyFr as plural } from './plural';

const kilometres = (metres: number): string =>
  metres < 1_000
    ? `${metres} m`
    : `${(metres / 1_000).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} km`;

export const streetsFr = {
  title: 'Rues parcourues',
  lead: 'Cochez chaque rue que l’équipe a parcourue. C’est enregistré à chaque geste.',
  told: (walked: number, all: number, walkedM: number, allM: number) =>
    `${walked} sur ${plural(all, 'rue', 'rues')} · ${kilometres(walkedM)} sur ${kilometres(allM)} (${
      allM === 0 ? 0 : Math.floor((100 * walkedM) / allM)
    } %)`,
  all: 'Toutes',
  undo: 'Annuler',
  undone: 'Dernier geste annulé.',
  find: 'Chercher une rue',
  nothing: 'Aucune rue de ce nom dans le secteur.',
  left: 'Pas encore parcourues seulement',
  metres: kilometres,
  loading: 'Lecture des rues du secteur…',
  none: 'Les rues de ce secteur ne sont pas sur la tablette. En fin de maraude, dites simplement ce qui a été parcouru.',
  open: 'Cocher les rues parcourues',
  asked: 'Rues du secteur',
  rule: 'La couverture se compte sur les rues cochées.',
  short: 'Vous dites « en entier », mais des rues ne sont pas cochées : cochez-les, ou dites « en partie ».',
  some: 'Vous dites « pas du tout », mais des rues sont cochées.',
};

/** The shape both languages fill. */
export type StreetsText = typeof streetsFr;
