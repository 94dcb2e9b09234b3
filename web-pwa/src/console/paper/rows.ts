/** Rows of a paper sheet as somebody keys them in. Pure; *Tablettes* calls it. */

import type { SheetRowEntry } from '../../core/generated/console';

/** A row nothing is written in yet, with the place most are met in. */
export function blankRow(): SheetRowEntry {
  return {
    hour: '',
    men: 0,
    women: 0,
    minors: 0,
    undetermined: 0,
    sleeping_place: 'street',
    certainty: null,
    place: '',
    note: '',
  };
}

/** A row somebody left as it was. */
function isBlank(row: SheetRowEntry): boolean {
  const people = row.men + row.women + row.minors + row.undetermined;
  return row.hour.trim() === '' && people === 0 && row.place.trim() === '' && row.note.trim() === '';
}

/** The rows to be sent: those left blank at the end are not on the sheet. */
export function writtenRows(rows: readonly SheetRowEntry[]): SheetRowEntry[] {
  let end = rows.length;
  while (end > 0 && isBlank(rows[end - 1] as SheetRowEntry)) end -= 1;
  return rows.slice(0, end);
}

/** What the server refused, `3 hour`, as the row and the code of what is wrong with it. */
export function refusedRows(refused: readonly string[]): [string, string][] {
  return refused.map((line) => {
    const [row = '', what = ''] = line.split(' ');
    return [row, what];
  });
}
