// Tablettes à accepter, codes en cours, raisons d’une exportation.

export const handingFr = {
  waits: 'attend votre accord',
  accept: 'Accepter',
  acceptTitle: (label: string) => `Accepter ${label} ?`,
  acceptText:
    'Cette tablette n’a pas été préparée par la coordination. Elle envoie déjà, mais ne lit rien. ' +
    'Une fois acceptée, elle lira les maraudes et les lieux connus de son équipe.',
  acceptConfirm: 'Accepter la tablette',
  accepted: (label: string) => `${label} est acceptée.`,
  openCodes: 'Codes pas encore utilisés',
  goodUntil: 'Valable jusqu’à',
  cancelCode: 'Annuler le code',
  codeCancelled: (label: string) => `Le code de ${label} ne sert plus.`,
  reason: 'Pourquoi (gardé au journal)',
  reasonMissing: 'Écrivez au moins dix caractères.',
  takeAwayTitle: (tablet: string) => `Télécharger l’envoi de ${tablet} ?`,
  takeAwayText: 'Le fichier peut contenir des observations. Gardez-le le moins longtemps possible.',
};

export type HandingText = typeof handingFr;
