import { describe, expect, it } from 'vitest';
import { toBase64 } from './base64';
import { Disk } from './disk.fixture';
import { WriteFailed, type FileOperation } from './storage';
import { PrivateStore } from './storage-private';

const text = (value: string): string => toBase64(new TextEncoder().encode(value));
const append = (file: string, value: string): FileOperation => ({
  operation: 'append',
  file,
  bytes: text(value),
});
const replace = (file: string, value: string): FileOperation => ({
  operation: 'replace',
  file,
  bytes: text(value),
});

async function contents(disk: Disk): Promise<Record<string, string>> {
  const store = await PrivateStore.open(disk);
  const files = await store.readAll();
  return Object.fromEntries(files.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]));
}

describe('the files of a tablet', () => {
  it('are appended to, replaced, cut and deleted, and survive a kill', async () => {
    const disk = new Disk();
    const store = await PrivateStore.open(disk);
    await store.apply([append('a', 'one'), append('a', ' two'), replace('b', 'first')]);
    expect(await contents(disk.afterKill())).toEqual({ a: 'one two', b: 'first' });
    await store.apply([replace('b', 'second'), { operation: 'truncate', file: 'a', length: 3 }]);
    expect(await contents(disk.afterKill())).toEqual({ a: 'one', b: 'second' });
    await store.apply([append('a', '!'), { operation: 'delete', file: 'b' }]);
    expect(await contents(disk.afterKill())).toEqual({ a: 'one!' });
    await store.apply([{ operation: 'delete', file: 'a' }, append('a', 'anew')]);
    expect(await contents(disk.afterKill())).toEqual({ a: 'anew' });
  });

  it('are all as before when the disk is full in the middle of a batch', async () => {
    for (let room = 0; room < 60; room += 1) {
      const disk = new Disk();
      const store = await PrivateStore.open(disk);
      await store.apply([append('log', 'saved'), replace('pointer', '1')]);
      disk.room = room;
      const batch = [append('log', ' more'), replace('pointer', '2'), append('new', 'file')];
      const failed = await store.apply(batch).catch((error: unknown) => error);
      const kept = await contents(disk.afterKill());
      if (failed === undefined) {
        expect(kept).toEqual({ log: 'saved more', pointer: '2', new: 'file' });
        continue;
      }
      expect(failed).toBeInstanceOf(WriteFailed);
      expect((failed as WriteFailed).reason).toBe('quota');
      expect(kept, `room for ${room} bytes`).toEqual({ log: 'saved', pointer: '1' });
      disk.room = Infinity;
      await store.apply([append('log', ' later')]);
      expect((await contents(disk.afterKill()))['log']).toBe('saved later');
    }
  });

  it('hold one whole value of a replaced file wherever the browser is killed', async () => {
    for (let writes = 0; writes < 4; writes += 1) {
      const disk = new Disk();
      const store = await PrivateStore.open(disk);
      await store.apply([replace('key', 'old')]);
      disk.writesLeft = writes;
      await store.apply([replace('key', 'new'), replace('key', 'newer')]).catch(() => undefined);
      expect(['old', 'new', 'newer']).toContain((await contents(disk.afterKill()))['key']);
    }
  });

  it('replace one another on a full disk out of a reserve, which new work does not touch', async () => {
    const disk = new Disk();
    const store = await PrivateStore.open(disk);
    await store.apply([replace('tries', '0'), append('log', 'saved')]);
    disk.room = 0;
    for (let tries = 1; tries < 10; tries += 1) {
      await store.apply([replace('tries', String(tries))]);
      const added = await store.apply([append('log', 'more')]).catch((error: unknown) => error);
      expect(added).toMatchObject({ reason: 'quota' });
      expect(await contents(disk.afterKill())).toEqual({ tries: String(tries), log: 'saved' });
    }
    const longer = replace('tries', 'x'.repeat(1000));
    expect(await store.apply([longer]).catch((error: unknown) => error)).toMatchObject({
      reason: 'quota',
    });
  });

  it('cannot be replaced on a full disk that had no room for a reserve', async () => {
    const disk = new Disk();
    disk.room = 100;
    const store = await PrivateStore.open(disk);
    await store.apply([replace('tries', '0')]);
    disk.room = 0;
    const failed = await store.apply([replace('tries', '1')]).catch((error: unknown) => error);
    expect(failed).toMatchObject({ reason: 'quota' });
    expect(await contents(disk.afterKill())).toEqual({ tries: '0' });
  });

  it('take the newest whole generation and drop a torn one', async () => {
    const disk = new Disk();
    const store = await PrivateStore.open(disk);
    await store.apply([replace('key', 'old')]);
    disk.files.set('key~1', {
      flushed: Uint8Array.from([0x4d, 0x52, 0x44, 0x46, 1]),
      written: new Uint8Array(),
    });
    expect(await contents(disk.afterKill())).toEqual({ key: 'old' });
  });
});
