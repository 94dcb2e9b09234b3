/**
 * Files in the browser's private file system (OPFS), through sync access handles.
 *
 * For: `storage`. Works in a dedicated worker only. Every handle is kept open; a write counts once
 * its handle is flushed.
 */
import { fromBase64 } from './base64';
import {
  HEADER_BYTES,
  frame,
  generationName,
  parseGenerationName,
  unframe,
} from './generation';
import { Reserve } from './storage-reserve';
import {
  StorageRefused,
  WriteFailed,
  reasonOf,
  type FileOperation,
  type FileStore,
  type KeptFile,
} from './storage';

const FOLDER = 'maraude';

/** A reload can find the handles of the page before still held for a moment. */
const OPEN_TRIES = 10;
const OPEN_PAUSE_MS = 100;

/**
 * How much longer replaced files may become, bytes, to be let into the reserve: counting a try of a
 * PIN does not add more. Work that adds to the files finds the disk full, and says so.
 */
const REPLACED_GROWTH_BYTES = 512;

/** What `createSyncAccessHandle` gives (the DOM library names it only for workers). */
export interface AccessHandle {
  getSize(): number;
  read(into: Uint8Array, options: { at: number }): number;
  write(from: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** A folder of files, as the store needs it; tests give a disk that fails when told. */
export interface Folder {
  names(): Promise<string[]>;
  open(name: string): Promise<AccessHandle>;
  remove(name: string): Promise<void>;
}

interface Open {
  generation: number;
  handle: AccessHandle;
}

/** How to take one step back. */
type StepBack = () => Promise<void> | void;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function openHandle(file: FileSystemFileHandle): Promise<AccessHandle> {
  const opener = file as FileSystemFileHandle & {
    createSyncAccessHandle(): Promise<AccessHandle>;
  };
  for (let tries = 1; ; tries += 1) {
    try {
      return await opener.createSyncAccessHandle();
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      const held = name === 'NoModificationAllowedError' || name === 'InvalidStateError';
      if (!held) throw error;
      if (tries === OPEN_TRIES) throw new StorageRefused('held');
      await pause(OPEN_PAUSE_MS);
    }
  }
}

/** Opens the store in the browser's own folder. */
export async function openPrivate(): Promise<FileStore> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  return PrivateStore.open({
    async names() {
      const names: string[] = [];
      const listing = folder as FileSystemDirectoryHandle & {
        keys(): AsyncIterableIterator<string>;
      };
      for await (const name of listing.keys()) names.push(name);
      return names;
    },
    open: async (name) => openHandle(await folder.getFileHandle(name, { create: true })),
    remove: (name) => folder.removeEntry(name),
  });
}

/** See the module. */
export class PrivateStore implements FileStore {
  readonly backend = 'opfs';
  private readonly files = new Map<string, Open>();
  private readonly reserve: Reserve;
  private closed = false;

  private constructor(private readonly folder: Folder) {
    this.reserve = new Reserve(folder);
  }

  /** Opens every file, keeps the newest whole generation of each and removes the others. */
  static async open(folder: Folder): Promise<PrivateStore> {
    const store = new PrivateStore(folder);
    const found = (await folder.names())
      .map(parseGenerationName)
      .filter((name) => name !== null)
      .sort((one, other) => one.generation - other.generation);
    try {
      for (const { file, generation } of found) await store.adopt(file, generation);
      if (found.length === 0) await store.probe();
      await store.reserve.fill();
    } catch (error) {
      store.close();
      throw error;
    }
    return store;
  }

  async readAll(): Promise<KeptFile[]> {
    return [...this.files].map(([name, { handle }]) => ({
      name,
      bytes: unframe(readWhole(handle)) ?? new Uint8Array(),
    }));
  }

  async apply(operations: readonly FileOperation[]): Promise<void> {
    try {
      await this.applyOnce(operations);
    } catch (error) {
      const full = error instanceof WriteFailed && error.reason === 'quota';
      if (!full || !this.keepsSize(operations) || !(await this.reserve.release())) throw error;
      try {
        await this.applyOnce(operations);
      } finally {
        await this.reserve.fill();
      }
    }
  }

  /** Whether a batch only puts files in the place of others that are about as long. */
  private keepsSize(operations: readonly FileOperation[]): boolean {
    let growth = 0;
    for (const operation of operations) {
      if (operation.operation === 'append') return false;
      if (operation.operation !== 'replace') continue;
      const before = this.files.get(operation.file)?.handle.getSize() ?? 0;
      growth += HEADER_BYTES + fromBase64(operation.bytes).length - before;
    }
    return growth <= REPLACED_GROWTH_BYTES;
  }

  private async applyOnce(operations: readonly FileOperation[]): Promise<void> {
    if (this.closed) throw new WriteFailed('closed');
    const back: StepBack[] = [];
    const doomed: { name: string; handle: AccessHandle }[] = [];
    try {
      for (const operation of operations) {
        await this.carryOut(operation, back, doomed);
      }
    } catch (error) {
      for (const step of back.reverse()) await step();
      throw reasonOf(error);
    }
    for (const { name, handle } of doomed) {
      handle.close();
      // What stays behind is an older generation, or comes back as a file the core deletes again.
      await this.folder.remove(name).catch(() => undefined);
    }
  }

  close(): void {
    this.closed = true;
    for (const { handle } of this.files.values()) handle.close();
    this.files.clear();
  }

  private async carryOut(
    operation: FileOperation,
    back: StepBack[],
    doomed: { name: string; handle: AccessHandle }[],
  ): Promise<void> {
    const { file } = operation;
    const held = this.files.get(file);
    if (operation.operation === 'append') {
      const bytes = fromBase64(operation.bytes);
      if (!held) return this.create(file, bytes, this.after(file, doomed), back);
      const end = held.handle.getSize();
      back.push(() => cut(held.handle, end));
      writeAll(held.handle, bytes, end);
      held.handle.flush();
      return;
    }
    if (operation.operation === 'truncate') {
      if (!held) return;
      const whole = readWhole(held.handle);
      const length = HEADER_BYTES + operation.length;
      if (length >= whole.length) return;
      // The kept part becomes a generation of its own: a cut below the first content stays whole.
      this.retire(file, held, back, doomed);
      const kept = whole.slice(HEADER_BYTES, length);
      return this.create(file, kept, held.generation + 1, back);
    }
    if (held) this.retire(file, held, back, doomed);
    if (operation.operation === 'replace') {
      const next = this.after(file, doomed);
      await this.create(file, fromBase64(operation.bytes), next, back);
    }
  }

  /** The generation that comes after every one of this file, doomed ones included. */
  private after(file: string, doomed: { name: string }[]): number {
    const numbers = doomed
      .map(({ name }) => parseGenerationName(name))
      .filter((name) => name?.file === file)
      .map((name) => (name?.generation ?? 0) + 1);
    return Math.max(0, ...numbers);
  }

  private retire(
    file: string,
    held: Open,
    back: StepBack[],
    doomed: { name: string; handle: AccessHandle }[],
  ): void {
    this.files.delete(file);
    const name = generationName(file, held.generation);
    doomed.push({ name, handle: held.handle });
    back.push(() => {
      this.files.set(file, held);
    });
  }

  private async create(
    file: string,
    content: Uint8Array,
    generation: number,
    back: StepBack[],
  ): Promise<void> {
    const name = generationName(file, generation);
    const handle = await this.folder.open(name);
    back.push(async () => {
      if (this.files.get(file)?.handle === handle) this.files.delete(file);
      handle.close();
      await this.folder.remove(name).catch(() => undefined);
    });
    handle.truncate(0);
    writeAll(handle, frame(content), 0);
    handle.flush();
    this.files.set(file, { generation, handle });
  }

  private async adopt(file: string, generation: number): Promise<void> {
    const name = generationName(file, generation);
    const handle = await this.folder.open(name);
    if (unframe(readWhole(handle)) === null) {
      handle.close();
      await this.folder.remove(name);
      return;
    }
    const older = this.files.get(file);
    this.files.set(file, { generation, handle });
    if (older) {
      older.handle.close();
      await this.folder.remove(generationName(file, older.generation));
    }
  }

  /** On a new tablet, learns at once whether writing works. */
  private async probe(): Promise<void> {
    const handle = await this.folder.open('probe');
    writeAll(handle, frame(new Uint8Array()), 0);
    handle.flush();
    handle.close();
    await this.folder.remove('probe');
  }
}

function readWhole(handle: AccessHandle): Uint8Array {
  const bytes = new Uint8Array(handle.getSize());
  const count = handle.read(bytes, { at: 0 });
  return bytes.subarray(0, count);
}

function writeAll(handle: AccessHandle, bytes: Uint8Array, at: number): void {
  if (handle.write(bytes, { at }) !== bytes.length) throw new WriteFailed('quota');
}

function cut(handle: AccessHandle, size: number): void {
  handle.truncate(size);
  handle.flush();
}
