/**
 * The background map kept on the tablet: one PMTiles archive in the browser's private file system.
 *
 * For: `core`. Bringing it works in a dedicated worker only and goes on where it was cut; reading
 * it works on the page. It must never keep anything but public geography.
 */

/** What the server says of its archive. */
export interface TilesTold {
  readonly version: string;
  readonly size_bytes: number;
  readonly credit: string;
}

/** An archive that is whole on this tablet. */
export interface KeptTiles extends TilesTold {
  readonly file: File;
}

/** How bringing it ended. */
export type TilesEnd = 'here' | 'none' | 'no-room' | 'cut' | 'impossible';

const PATH = '/api/tiles';
const FOLDER = 'maraude-tiles';
/** Names the archive that is whole; written last. */
const POINTER = 'tiles.json';
/** Asked for at once: a cut costs no more than this. */
const PIECE_BYTES = 2 * 1024 * 1024;
/** Room left beside the archive for the nights. */
const ROOM_BYTES = 200_000_000;
const LIMIT_MS = 60_000;

interface Handle {
  getSize(): number;
  write(from: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

const archiveName = (version: string): string => `${version}.pmtiles`;

const folder = async (create: boolean): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create });

/** What the server has; nothing where it has none or is out of reach. */
export async function toldTiles(): Promise<TilesTold | null> {
  try {
    const reply = await fetch(PATH, {
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    return reply.status === 200 ? read(await reply.text()) : null;
  } catch {
    return null;
  }
}

/** The archive on this tablet; nothing where none is whole. */
export async function keptTiles(): Promise<KeptTiles | null> {
  try {
    const from = await folder(false);
    const pointer = await (await from.getFileHandle(POINTER)).getFile();
    const told = read(await pointer.text());
    if (!told) return null;
    const file = await (await from.getFileHandle(archiveName(told.version))).getFile();
    return file.size === told.size_bytes ? { ...told, file } : null;
  } catch {
    return null;
  }
}

function read(text: string): TilesTold | null {
  const found = JSON.parse(text) as Partial<TilesTold> | null;
  const whole =
    typeof found?.version === 'string' &&
    typeof found.size_bytes === 'number' &&
    typeof found.credit === 'string';
  return whole ? (found as TilesTold) : null;
}

/** Brings the server's archive, from where an earlier try was cut. In a worker only. */
export async function bringTiles(progress: (bytes: number, of: number) => void): Promise<TilesEnd> {
  const told = await toldTiles();
  if (!told) return 'none';
  const kept = await keptTiles();
  if (kept?.version === told.version) return 'here';
  try {
    const into = await folder(true);
    const end = await download(into, told, progress);
    if (end !== 'here') return end;
    await point(into, told);
    await sweep(into, told.version);
    return 'here';
  } catch (error) {
    return error instanceof DOMException && error.name === 'QuotaExceededError'
      ? 'no-room'
      : 'impossible';
  }
}

async function download(
  into: FileSystemDirectoryHandle,
  told: TilesTold,
  progress: (bytes: number, of: number) => void,
): Promise<TilesEnd> {
  const handle = await open(into, archiveName(told.version));
  try {
    let at = handle.getSize();
    if (at > told.size_bytes) {
      handle.truncate(0);
      at = 0;
    }
    if (!(await hasRoom(told.size_bytes - at))) return 'no-room';
    while (at < told.size_bytes) {
      const piece = await fetchPiece(told, at);
      if (!piece) return 'cut';
      at += handle.write(piece, { at });
      handle.flush();
      progress(at, told.size_bytes);
    }
    return 'here';
  } finally {
    handle.close();
  }
}

/** The bytes from a place on; nothing where the network or the server fails. */
async function fetchPiece(told: TilesTold, at: number): Promise<Uint8Array | null> {
  const last = Math.min(at + PIECE_BYTES, told.size_bytes) - 1;
  try {
    const reply = await fetch(`${PATH}/${told.version}`, {
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      headers: { range: `bytes=${at}-${last}` },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (reply.status !== 206) return null;
    const piece = new Uint8Array(await reply.arrayBuffer());
    return piece.length === last - at + 1 ? piece : null;
  } catch {
    return null;
  }
}

async function hasRoom(bytes: number): Promise<boolean> {
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || quota - (usage ?? 0) >= bytes + ROOM_BYTES;
}

async function point(into: FileSystemDirectoryHandle, told: TilesTold): Promise<void> {
  const handle = await open(into, POINTER);
  try {
    const bytes = new TextEncoder().encode(JSON.stringify(told));
    handle.truncate(0);
    handle.write(bytes, { at: 0 });
    handle.flush();
  } finally {
    handle.close();
  }
}

async function sweep(into: FileSystemDirectoryHandle, version: string): Promise<void> {
  const keep = [POINTER, archiveName(version)];
  const names: string[] = [];
  const listed = into as FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };
  for await (const name of listed.keys()) names.push(name);
  for (const name of names) {
    if (!keep.includes(name)) await into.removeEntry(name);
  }
}

async function open(into: FileSystemDirectoryHandle, name: string): Promise<Handle> {
  const file = (await into.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
    createSyncAccessHandle(): Promise<Handle>;
  };
  return file.createSyncAccessHandle();
}
