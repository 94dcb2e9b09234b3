/** *À reprendre*, in French: why something was refused and what to do. */

/** Why, and what to do. */
export interface Reason {
  readonly why: string;
  readonly act: string;
}

const damaged: Reason = {
  why: 'Il est arrivé abîmé : le serveur ne peut pas le lire.',
  act: 'Demandez à l’équipe si une saisie manque. Téléchargez-le pour l’assistance.',
};
const tooLarge: Reason = {
  why: 'Il est bien plus gros qu’une saisie ordinaire.',
  act: 'Vérifiez qui tient cette tablette. Téléchargez-le pour l’assistance.',
};
const foreign: Reason = {
  why: 'Il parle au nom d’une autre tablette.',
  act: 'Ce n’est pas une erreur de saisie : vérifiez qui tient cette tablette, et révoquez-la au besoin.',
};
const odd: Reason = {
  why: 'Il n’a pas la forme d’une saisie de Maraude.',
  act: 'Vérifiez la version de l’application sur la tablette. Téléchargez-le pour l’assistance.',
};
const twice: Reason = {
  why: 'Il ne suit pas ce que cette tablette avait écrit : deux tablettes ont peut-être la même mémoire.',
  act: 'Faites enrôler à nouveau cette tablette avec un code neuf, puis comparez ses saisies avec la liste.',
};
const waits: Reason = {
  why: 'Il fait suite à une saisie qui n’est pas arrivée.',
  act: 'Il entrera de lui-même à son arrivée : faites ouvrir Maraude sur les tablettes de l’équipe.',
};
const elsewhere: Reason = {
  why: 'Il vient d’une tablette ou pour une campagne que ce serveur ne connaît pas.',
  act: 'Vérifiez que la tablette est enrôlée dans cette campagne, puis réessayez.',
};

export const quarantineFr = {
  title: 'À reprendre',
  intro: 'Ce que le serveur a refusé est gardé ici, tel qu’il est arrivé, et ne bloque rien d’autre.',
  none: 'Tout ce qui est arrivé a été pris.',
  more: 'Il y en a d’autres : réglez d’abord ceux-ci.',
  columns: {
    received: 'Arrivé',
    tablet: 'Tablette',
    what: 'Quoi',
    why: 'Pourquoi',
    act: 'Que faire',
    actions: 'Actions',
  },
  documents: {
    plan: 'plan',
    brief: 'lieux connus',
    round: 'maraude',
    review: 'décisions',
  } as Record<string, string>,
  unknownDocument: 'envoi',
  retry: 'Réessayer',
  retryAll: 'Tout réessayer',
  take: 'Reprendre',
  download: 'Télécharger',
  settle: 'C’est réglé',
  settleTitle: (tablet: string) => `Régler l’envoi de ${tablet} ?`,
  settleText: 'Il quitte cette liste. Ses octets restent gardés jusqu’à la purge de la campagne.',
  settled: 'L’envoi est marqué comme réglé.',
  retried: (taken: number, left: number) =>
    left === 0 ? `Pris : ${taken}.` : `Pris : ${taken}. Encore refusés : ${left}.`,
  entry: (number: number) => `envoi ${number}`,
  wentBack: (when: string, tablet: string, lost: number) =>
    `Le ${when}, ${tablet} a montré que le serveur avait été remis dans un état plus ancien : ${lost} modifications manquaient. Toutes les tablettes renvoient ce qu’elles ont encore ; faites ouvrir Maraude sur chacune.`,
  otherReason: {
    why: 'Le serveur l’a refusé.',
    act: 'Réessayez après une mise à jour, ou téléchargez-le pour l’assistance.',
  } as Reason,
  reasons: {
    'envelope-unreadable': damaged,
    'envelope-payload': damaged,
    'change-unreadable': damaged,
    'change-checksum': damaged,
    'envelope-version': odd,
    'envelope-key': elsewhere,
    'other-campaign': elsewhere,
    'device-unknown': elsewhere,
    'envelope-signature': foreign,
    'foreign-actor': foreign,
    'foreign-stamp': foreign,
    'envelope-too-large': tooLarge,
    'change-too-large': tooLarge,
    'too-many-operations': tooLarge,
    'value-too-long': tooLarge,
    'not-a-change': odd,
    'not-descended': odd,
    'change-shape': odd,
    'entry-key': odd,
    'creation-field': odd,
    'change-sequence': twice,
    'entry-exists': twice,
    'missing-dependencies': waits,
    'depends-on-refused': {
      why: 'Il fait suite à un envoi qui a été refusé.',
      act: 'Réglez d’abord l’envoi refusé de la même tablette, puis réessayez.',
    },
    'document-read-only': {
      why: 'Il change un document que cette tablette peut seulement lire.',
      act: 'Faites la modification ici, dans Préparer, si elle est juste. Puis marquez-le comme réglé.',
    },
    'document-full': {
      why: 'Cette tablette a écrit dans la maraude plus qu’une équipe ne peut en une nuit.',
      act: 'Vérifiez qui la tient ; révoquez-la en cas de doute. Le travail des collègues entre comme avant.',
    },
    'device-revoked': {
      why: 'La tablette avait été révoquée quand il est arrivé.',
      act: 'Si c’est un travail honnête, reprenez-le : il entre comme les autres.',
    },
    'document-gone': {
      why: 'La maraude a été effacée (opposition ou purge).',
      act: 'Marquez-le comme réglé ; demandez à l’équipe de ressaisir ce qui doit l’être.',
    },
    'document-damaged': {
      why: 'La copie du serveur ne se lit plus : ce qui arrive pour elle est gardé.',
      act: 'Prévenez l’assistance. Réessayez après la réparation.',
    },
    'change-panics': {
      why: 'Il révèle un défaut du logiciel.',
      act: 'Téléchargez-le pour l’assistance. Réessayez après une mise à jour.',
    },
    'change-panics-on-tablet': {
      why: 'L’application s’est arrêtée sur cette tablette en le lisant. Le serveur l’a ; la tablette le laisse de côté.',
      act: 'Téléchargez-le pour l’assistance, puis marquez-le comme réglé. Une mise à jour de l’application réessaie.',
    },
  } as Record<string, Reason>,
};

export type QuarantineText = typeof quarantineFr;
