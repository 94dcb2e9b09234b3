/**
 * Passkeys as a browser makes them and asks for them (WebAuthn level 3).
 *
 * For: `core`, on the page. Options and answers are WebAuthn's own JSON, read and written here because
 * older browsers do not. It must never log what it carries.
 */
import { fromBase64Url, toBase64Url } from './base64';

/** Why the browser gave no answer. */
export type NoPasskeyWhy = 'not given' | 'held already' | 'another address' | 'not possible';

/** The browser gave no answer. */
export class NoPasskey extends Error {
  constructor(readonly why: NoPasskeyWhy) {
    super(why);
    this.name = 'NoPasskey';
  }
}

interface Described {
  readonly id: string;
  readonly type: 'public-key';
  readonly transports?: AuthenticatorTransport[];
}

interface MakingOptions extends Omit<
  PublicKeyCredentialCreationOptions,
  'challenge' | 'user' | 'excludeCredentials'
> {
  readonly challenge: string;
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly excludeCredentials?: readonly Described[];
}

interface AskingOptions extends Omit<
  PublicKeyCredentialRequestOptions,
  'challenge' | 'allowCredentials'
> {
  readonly challenge: string;
  readonly allowCredentials?: readonly Described[];
}

/** Whether this browser knows passkeys and is at an address they can be for: a name, not a number. */
export function passkeysPossible(): boolean {
  const { hostname } = location;
  const isNumber = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return 'PublicKeyCredential' in window && isSecureContext && !isNumber;
}

const described = (all: readonly Described[] | undefined): PublicKeyCredentialDescriptor[] =>
  (all ?? []).map((one) => ({ ...one, id: fromBase64Url(one.id) }));

const text = (bytes: ArrayBuffer): string => toBase64Url(new Uint8Array(bytes));

/** Makes one; gives what the server is to be told. Throws `NoPasskey`. */
export async function makePasskey(options: unknown): Promise<unknown> {
  const wanted = options as MakingOptions;
  const made = await given(() =>
    navigator.credentials.create({
      publicKey: {
        ...wanted,
        challenge: fromBase64Url(wanted.challenge),
        user: { ...wanted.user, id: fromBase64Url(wanted.user.id) },
        excludeCredentials: described(wanted.excludeCredentials),
      },
    }),
  );
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...named(made),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
    },
  };
}

/** Asks for one; gives what the server is to be told. Throws `NoPasskey`. */
export async function askPasskey(options: unknown): Promise<unknown> {
  const wanted = options as AskingOptions;
  const proved = await given(() =>
    navigator.credentials.get({
      publicKey: {
        ...wanted,
        challenge: fromBase64Url(wanted.challenge),
        allowCredentials: described(wanted.allowCredentials),
      },
    }),
  );
  const response = proved.response as AuthenticatorAssertionResponse;
  return {
    ...named(proved),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle === null ? null : text(response.userHandle),
    },
  };
}

const named = (credential: PublicKeyCredential): object => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
});

async function given(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const answer = await ask();
    if (answer instanceof PublicKeyCredential) return answer;
  } catch (error) {
    throw new NoPasskey(why(error instanceof DOMException ? error.name : ''));
  }
  throw new NoPasskey('not given');
}

function why(name: string): NoPasskeyWhy {
  switch (name) {
    // Also a person who let the time pass, or a device without the key: browsers do not tell which.
    case 'NotAllowedError':
    case 'AbortError':
      return 'not given';
    case 'InvalidStateError':
      return 'held already';
    case 'SecurityError':
      return 'another address';
    default:
      return 'not possible';
  }
}
