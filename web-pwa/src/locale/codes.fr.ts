/** A file shown as QR codes and read by a camera, in French. */
export const codesFr = {
  picture: 'Codes QR à lire avec l’appareil photo de l’autre tablette',
  position: (at: number, of: number) => `Code ${at} sur ${of}`,
  pause: 'Arrêter sur un code',
  resume: 'Faire défiler',
  next: 'Code suivant',
  slower: 'Plus lentement',
  quicker: 'Plus vite',
  keep: 'Enregistrer plutôt comme fichier',
  tooLarge: (kilobytes: number) =>
    `C’est trop long pour des codes (${kilobytes} Ko) : enregistrez le fichier et passez-le à l’autre tablette.`,
  noCodes: 'Les codes ne s’affichent pas. Enregistrez le fichier et passez-le à l’autre tablette.',
  aim: 'Tenez l’appareil photo devant les codes de l’autre tablette, à une main de distance.',
  progress: (read: number, of: number) => `${read} sur ${of} lus. Ne bougez pas.`,
  missing: (numbers: number[]) => `Il manque : ${numbers.join(', ')}.`,
  odd: {
    foreign: 'Ce code n’est pas celui d’une tablette Maraude. Visez les codes de l’autre tablette.',
    newer: 'Ce code vient d’une version plus récente. Mettez l’application à jour, ou passez par un fichier.',
    damaged: 'La lecture est abîmée. Continuez : tout est relu.',
  },
};
