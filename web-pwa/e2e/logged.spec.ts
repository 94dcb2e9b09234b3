/** The end of a run would find a word in a server's log: the control of `logged.ts`. */
import { expect, test } from '@playwright/test';
import { appendFileSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HERE, PASSWORD, hear, logIn } from './logged';

test('what is planted in a log is found, plain or coded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maraude-logged-'));
  try {
    writeSync(logIn(folder), 'TRACE request{method=POST path="/api/login"}: took 3.864 ms\n');
    expect(hear(folder).traces).toEqual([]);
    const log = join(folder, 'log', 'server.log');
    for (const line of [`password=${PASSWORD}`, Buffer.from(`x${PASSWORD}`).toString('base64')]) {
      appendFileSync(log, `${line}\n`);
    }
    appendFileSync(log, `at: [${HERE.longitude}, 43.6]\n`);
    const { traces, talkative } = hear(folder);
    expect(talkative).toBe(true);
    const own = traces.filter(({ marker }) => marker === PASSWORD || marker === HERE.longitude);
    expect(own.map(({ written }) => written)).toEqual(['UTF-8', 'base64', 'UTF-8']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
