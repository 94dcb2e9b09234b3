/**
 * Requests to this origin and the live stream of the server.
 *
 * For: `core`, which gives them their types. Must never talk to another origin, nor log what it
 * carries.
 */

/** What came back, whatever its code. */
export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** The server could not be reached. */
export class Unreachable extends Error {
  constructor() {
    super('unreachable');
    this.name = 'Unreachable';
  }
}

/** How long a request may take before it counts as unreachable. */
const REQUEST_LIMIT_MS = 30_000;

/** Sends one request with the session's cookie. Throws `Unreachable` and nothing else. */
export async function send(
  method: string,
  path: string,
  body?: string,
  limitMs = REQUEST_LIMIT_MS,
): Promise<HttpReply> {
  const reply = await sendForBytes(method, path, body, limitMs);
  return { ...reply, text: await reply.bytes.text() };
}

/** What came back, its bytes as they are. */
export interface BytesReply {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Blob;
}

/** As `send`, for files. */
export async function sendForBytes(
  method: string,
  path: string,
  body?: string,
  limitMs = REQUEST_LIMIT_MS,
): Promise<BytesReply> {
  try {
    const reply = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(limitMs),
      ...(body === undefined
        ? {}
        : { body, headers: { 'content-type': 'application/json' } }),
    });
    return {
      status: reply.status,
      contentType: reply.headers.get('content-type') ?? '',
      bytes: await reply.blob(),
    };
  } catch {
    throw new Unreachable();
  }
}

/**
 * Sends a file as it is, however long it takes. Throws `Unreachable` and nothing else.
 */
export async function sendFile(path: string, file: Blob, contentType: string): Promise<HttpReply> {
  try {
    const reply = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      body: file,
      headers: { 'content-type': contentType },
    });
    return {
      status: reply.status,
      contentType: reply.headers.get('content-type') ?? '',
      text: await reply.text(),
    };
  } catch {
    throw new Unreachable();
  }
}

/** What a live stream tells. */
export interface LiveListener {
  /** The log moved, or the stream has just (re)opened: what is on screen may be old. */
  readonly moved: () => void;
  /** The stream works, or does not. */
  readonly connected: (yes: boolean) => void;
}

/** Time before a stream that the server refused is tried again. */
const REOPEN_AFTER_MS = 5_000;

/** Follows a stream of server-sent events until the returned function is called. */
export function follow(path: string, event: string, listener: LiveListener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const open = (): void => {
    const opened = new EventSource(path);
    source = opened;
    opened.addEventListener('open', () => {
      listener.connected(true);
      listener.moved();
    });
    opened.addEventListener(event, listener.moved);
    opened.addEventListener('message', listener.moved);
    opened.addEventListener('error', () => {
      listener.connected(false);
      // The browser tries again by itself, except where the server answered with an error.
      if (opened.readyState === EventSource.CLOSED && !over) {
        timer = setTimeout(open, REOPEN_AFTER_MS);
      }
    });
  };
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    source?.close();
  };
}

/** Hands a text or bytes to the person as a file. */
export function handFile(name: string, contentType: string, content: string | Blob): void {
  const address = URL.createObjectURL(new Blob([content], { type: contentType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A random identifier for a command; works on plain HTTP too. */
export function drawUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join('-');
}
