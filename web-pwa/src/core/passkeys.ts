/**
 * Passkeys of the console: the server's side and the browser's, in one call each.
 *
 * For: `console`. A browser that gives no answer is a `Refused` like the server's refusals.
 */
import {
  askPasskey,
  makePasskey,
  NoPasskey,
  passkeysPossible,
  type NoPasskeyWhy,
} from '../platform/passkey';
import { ask, Refused } from './console';
import type { Me, OwnPasskeys, PasskeyAnswer, PasskeyCeremony, PasskeyLine } from './generated/console';

export { passkeysPossible };

const CODES: Record<NoPasskeyWhy, string> = {
  'not given': 'passkey-not-given',
  'held already': 'passkey-known',
  'another address': 'passkey-elsewhere',
  'not possible': 'passkey-not-possible',
};

export const ownPasskeys = (): Promise<OwnPasskeys> => ask('GET', '/api/account/passkeys');
export const removePasskey = (id: string): Promise<void> =>
  ask('POST', `/api/account/passkeys/${encodeURIComponent(id)}/remove`);

/** Makes a passkey on this device, and keeps it with the account. Throws `Refused`. */
export async function addPasskey(name: string): Promise<PasskeyLine> {
  const begun = await ask<PasskeyCeremony>('POST', '/api/account/passkeys/begin', { name });
  return ask('POST', '/api/account/passkeys', await answered(begun, makePasskey));
}

/** Opens a session by a passkey; whose it is, the passkey says. Throws `Refused`. */
export async function logInByPasskey(): Promise<Me> {
  const begun = await ask<PasskeyCeremony>('POST', '/api/login/passkey/begin');
  return ask('POST', '/api/login/passkey', await answered(begun, askPasskey));
}

async function answered(
  { ceremony, options }: PasskeyCeremony,
  by: (options: unknown) => Promise<unknown>,
): Promise<PasskeyAnswer> {
  try {
    return { ceremony, answer: await by(options) };
  } catch (error) {
    if (error instanceof NoPasskey) throw new Refused(CODES[error.why], 0, null);
    throw error;
  }
}
