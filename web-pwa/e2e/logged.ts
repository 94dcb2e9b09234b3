/**
 * What the tests type is in no line of their servers' logs, at its most talkative.
 *
 * For: the servers of the browser tests, which log here, and the end of a run, which counts what was
 * found. Every text that a test types into a field counts, its password, and where its tablets stand.
 */
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { search, type Marker, type Trace } from './field/traces';

/** Where the tests' tablets stand: inside sector T01, with digits that nothing else has. */
export const HERE = { longitude: 3.8645137, latitude: 43.6085391, accuracy: 12 };

/** Of every account of the tests. */
export const PASSWORD = 'une-longue-phrase-de-passe';

const E2E = import.meta.dirname;
const FOUND = resolve(E2E, '../test-results/logged.jsonl');
/** Shorter texts stand in a log by chance, and dates are no secret. */
const SHORTEST = 8;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TYPED = /\.fill\('([^'\\]+)'\)/g;

/** What the environment of a server must say. */
export const TALKATIVE = { MARAUDE_LOG: 'trace' };

/** What one server's log held. */
interface Heard {
  lines: number;
  talkative: boolean;
  traces: Trace[];
}

/** Everything that the tests type, from their own text. */
function planted(): Marker[] {
  const words = new Set([PASSWORD]);
  for (const name of readdirSync(E2E, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    for (const [, typed = ''] of readFileSync(join(E2E, name), 'utf8').matchAll(TYPED)) {
      if (typed.length >= SHORTEST && !DATE.test(typed)) words.add(typed);
    }
  }
  return [...words, HERE.longitude, HERE.latitude];
}

/** A file for what a server says, in a folder of its own inside the server's. */
export function logIn(folder: string): number {
  mkdirSync(join(folder, 'log'), { recursive: true });
  return openSync(join(folder, 'log', 'server.log'), 'a');
}

/** Looks through what a server said; to be asked before its folder goes. */
export function hear(folder: string): Heard {
  const text = readFileSync(join(folder, 'log', 'server.log'), 'utf8');
  const { traces } = search(join(folder, 'log'), planted());
  return { lines: text.split('\n').length, talkative: text.includes('TRACE'), traces };
}

/** Notes it for the end of the run. */
export function noteLog(folder: string): void {
  if (!existsSync(join(folder, 'log'))) return;
  mkdirSync(resolve(FOUND, '..'), { recursive: true });
  appendFileSync(FOUND, `${JSON.stringify(hear(folder))}\n`);
}

/** Before a run: nothing is left of the last one. */
export default function begin(): () => void {
  rmSync(FOUND, { force: true });
  return end;
}

function end(): void {
  if (!existsSync(FOUND)) return;
  const lines = readFileSync(FOUND, 'utf8').trim().split('\n');
  const heard = lines.map((line) => JSON.parse(line) as Heard);
  const traces = heard.flatMap((one) => one.traces);
  const said = heard.reduce((sum, one) => sum + one.lines, 0);
  console.log(
    `${planted().length} texts and positions of the tests looked for in ${said} lines ` +
      `of ${heard.length} servers' logs at trace level, ${traces.length} found`,
  );
  const found = traces.map(({ marker, written }) => `${marker} (${written})`);
  if (found.length > 0) throw new Error(`in a server's log: ${[...new Set(found)].join(', ')}`);
  if (heard.some((one) => !one.talkative)) throw new Error('a server did not log at trace level');
}
