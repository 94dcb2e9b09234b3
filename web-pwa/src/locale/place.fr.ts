/** Where an observation is, as the tablet says it, in French. */

import { manyFr as plural } from './plural';
import type { PositionSource } from '../core/generated/tablet';
import type { PlaceFound } from '../core/places-message';

export const placeFr = {
  title: 'Position',
  at: (words: string) => `Position : ${words}`,
  locating: 'Recherche de la position…',
  fix: (accuracy: string) => `Position trouvée ${accuracy}`,
  sources: {
    fix: 'par la tablette',
    hand: 'placée à la main',
    site: 'celle du lieu connu',
    correction: 'corrigée',
    import: 'importée',
    typed: 'd’après le lieu écrit',
  } as Record<PositionSource, string>,
  none: 'Sans position, à préciser',
  noneHint: 'Cela n’empêche pas d’enregistrer.',
  correct: 'Corriger',
  fold: 'Replier',
  refix: 'Reprendre la position',
  onMap: 'Placer sur la carte',
  removePin: 'Enlever le point placé',
  typed: 'Écrire le lieu',
  typedHint: 'Par exemple : sous le pont, côté parking.',
  suggestions: 'Lieux proposés',
  found: (count: number) => plural(count, 'lieu proposé', 'lieux proposés'),
  chosen: 'Lieu choisi. Sans autre position, l’observation y sera placée.',
  noSearch: 'Rues et repères ne sont pas sur cette tablette : ce que vous écrivez est gardé tel quel.',
  kinds: {
    address: 'adresse',
    interpolated: 'adresse, à peu près',
    street: 'rue',
    landmark: 'repère',
    crossing: 'croisement',
  } as Record<PlaceFound['kind'], string>,
};
