/**
 * One generation of a file: a header that tells whether its first content is whole, then bytes.
 *
 * For: `storage-private`. A file is replaced by writing its next generation beside it; where the
 * browser dies in between, the header tells which of the two counts. No rename is needed, which not
 * every browser has.
 *
 * Shape: `MRDF`, version (1 byte), 3 zero bytes, length of the first content (u32, little endian),
 * its CRC-32 (u32, little endian), the content, then whatever was appended.
 */

export const HEADER_BYTES = 16;
const MAGIC = [0x4d, 0x52, 0x44, 0x46] as const;
const VERSION = 1;

/** Without a seed a file of zeros would pass. */
const CRC_SEED = 0x4d415241;

const TABLE = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 (IEEE 802.3 polynomial) with a seed of our own. */
export function checksum(bytes: Uint8Array): number {
  let crc = CRC_SEED;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** A generation's first bytes: header and content. */
export function frame(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + content.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[4] = VERSION;
  view.setUint32(8, content.length, true);
  view.setUint32(12, checksum(content), true);
  bytes.set(content, HEADER_BYTES);
  return bytes;
}

/** The bytes a generation holds, or nothing where its first content is not whole. */
export function unframe(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length < HEADER_BYTES) return null;
  if (MAGIC.some((byte, at) => bytes[at] !== byte) || bytes[4] !== VERSION) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(8, true);
  if (HEADER_BYTES + length > bytes.length) return null;
  const content = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
  if (checksum(content) !== view.getUint32(12, true)) return null;
  return bytes.subarray(HEADER_BYTES);
}

/** The name a generation has in the folder. */
export function generationName(file: string, generation: number): string {
  return `${file}~${generation}`;
}

/** What a name in the folder stands for; nothing for a foreign one. */
export function parseGenerationName(name: string): { file: string; generation: number } | null {
  const found = /^(.+)~(\d{1,9})$/.exec(name);
  if (!found?.[1] || !found[2]) return null;
  return { file: found[1], generation: Number(found[2]) };
}
