/**
 * The tablet's files: named bytes that survive the browser being killed.
 *
 * For: the core's worker, alone. It does not know what the bytes are. Two back ends stand behind one
 * interface; nothing is said to be written before it is flushed.
 */
import { openIndexed, readMark, writeMark } from './storage-indexed';
import { openPrivate } from './storage-private';

/** A file as read at start. */
export interface KeptFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One operation on the files; bytes are base64. */
export type FileOperation =
  | { readonly operation: 'append' | 'replace'; readonly file: string; readonly bytes: string }
  | { readonly operation: 'truncate'; readonly file: string; readonly length: number }
  | { readonly operation: 'delete'; readonly file: string };

/** Which back end holds the files. */
export type Backend = 'opfs' | 'indexeddb';

/** Why nothing was written; the store is as it was before. */
export class WriteFailed extends Error {
  constructor(readonly reason: 'quota' | 'closed' | 'other') {
    super(reason);
    this.name = 'WriteFailed';
  }
}

/** Why the files cannot be reached. */
export class StorageRefused extends Error {
  constructor(readonly reason: 'held' | 'no-storage') {
    super(reason);
    this.name = 'StorageRefused';
  }
}

/** Files behind one interface. */
export interface FileStore {
  readonly backend: Backend;
  /** Every file with all its bytes. */
  readAll(): Promise<KeptFile[]>;
  /** Carries all operations out, in order, and flushes; or none, and throws `WriteFailed`. */
  apply(operations: readonly FileOperation[]): Promise<void>;
  /** Lets go of the files; later writes fail with `closed`. */
  close(): void;
}

/** Turns whatever the browser threw into a reason. */
export function reasonOf(error: unknown): WriteFailed {
  if (error instanceof WriteFailed) return error;
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') return new WriteFailed('quota');
  if (name === 'InvalidStateError') return new WriteFailed('closed');
  return new WriteFailed('other');
}

/**
 * Opens the files: the browser's private file system, else IndexedDB with strict durability.
 *
 * A tablet that ever kept its files in one back end never starts empty on the other: it says
 * `held` or `no-storage` and is tried again.
 */
export async function openStorage(): Promise<FileStore> {
  const mark = await readMark().catch(() => null);
  try {
    const store = await openPrivate();
    if (mark === null) await writeMark('opfs').catch(() => undefined);
    if (mark !== 'indexeddb') return store;
    store.close();
  } catch (error) {
    if (error instanceof StorageRefused && error.reason === 'held') throw error;
    if (mark === 'opfs') throw new StorageRefused('no-storage');
  }
  try {
    const store = await openIndexed();
    await writeMark('indexeddb');
    return store;
  } catch {
    throw new StorageRefused('no-storage');
  }
}
