/**
 * Words and numbers looked for in the bytes of a folder, in every way a browser may have written them.
 *
 * For: the tablet that was stolen. The words are drawn letter by letter, so that no compression of
 * repeated text can hide them.
 */
import { randomInt } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const WORD_LETTERS = 9;
/** Decimals of degrees to which a position counts as written: a tenth of a metre. */
const DECIMALS = 6;
/** Patterns are found by their first bytes. */
const KEY_BYTES = 4;

/** Something that may not be there. */
export type Marker = string | number;

/** A marker that is there. */
export interface Trace {
  marker: Marker;
  written: string;
  file: string;
}

interface Pattern {
  marker: Marker;
  written: string;
  bytes: Buffer;
}

/** Words that exist nowhere else. */
export function inventedWords(number: number): string[] {
  const letter = (): string => LETTERS.charAt(randomInt(LETTERS.length));
  return Array.from({ length: number }, () => Array.from({ length: WORD_LETTERS }, letter).join(''));
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

/** The part of a text in base64 that is the same whatever stands before and after it. */
function insideBase64(text: Buffer, before: number): Buffer {
  const whole = Buffer.concat([Buffer.alloc(before), text]).toString('base64');
  const from = Math.ceil((before * 8) / 6);
  return Buffer.from(whole.slice(from, Math.floor(((before + text.length) * 8) / 6)));
}

function textPatterns(marker: Marker, text: string): Pattern[] {
  const plain = Buffer.from(text);
  const wide = Buffer.from(text, 'utf16le');
  const all: [string, Buffer][] = [
    ['UTF-8', plain],
    ['UTF-16', wide],
    ['UTF-16, high byte first', swapped(wide)],
    ['hexadecimal', Buffer.from(plain.toString('hex'))],
  ];
  for (const before of [0, 1, 2]) all.push(['base64', insideBase64(plain, before)]);
  return all.map(([written, bytes]) => ({ marker, written, bytes }));
}

function numberPatterns(marker: number): Pattern[] {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(marker);
  return [
    { marker, written: 'double', bytes: Buffer.from(double) },
    { marker, written: 'double, high byte first', bytes: Buffer.from(double).reverse() },
    ...textPatterns(marker, String(marker).slice(0, String(marker).indexOf('.') + 1 + DECIMALS)),
  ];
}

/** All patterns by their first bytes. */
class Sought {
  private readonly byKey = new Map<number, Pattern[]>();
  /** Whether a pattern begins with these two bytes: most places are passed over by it. */
  private readonly begins = new Uint8Array(1 << 16);

  constructor(markers: readonly Marker[]) {
    for (const marker of markers) {
      const found =
        typeof marker === 'number' ? numberPatterns(marker) : textPatterns(marker, marker);
      for (const pattern of found) {
        const key = pattern.bytes.readUInt32BE(0);
        this.begins[key >>> 16] = 1;
        this.byKey.set(key, [...(this.byKey.get(key) ?? []), pattern]);
      }
    }
  }

  in(bytes: Buffer): Pattern[] {
    const found: Pattern[] = [];
    for (let at = 0; at + KEY_BYTES <= bytes.length; at += 1) {
      if (this.begins[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 0) continue;
      for (const pattern of this.byKey.get(bytes.readUInt32BE(at)) ?? []) {
        const there = bytes.subarray(at, at + pattern.bytes.length);
        if (there.equals(pattern.bytes)) found.push(pattern);
      }
    }
    return found;
  }
}

/** What was looked at, and what was found. */
export interface Search {
  files: number;
  bytes: number;
  traces: Trace[];
}

/** Looks into every file of a folder, and at every file's name. */
export function search(folder: string, markers: readonly Marker[]): Search {
  const sought = new Sought(markers);
  const done: Search = { files: 0, bytes: 0, traces: [] };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const file = relative(folder, path);
    const content = entry.isFile() ? readFileSync(path) : Buffer.alloc(0);
    for (const { marker, written } of [...sought.in(content), ...sought.in(Buffer.from(file))]) {
      done.traces.push({ marker, written, file });
    }
    done.files += entry.isFile() ? 1 : 0;
    done.bytes += content.length;
  }
  return done;
}
