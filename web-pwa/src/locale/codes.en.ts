/** A file shown as QR codes and read by a camera, in English. */
import type { codesFr } from './codes.fr';

export const codesEn: typeof codesFr = {
  picture: 'QR codes for the camera of the other tablet',
  position: (at, of) => `Code ${at} of ${of}`,
  pause: 'Stop on one code',
  resume: 'Let them run',
  next: 'Next code',
  slower: 'Slower',
  quicker: 'Quicker',
  keep: 'Save as a file instead',
  tooLarge: (kilobytes) =>
    `This is too long for codes (${kilobytes} KB): save the file and pass it to the other tablet.`,
  noCodes: 'The codes do not show. Save the file and pass it to the other tablet.',
  aim: 'Hold the camera before the codes of the other tablet, a hand away.',
  progress: (read, of) => `${read} of ${of} read. Hold still.`,
  missing: (numbers) => `Missing: ${numbers.join(', ')}.`,
  odd: {
    foreign: 'This code is not from a Maraude tablet. Aim at the codes of the other tablet.',
    newer: 'This code is from a newer version. Update the app, or use a file.',
    damaged: 'What was read is damaged. Go on: all is read again.',
  },
};
