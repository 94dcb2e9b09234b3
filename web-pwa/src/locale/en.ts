/** Everything the tablet says in English. */
import type { Messages } from './fr';

export const en: Messages = {
  units: {
    range: (from, to) => `${from} to ${to}`,
  },
};
