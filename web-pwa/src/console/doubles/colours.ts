/** Colours of people on a group's map; each also has its letter, since some themes know one hue. */

import { token } from '../map/colours';

const TOKENS = ['accent', 'good', 'problem', 'text', 'muted'] as const;

/** The colour of a person by number. */
export function personColour(person: number): string {
  return token(TOKENS[person % TOKENS.length] ?? 'muted');
}
