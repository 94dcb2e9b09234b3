/**
 * Files in IndexedDB, for browsers whose private file system does not open.
 *
 * For: `storage`. A file is a row of pieces; all operations of a call are one strict transaction.
 */
import { fromBase64 } from './base64';
import {
  WriteFailed,
  reasonOf,
  type Backend,
  type FileOperation,
  type FileStore,
  type KeptFile,
} from './storage';

const DATABASE = 'maraude';
const PIECES = 'pieces';
const MARKS = 'marks';

interface Piece {
  file: string;
  number: number;
  bytes: Uint8Array<ArrayBuffer>;
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(PIECES, { keyPath: ['file', 'number'] });
      request.result.createObjectStore(MARKS);
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
    request.onblocked = () => fail(new Error('blocked'));
  });
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => fail(transaction.error ?? new Error('aborted'));
    transaction.onerror = () => fail(transaction.error);
  });
}

/** Which back end this tablet's files were first put in. */
export async function readMark(): Promise<Backend | null> {
  const database = await openDatabase();
  try {
    const found: unknown = await answer(
      database.transaction(MARKS).objectStore(MARKS).get('backend'),
    );
    return found === 'opfs' || found === 'indexeddb' ? found : null;
  } finally {
    database.close();
  }
}

/** Keeps which back end the files are in. */
export async function writeMark(backend: Backend): Promise<void> {
  const database = await openDatabase();
  try {
    const transaction = database.transaction(MARKS, 'readwrite', { durability: 'strict' });
    transaction.objectStore(MARKS).put(backend, 'backend');
    await completion(transaction);
  } finally {
    database.close();
  }
}

/** Opens the store. */
export async function openIndexed(): Promise<FileStore> {
  const database = await openDatabase();
  let open = true;
  database.onclose = () => {
    open = false;
  };
  return {
    backend: 'indexeddb',
    readAll: () => readAll(database),
    async apply(operations) {
      if (!open) throw new WriteFailed('closed');
      try {
        await apply(database, operations);
      } catch (error) {
        throw reasonOf(error);
      }
    },
    close() {
      open = false;
      database.close();
    },
  };
}

async function readAll(database: IDBDatabase): Promise<KeptFile[]> {
  const pieces = await answer<Piece[]>(database.transaction(PIECES).objectStore(PIECES).getAll());
  const files = new Map<string, Uint8Array[]>();
  for (const { file, bytes } of pieces) {
    const held = files.get(file);
    if (held) held.push(bytes);
    else files.set(file, [bytes]);
  }
  return [...files].map(([name, parts]) => ({ name, bytes: join(parts) }));
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function apply(
  database: IDBDatabase,
  operations: readonly FileOperation[],
): Promise<void> {
  const transaction = database.transaction(PIECES, 'readwrite', { durability: 'strict' });
  const done = completion(transaction);
  const pieces = transaction.objectStore(PIECES);
  try {
    for (const operation of operations) await carryOut(pieces, operation);
    transaction.commit();
  } catch (error) {
    // The transaction may already have been given up by the browser.
    try {
      transaction.abort();
    } catch {
      // It has.
    }
    await done.catch(() => undefined);
    throw error;
  }
  await done;
}

async function carryOut(pieces: IDBObjectStore, operation: FileOperation): Promise<void> {
  const { file } = operation;
  const all = IDBKeyRange.bound([file, 0], [file, Number.MAX_SAFE_INTEGER]);
  switch (operation.operation) {
    case 'append': {
      const last = await answer(pieces.openKeyCursor(all, 'prev'));
      const key = last?.key as [string, number] | undefined;
      pieces.put({ file, number: (key?.[1] ?? -1) + 1, bytes: fromBase64(operation.bytes) });
      return;
    }
    case 'replace':
      pieces.delete(all);
      pieces.put({ file, number: 0, bytes: fromBase64(operation.bytes) });
      return;
    case 'truncate': {
      const held = await answer<Piece[]>(pieces.getAll(all));
      const whole = join(held.map(({ bytes }) => bytes));
      if (operation.length >= whole.length) return;
      pieces.delete(all);
      pieces.put({ file, number: 0, bytes: whole.slice(0, operation.length) });
      return;
    }
    case 'delete':
      pieces.delete(all);
  }
}
