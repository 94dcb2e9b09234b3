/** What the tablet says where letters and a year are sealed, in French. */

export const sealedFr = {
  first: 'Prénom : deux premières lettres',
  last: 'Nom : deux premières lettres',
  year: 'Année de naissance',
  letters: 'Comme on les entend, en lettres latines. Jamais le nom entier.',
  unfinished: 'Il faut les deux fois deux lettres et l’année, ou rien.',
  sealed: 'Brouillé. Ce qui est tapé ici disparaît quand vous quittez cette carte.',
  before: 'Déjà donné, illisible ici. Pour corriger, tapez de nouveau.',
};

/** The shape both languages fill. */
export type SealedText = typeof sealedFr;
