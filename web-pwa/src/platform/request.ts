/**
 * One request to the app's own origin.
 *
 * For: the core's worker and the map's layers. Must never talk to another origin, nor log what it
 * carries.
 */
import { fromBase64, toBase64 } from './base64';

/** A request as the core asks for it. */
export interface WireRequest {
  readonly method: string;
  /** Absolute path. */
  readonly path: string;
  readonly content_type: string;
  readonly authorization: string | null;
  /** Base64. */
  readonly body: string;
  readonly timeout_ms: number;
}

/** What came back. */
export interface WireAnswer {
  readonly code: number;
  /** Base64. */
  readonly body: string;
}

/** Sends it; nothing where no answer came. */
export async function sendRequest(request: WireRequest): Promise<WireAnswer | null> {
  const address = new URL(request.path, self.location.origin);
  if (address.origin !== self.location.origin) return null;
  const headers: Record<string, string> = {};
  if (request.content_type !== '') headers['content-type'] = request.content_type;
  if (request.authorization !== null) headers['authorization'] = request.authorization;
  try {
    const reply = await fetch(address, {
      method: request.method,
      headers,
      ...(request.method === 'GET' ? {} : { body: fromBase64(request.body) }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(request.timeout_ms),
    });
    const body = new Uint8Array(await reply.arrayBuffer());
    return { code: reply.status, body: toBase64(body) };
  } catch {
    return null;
  }
}
