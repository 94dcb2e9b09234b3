/**
 * The key that the tablet itself keeps, where no copy of its disk reaches (WebAuthn level 3, extension
 * `prf`): it gives the same 32 bytes each time, after the tablet's own gesture.
 *
 * For: `core`, on the page. It must never keep what the key gives, nor log it. A tablet without such a
 * key is told by an answer, never by an error.
 */
import { fromBase64Url, toBase64, toBase64Url } from './base64';

/** What the key gave. */
export interface GivenKey {
  /** Its name: the credential's identifier. */
  readonly name: string;
  /** 32 bytes, base64. */
  readonly secret: string;
}

/** What is asked of every key: never another, or no vault opens any more. */
const ASKED = new TextEncoder().encode('maraude/vault/platform/1');

/** How long the tablet's own gesture may take. */
const LIMIT_MS = 60_000;

const ES256 = -7;
const RS256 = -257;

interface Capable {
  getClientCapabilities?: () => Promise<Record<string, boolean | undefined>>;
}

/** Whether this tablet has a key of its own; where it cannot tell, trying will. */
export async function platformKeyPossible(): Promise<boolean> {
  try {
    if (!('PublicKeyCredential' in window)) return false;
    const kinds = PublicKeyCredential as typeof PublicKeyCredential & Capable;
    if (!(await kinds.isUserVerifyingPlatformAuthenticatorAvailable())) return false;
    const able = await kinds.getClientCapabilities?.();
    return able?.['extension:prf'] !== false;
  } catch {
    return false;
  }
}

/** Makes one under a name for the tablet's own lists; nothing where the tablet did not. */
export async function makePlatformKey(label: string): Promise<GivenKey | null> {
  try {
    const made = await navigator.credentials.create({
      publicKey: {
        rp: { name: 'Maraude' },
        user: { id: drawn(), name: label, displayName: label },
        challenge: drawn(),
        pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: {
          authenticatorAttachment: 'platform',
          residentKey: 'discouraged',
          userVerification: 'required',
        },
        timeout: LIMIT_MS,
        extensions: { prf: { eval: { first: ASKED } } },
      },
    });
    if (!(made instanceof PublicKeyCredential)) return null;
    const { prf } = made.getClientExtensionResults();
    if (prf?.enabled !== true) return null;
    const name = toBase64Url(new Uint8Array(made.rawId));
    // Some give it at once, others when asked.
    return given(name, prf.results?.first) ?? (await askPlatformKey(name));
  } catch {
    return null;
  }
}

/** Asks the key of this name; nothing where it is gone, or its owner was not recognised. */
export async function askPlatformKey(name: string): Promise<GivenKey | null> {
  try {
    const proved = await navigator.credentials.get({
      publicKey: {
        challenge: drawn(),
        allowCredentials: [{ type: 'public-key', id: fromBase64Url(name), transports: ['internal'] }],
        userVerification: 'required',
        timeout: LIMIT_MS,
        extensions: { prf: { eval: { first: ASKED } } },
      },
    });
    if (!(proved instanceof PublicKeyCredential)) return null;
    return given(name, proved.getClientExtensionResults().prf?.results?.first);
  } catch {
    return null;
  }
}

function given(name: string, secret: BufferSource | undefined): GivenKey | null {
  if (secret === undefined) return null;
  const bytes = ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
  return { name, secret: toBase64(bytes) };
}

const drawn = (): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(32));
