/**
 * A tablet is stolen in the middle of a round, and again when the round is over: nothing of what the
 * team wrote is to be read in anything the browser keeps. Once the round is on the server and its
 * time is over, nothing of it is left behind the PIN either.
 */
import type { Page } from '@playwright/test';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnBrowser } from './browser';
import { SHIFT, ShiftedClock } from './clock';
import { Front } from './front';
import { HERE } from './server';
import { Tablet, expect, test } from './tablet';
import { inventedWords, search, type Marker } from './traces';

const OBSERVATIONS = 10;
/** Words of each text, as many as it takes. */
const WORDS = { place: 12, sign: 6, note: 28 } as const;
/** A closed round that arrived goes at the latest after a day. */
const A_DAY_AND_MORE_MS = 25 * 3_600_000;

interface Written {
  place: string[];
  sign: string[];
  note: string[];
  longitude: number;
  latitude: number;
}

function invented(): Written {
  return {
    place: inventedWords(WORDS.place),
    sign: inventedWords(WORDS.sign),
    note: inventedWords(WORDS.note),
    longitude: HERE.longitude + Math.random() / 1000,
    latitude: HERE.latitude + Math.random() / 1000,
  };
}

const words = ({ place, sign, note }: Written): string[] => [...place, ...sign, ...note];

/** Fills a count as a team does, up to its last button. */
async function write(tablet: Tablet, browser: OwnBrowser, of: Written): Promise<void> {
  const { longitude, latitude } = of;
  await browser.context().setGeolocation({ longitude, latitude, accuracy: HERE.accuracy });
  await tablet.tap('Comptage');
  await tablet.tap('Corriger');
  await tablet.page.getByLabel('Écrire le lieu').fill(of.place.join(' '));
  await tablet.tap('Hommes : un de plus');
  await tablet.choose('Rue, trottoir');
  await tablet.tap('Détails (facultatif)');
  await tablet.page.getByLabel('Autre signe visible').fill(of.sign.join(' '));
  await tablet.page.getByLabel('Note', { exact: true }).fill(of.note.join(' '));
}

async function save(tablet: Tablet): Promise<void> {
  await tablet.tap(/^Enregistrer/);
  await expect(tablet.page.getByText('Enregistré sur cette tablette.')).toBeVisible();
}

/** What of it can be read on the screen, in texts and in fields. */
async function readOn(page: Page, markers: readonly string[]): Promise<string[]> {
  const shown = await page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')];
    return [document.body.innerText, ...fields.map(({ value }) => value)].join('\n');
  });
  return markers.filter((marker) => shown.includes(marker));
}

/** Files of rounds that the app keeps. */
async function rounds(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const name of (await root.getDirectoryHandle('maraude')).keys()) names.push(name);
    return names.filter((name) => name.startsWith('round-'));
  });
}

/** A tablet with its own browser, before a server that can be cut off. */
class Stolen {
  readonly browser = new OwnBrowser();
  tablet!: Tablet;
  clock!: ShiftedClock;

  constructor(private readonly front: Front) {}

  async start(): Promise<void> {
    const page = await this.browser.start(this.front.base);
    this.clock = await ShiftedClock.overPages(this.browser.context());
    this.tablet = new Tablet(page);
  }

  async again(): Promise<void> {
    await this.start();
    await this.tablet.page.goto(this.front.base);
    await this.tablet.unlock();
  }
}

/** Looks through the profile and says how much that was. */
function look(folder: string, when: string, markers: readonly Marker[]): void {
  const { files, bytes, traces } = search(folder, markers);
  const megabytes = (bytes / 1e6).toFixed(0);
  console.log(
    `${when}: ${markers.length} words and positions looked for in ${files} files ` +
      `(${megabytes} MB) of the browser, ${traces.length} found`,
  );
  expect(traces).toEqual([]);
}

test('nothing a team wrote is to be read in a stolen tablet', async ({ server }) => {
  test.setTimeout(420_000);
  const front = await Front.before(server.base);
  front.beforeWorker = SHIFT;
  const stolen = new Stolen(front);
  try {
    await stolen.start();
    await stolen.tablet.enrol((await server.enrolmentLink('Volée')).replace(server.base, front.base));
    await stolen.tablet.depart();
    await stolen.tablet.keptOffline();
    await server.kill();

    const saved = Array.from({ length: OBSERVATIONS }, invented);
    for (const of of saved) {
      await write(stolen.tablet, stolen.browser, of);
      await save(stolen.tablet);
    }
    const open = invented();
    await write(stolen.tablet, stolen.browser, open);
    // The form being filled is on the disk as soon as its last field is left.
    await stolen.tablet.page.getByLabel('Note', { exact: true }).blur();
    await stolen.tablet.page.waitForTimeout(1_000);
    const all = [...saved, open];
    const texts = all.flatMap(words);
    expect(texts.length).toBeGreaterThan(500);
    const markers = [...texts, ...all.flatMap(({ longitude, latitude }) => [longitude, latitude])];

    await stolen.browser.kill();
    look(stolen.browser.profile, 'Torn from a hand', markers);

    // Control: all of it is there, behind the PIN.
    await stolen.again();
    expect(await readOn(stolen.tablet.page, open.place)).toEqual(open.place);
    await stolen.tablet.tap('Détails (facultatif)');
    const details = [...open.sign, ...open.note];
    expect(await readOn(stolen.tablet.page, details)).toEqual(details);
    await save(stolen.tablet);
    await expect(stolen.tablet.counted()).toHaveText(String(OBSERVATIONS + 1));
    await stolen.browser.close();
    look(stolen.browser.profile, 'Put away as it should be', markers);

    await server.start();
    await stolen.again();
    await stolen.tablet.tap('Fin de maraude');
    await stolen.tablet.choose('en entier');
    await stolen.tablet.tap('Terminer la maraude');
    await stolen.tablet.sendNow();
    await server.kill();
    expect(await rounds(stolen.tablet.page)).toHaveLength(1);
    await stolen.clock.forward(stolen.tablet.page, A_DAY_AND_MORE_MS);
    await stolen.tablet.page.evaluate(() => dispatchEvent(new Event('online')));
    await expect.poll(() => rounds(stolen.tablet.page)).toEqual([]);
    await stolen.browser.close();
    look(stolen.browser.profile, 'After its time', markers);
    await stolen.again();
    expect(await readOn(stolen.tablet.page, texts)).toEqual([]);
  } finally {
    await stolen.browser.remove();
    front.close();
    await server.start();
  }
});

test('what a page kept in the open would be found, however it was written', async ({ server }) => {
  const browser = new OwnBrowser();
  const copy = mkdtempSync(join(tmpdir(), 'maraude-traces-'));
  try {
    const texts = inventedWords(9);
    const position = HERE.latitude + Math.random() / 1000;
    const page = await browser.start(server.base);
    await page.goto(`${server.base}/health`);
    await page.evaluate(
      async ([words, latitude]) => {
        const next = (): string => words.pop() ?? '';
        localStorage.setItem('plain', `note ${next()} end`);
        localStorage.setItem('accent', `\u0153 ${next()}`); // Beyond Latin-1: kept as UTF-16.
        localStorage.setItem('base64', btoa(next()));
        localStorage.setItem('base64-1', btoa(`a${next()}b`));
        localStorage.setItem('base64-2', btoa(`ab${next()}c`));
        sessionStorage.setItem('session', next());
        await (await caches.open('kept')).put('/kept', new Response(next()));
        const root = await navigator.storage.getDirectory();
        const file = await (await root.getFileHandle('kept', { create: true })).createWritable();
        await file.write(next());
        await file.write(new Float64Array([latitude]));
        await file.close();
        const database = await new Promise<IDBDatabase>((done, fail) => {
          const asked = indexedDB.open('kept', 1);
          asked.onupgradeneeded = () => asked.result.createObjectStore('kept');
          asked.onsuccess = () => done(asked.result);
          asked.onerror = () => fail(new Error('indexedDB'));
        });
        await new Promise((done) => {
          const change = database.transaction('kept', 'readwrite', { durability: 'strict' });
          change.objectStore('kept').put({ note: next(), latitude }, 'key');
          change.oncomplete = done;
        });
        database.close();
      },
      [texts, position] as const,
    );
    await browser.close();
    cpSync(browser.profile, copy, { recursive: true });
    const { traces } = search(copy, [...texts, position]);
    const missed = [...texts, position].filter((one) => !traces.some(({ marker }) => marker === one));
    expect(missed).toEqual([]);
    expect(traces.map(({ written }) => written)).toEqual(
      expect.arrayContaining(['UTF-8', 'UTF-16', 'base64', 'double']),
    );
  } finally {
    await browser.remove();
    rmSync(copy, { recursive: true, force: true });
  }
});
