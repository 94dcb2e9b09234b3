/**
 * Room kept back on the tablet, so that a full one can still replace a file by another of its length.
 *
 * For: `storage-private`. A replaced file is there twice until its former generation goes; on a full
 * disk not even a try of a PIN could be counted, and nobody could open what is recorded.
 */
import type { Folder } from './storage-private';

/** No name of a generation. */
const NAME = 'reserve';

/** Several times the longest file that is replaced on the way to an open tablet. */
const RESERVE_BYTES = 65_536;

/** See the module. */
export class Reserve {
  private held = false;

  constructor(private readonly folder: Folder) {}

  /** Keeps the room, or as much of it as there is. */
  async fill(): Promise<void> {
    for (let size = RESERVE_BYTES; size >= RESERVE_BYTES / 8 && !this.held; size /= 2) {
      this.held = await this.fillTo(size);
    }
    if (!this.held) await this.folder.remove(NAME).catch(() => undefined);
  }

  /** Gives the room back; tells whether there was any. */
  async release(): Promise<boolean> {
    if (!this.held) return false;
    this.held = false;
    await this.folder.remove(NAME).catch(() => undefined);
    return true;
  }

  private async fillTo(size: number): Promise<boolean> {
    try {
      const handle = await this.folder.open(NAME);
      try {
        const there = handle.getSize();
        if (there >= size) return true;
        const written = handle.write(new Uint8Array(size - there), { at: there });
        handle.flush();
        if (written === size - there) return true;
        handle.truncate(there);
        return false;
      } finally {
        handle.close();
      }
    } catch {
      return false;
    }
  }
}
