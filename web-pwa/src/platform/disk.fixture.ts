/** A folder in memory that fails when told, for tests: what is flushed survives a kill. */
import type { AccessHandle, Folder } from './storage-private';

interface Kept {
  flushed: Uint8Array;
  written: Uint8Array;
}

/** See the module. */
export class Disk implements Folder {
  readonly files = new Map<string, Kept>();
  /** Bytes that may still be written before the disk is full. */
  room = Infinity;
  /** Writes that may still be made before the browser is killed. */
  writesLeft = Infinity;

  names(): Promise<string[]> {
    return Promise.resolve([...this.files.keys()]);
  }

  open(name: string): Promise<AccessHandle> {
    const kept = this.files.get(name) ?? { flushed: new Uint8Array(), written: new Uint8Array() };
    this.files.set(name, kept);
    return Promise.resolve(new Handle(this, kept));
  }

  remove(name: string): Promise<void> {
    this.room += this.files.get(name)?.written.length ?? 0;
    this.files.delete(name);
    return Promise.resolve();
  }

  /** The same disk after the browser was killed: only what was flushed is there. */
  afterKill(): Disk {
    const disk = new Disk();
    for (const [name, { flushed }] of this.files) {
      disk.files.set(name, { flushed, written: flushed });
    }
    return disk;
  }
}

class Handle implements AccessHandle {
  constructor(
    private readonly disk: Disk,
    private readonly kept: Kept,
  ) {}

  getSize(): number {
    return this.kept.written.length;
  }

  read(into: Uint8Array, { at }: { at: number }): number {
    const part = this.kept.written.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  write(from: Uint8Array, { at }: { at: number }): number {
    if (this.disk.writesLeft <= 0) throw new Error('killed');
    this.disk.writesLeft -= 1;
    const count = Math.min(from.length, this.disk.room);
    this.disk.room -= count;
    const grown = new Uint8Array(Math.max(this.kept.written.length, at + count));
    grown.set(this.kept.written);
    grown.set(from.subarray(0, count), at);
    this.kept.written = grown;
    return count;
  }

  truncate(size: number): void {
    this.disk.room += Math.max(0, this.kept.written.length - size);
    this.kept.written = this.kept.written.slice(0, size);
  }

  flush(): void {
    this.kept.flushed = this.kept.written;
  }

  close(): void {
    // Nothing to let go of.
  }
}
