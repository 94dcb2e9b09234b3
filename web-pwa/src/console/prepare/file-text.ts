/**
 * The text of a file that a coordinator chose.
 *
 * For: files of teams and layers. Spreadsheets on French computers still write Windows-1252: its
 * accents are no UTF-8, and would be lost without a word.
 */

/** UTF-8 where the bytes are UTF-8, Windows-1252 otherwise; a mark of byte order is left out. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
