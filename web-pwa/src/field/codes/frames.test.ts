import { describe, expect, it } from 'vitest';
import { Gathered, PIECE_BYTES, framesOf, fromBase45, toBase45 } from './frames';

/** Bytes that look like a sealed file; the same for the same length. */
function sealed(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state >> 16;
  });
}

/** Another order of the same things. */
function shuffled<T>(things: readonly T[], seed: number): T[] {
  const order = sealed(things.length, seed);
  return things.map((thing, at) => ({ thing, by: order[at] ?? 0 })).sort((a, b) => a.by - b.by).map(({ thing }) => thing);
}

describe('base45', () => {
  it('is that of RFC 9285', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(toBase45(bytes('AB'))).toBe('BB8');
    expect(toBase45(bytes('Hello!!'))).toBe('%69 VD92EX0');
    expect(toBase45(bytes('base-45'))).toBe('UJCLQE7W581');
    expect(fromBase45('QED8WEX0')).toEqual(bytes('ietf!'));
  });

  it('refuses what is none', () => {
    for (const text of ['GGW', 'A', '::', 'ab8', 'BB8B']) expect(fromBase45(text), text).toBeNull();
    for (const length of [0, 1, 2, 3, 255, 256]) {
      const bytes = sealed(length);
      expect(fromBase45(toBase45(bytes))).toEqual(bytes);
    }
  });
});

describe('a file as codes', () => {
  it('comes together in any order, each code read any number of times', async () => {
    for (const length of [1, PIECE_BYTES, PIECE_BYTES + 1, 12_345]) {
      const file = sealed(length);
      const frames = await framesOf(file);
      expect(frames).toHaveLength(Math.ceil(length / PIECE_BYTES));
      for (const seed of [3, 5, 8]) {
        const gathered = new Gathered();
        for (const frame of shuffled([...frames, ...frames], seed)) gathered.add(frame);
        expect(gathered.missing).toEqual([]);
        expect(await gathered.file()).toEqual(file);
      }
    }
  });

  it('tells what is missing and goes on where it stopped', async () => {
    const file = sealed(5 * PIECE_BYTES);
    const frames = await framesOf(file);
    const gathered = new Gathered();
    for (const at of [4, 0, 2]) expect(gathered.add(frames[at] ?? '')).toBe('piece');
    expect(gathered.add(frames[2] ?? '')).toBe('known');
    expect([gathered.read, gathered.total]).toEqual([3, 5]);
    expect(gathered.missing).toEqual([2, 4]);
    expect(await gathered.file()).toBeNull();
    // Another screen comes in between: neither is mixed with the other.
    const other = sealed(700, 9);
    for (const frame of await framesOf(other)) gathered.add(frame);
    expect(await gathered.file()).toEqual(other);
    for (const at of [1, 3]) gathered.add(frames[at] ?? '');
    expect(await gathered.file()).toEqual(file);
  });

  it('takes nothing of other codes, and no file that is not what was shown', async () => {
    const gathered = new Gathered();
    for (const text of ['https://example.org/#enrol=X', '', 'BB8', 'HELLO WORLD']) {
      expect(gathered.add(text), text).toBe('foreign');
    }
    const [frame = ''] = await framesOf(sealed(40));
    const code = fromBase45(frame) ?? new Uint8Array();
    const changed = (at: number, to: number): string => {
      const other = code.slice();
      other[at] = to;
      return toBase45(other);
    };
    expect(gathered.add(changed(0, 9))).toBe('newer');
    expect(gathered.add(changed(10, 7)), 'a number beyond the last').toBe('foreign');
    expect(gathered.add(changed(12, 0)), 'of none').toBe('foreign');
    // One byte of the piece: the code reads, the file is not what its mark says.
    expect(gathered.add(changed(20, (code[20] ?? 0) ^ 1))).toBe('piece');
    expect(await gathered.file()).toBeNull();
    gathered.add(frame);
    expect(await gathered.file()).toEqual(sealed(40));
  });
});
