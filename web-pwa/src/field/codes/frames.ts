/**
 * A file as a row of QR codes that one screen shows and another tablet's camera reads, in any order.
 *
 * For: hand-overs and sealed files without network. Each code tells which file it is of, its number
 * and how many there are, so that what is missing can be told, and reading goes on where it stopped.
 *
 * A code is base45 (RFC 9285), whose letters a QR code packs best, of: version (1 byte) ‖ the first 8
 * bytes of the file's SHA-256 ‖ number from 0 (2 bytes, big endian) ‖ how many (2) ‖ a piece of the file.
 */

/** Of a file, in one code: a code of 77 × 77 squares, which a cheap camera still tells apart. */
export const PIECE_BYTES = 480;

/** Above this a row of codes takes longer than people hold a tablet still: a file is better. */
export const PRACTICAL_BYTES = 50_000;

const VERSION = 1;
const MARK_BYTES = 8;
const HEAD_BYTES = 1 + MARK_BYTES + 4;
/** No screen shows more; what says so is no code of ours. */
const MOST_PIECES = 1_024;

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** Bytes in letters that QR codes pack best. */
export function toBase45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const [one = 0, two] = bytes.subarray(at, at + 2);
    let value = two === undefined ? one : one * 256 + two;
    for (let left = two === undefined ? 2 : 3; left > 0; left -= 1) {
      text += LETTERS.charAt(value % 45);
      value = Math.floor(value / 45);
    }
  }
  return text;
}

/** Bytes from such letters; nothing where they are none. */
export function fromBase45(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 3 === 1) return null;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const values = [...text.slice(at, at + 3)].map((letter) => LETTERS.indexOf(letter));
    if (values.includes(-1)) return null;
    const value = values.reduceRight((sum, one) => sum * 45 + one, 0);
    if (value > (values.length === 3 ? 0xffff : 0xff)) return null;
    if (values.length === 3) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Uint8Array.from(bytes);
}

async function markOf(file: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', file)).subarray(0, MARK_BYTES);
}

/** The texts of a file's codes. */
export async function framesOf(file: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const mark = await markOf(file);
  const total = Math.max(1, Math.ceil(file.length / PIECE_BYTES));
  return Array.from({ length: total }, (_, number) => {
    const piece = file.subarray(number * PIECE_BYTES, (number + 1) * PIECE_BYTES);
    const code = new Uint8Array(HEAD_BYTES + piece.length);
    const head = new DataView(code.buffer);
    code[0] = VERSION;
    code.set(mark, 1);
    head.setUint16(1 + MARK_BYTES, number);
    head.setUint16(3 + MARK_BYTES, total);
    code.set(piece, HEAD_BYTES);
    return toBase45(code);
  });
}

/** What a code brought. */
export type Brought = 'piece' | 'known' | 'foreign' | 'newer';

interface Pieces {
  readonly total: number;
  readonly at: Map<number, Uint8Array>;
}

/** The codes read so far, of one file or of several. */
export class Gathered {
  private readonly files = new Map<string, Pieces>();
  private latest: string | null = null;

  /** Takes a code in. */
  add(text: string): Brought {
    const code = fromBase45(text);
    if (!code || code.length < HEAD_BYTES) return 'foreign';
    if (code[0] !== VERSION) return 'newer';
    const head = new DataView(code.buffer);
    const number = head.getUint16(1 + MARK_BYTES);
    const total = head.getUint16(3 + MARK_BYTES);
    if (total === 0 || total > MOST_PIECES || number >= total) return 'foreign';
    const mark = code.subarray(1, 1 + MARK_BYTES).join();
    const pieces = this.files.get(mark) ?? { total, at: new Map<number, Uint8Array>() };
    if (pieces.total !== total) return 'foreign';
    this.files.set(mark, pieces);
    this.latest = mark;
    if (pieces.at.has(number)) return 'known';
    pieces.at.set(number, code.subarray(HEAD_BYTES));
    return 'piece';
  }

  private get pieces(): Pieces | null {
    return this.latest === null ? null : (this.files.get(this.latest) ?? null);
  }

  /** How many codes the file read last has; 0 before the first one. */
  get total(): number {
    return this.pieces?.total ?? 0;
  }

  /** How many of them were read. */
  get read(): number {
    return this.pieces?.at.size ?? 0;
  }

  /** Numbers, from 1, of those still to be read. */
  get missing(): number[] {
    const { pieces } = this;
    if (!pieces) return [];
    const all = Array.from({ length: pieces.total }, (_, number) => number);
    return all.filter((number) => !pieces.at.has(number)).map((number) => number + 1);
  }

  /** The file, once all its codes were read and it is what was shown; it is forgotten here then. */
  async file(): Promise<Uint8Array<ArrayBuffer> | null> {
    const { pieces, latest } = this;
    if (!pieces || latest === null || pieces.at.size < pieces.total) return null;
    const parts = Array.from({ length: pieces.total }, (_, number) => pieces.at.get(number));
    const whole = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
    this.files.delete(latest);
    this.latest = null;
    return (await markOf(whole)).join() === latest ? whole : null;
  }
}
