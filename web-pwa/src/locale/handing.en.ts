// Tablets to accept, codes that are still good, reasons for an export.
import type { HandingText } from './handing.fr';

export const handingEn: HandingText = {
  waits: 'waits for your consent',
  accept: 'Accept',
  acceptTitle: (label: string) => `Accept ${label}?`,
  acceptText:
    'This tablet was not prepared by the coordination. It sends already, and reads nothing. ' +
    'Once accepted, it reads the rounds and known places of its team.',
  acceptConfirm: 'Accept the tablet',
  accepted: (label: string) => `${label} is accepted.`,
  openCodes: 'Codes not used yet',
  goodUntil: 'Good until',
  cancelCode: 'Cancel the code',
  codeCancelled: (label: string) => `The code of ${label} is good for nothing now.`,
  reason: 'Why (kept in the log)',
  reasonMissing: 'Write at least ten characters.',
  takeAwayTitle: (tablet: string) => `Download the parcel of ${tablet}?`,
  takeAwayText: 'The file may hold observations. Keep it as short a time as you can.',
};
