/** The tablet's own key as a second lock, in French. */

export const platformKeyFr = {
  title: 'Clé de la tablette',
  offerTitle: 'Protéger aussi par la tablette ?',
  offerLead:
    'Avec la clé de cette tablette en plus du code, une copie de son disque n’ouvre rien, même à qui connaît le code.',
  offerHow: 'La tablette demandera aussi son propre geste (empreinte, visage ou code d’écran) à chaque ouverture.',
  accept: 'Ajouter la clé de la tablette',
  decline: 'Seulement le code',
  failed: 'La tablette n’a pas donné de clé. Vous pouvez recommencer, ou garder seulement le code.',
  asking: 'La tablette demande son geste…',
  on: 'Le code et la clé de cette tablette sont demandés à chaque ouverture.',
  off: 'Le code seul est demandé à chaque ouverture.',
  add: 'Ajouter la clé de la tablette',
  remove: 'Retirer la clé de la tablette',
  notGiven: 'La tablette n’a pas donné sa clé. Rien n’a été essayé : tapez le code et recommencez.',
  gone:
    'Si cette clé n’existe plus (verrouillage d’écran retiré, tablette remise à zéro), touchez « Code oublié ? » : la coordination autorise un nouveau code. Ce qui est enregistré continue de partir.',
};

export type PlatformKeyText = typeof platformKeyFr;

export const platformKeyMessagesFr = {
  'platform-key-needed': () => platformKeyFr.notGiven,
  'platform-key-on': () => 'La clé de la tablette est demandée à partir de maintenant.',
  'platform-key-off': () => 'La clé de la tablette n’est plus demandée.',
};
