/**
 * A list of teams as CSV, read before it is sent so that each faulty line is shown at once. Pure;
 * the server judges every line again. *Préparer* calls it.
 */

/** A line of the list. */
export interface TeamRow {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly code: string;
  readonly organisation: string;
  readonly professional: boolean;
  /** Sector code; empty sends nobody. */
  readonly sector: string;
}

/** Why a line is refused. */
export type TeamFault =
  | 'no-code'
  | 'code-twice'
  | 'unknown-sector'
  | 'odd-professional'
  | 'open-quote';

/** A faulty line. */
export interface FaultyLine {
  readonly line: number;
  readonly fault: TeamFault;
  readonly value: string;
}

/** What a text holds. */
export interface TeamList {
  readonly rows: readonly TeamRow[];
  readonly faults: readonly FaultyLine[];
  /** The header has no `code`. */
  readonly headerMissing: boolean;
  /** The same list with commas and the expected header, as it is sent. */
  readonly csv: string;
}

const COLUMNS = ['code', 'organisation', 'professional', 'sector'] as const;

const YES = ['yes', 'oui', 'true', '1', 'x'];
const NO = ['', 'no', 'non', 'false', '0'];

/** Cells of one line; nothing where a quote stays open. */
function cells(line: string, separator: string): string[] | null {
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index];
    if (letter === '"' && quoted && line[index + 1] === '"') {
      cell += '"';
      index += 1;
    } else if (letter === '"') {
      quoted = !quoted;
    } else if (letter === separator && !quoted) {
      found.push(cell.trim());
      cell = '';
    } else {
      cell += letter;
    }
  }
  return quoted ? null : [...found, cell.trim()];
}

const quote = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);

/** Reads a list of teams; commas, semicolons and tabs separate. */
export function readTeams(text: string, sectorCodes: ReadonlySet<string>): TeamList {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const headerAt = lines.findIndex((line) => line.trim() !== '');
  const headerLine = lines[headerAt] ?? '';
  const separator = [',', ';', '\t'].find((one) => headerLine.includes(one)) ?? ',';
  const header = (cells(headerLine, separator) ?? []).map((name) => name.toLowerCase());
  if (!header.includes('code')) {
    return { rows: [], faults: [], headerMissing: true, csv: '' };
  }
  const rows: TeamRow[] = [];
  const faults: FaultyLine[] = [];
  const codes = new Set<string>();
  lines.forEach((line, index) => {
    if (index <= headerAt || line.trim() === '') return;
    const number = index + 1;
    const values = cells(line, separator);
    if (values === null) {
      faults.push({ line: number, fault: 'open-quote', value: line.slice(0, 40) });
      return;
    }
    const of = (column: (typeof COLUMNS)[number]): string => values[header.indexOf(column)] ?? '';
    const row = readRow(number, of, codes, sectorCodes);
    if ('fault' in row) faults.push(row);
    else rows.push(row);
  });
  return { rows, faults, headerMissing: false, csv: writeTeams(rows) };
}

function readRow(
  line: number,
  of: (column: (typeof COLUMNS)[number]) => string,
  codes: Set<string>,
  sectorCodes: ReadonlySet<string>,
): TeamRow | FaultyLine {
  const code = of('code');
  const professional = of('professional').toLowerCase();
  const sector = of('sector');
  if (code === '') return { line, fault: 'no-code', value: '' };
  if (codes.has(code)) return { line, fault: 'code-twice', value: code };
  if (!YES.includes(professional) && !NO.includes(professional)) {
    return { line, fault: 'odd-professional', value: professional };
  }
  if (sector !== '' && !sectorCodes.has(sector)) {
    return { line, fault: 'unknown-sector', value: sector };
  }
  codes.add(code);
  return { line, code, organisation: of('organisation'), professional: YES.includes(professional), sector };
}

function writeTeams(rows: readonly TeamRow[]): string {
  const lines = rows.map((row) =>
    [row.code, row.organisation, row.professional ? 'yes' : 'no', row.sector].map(quote).join(','),
  );
  return [COLUMNS.join(','), ...lines].join('\n');
}
