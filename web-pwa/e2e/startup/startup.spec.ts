/**
 * How soon a tablet can be used: offline, its server dead, 200 observations on it, the browser six
 * times slower.
 *
 * *First paint*: navigation to first contentful paint. *Ready to save*: navigation to a keypad that
 * takes the PIN, and from the PIN held to be right to an open count form. What the PIN's key costs
 * is left out: it is made slow on purpose; a wrong PIN costs the same and opens nothing.
 */
import type { CDPSession, Page } from '@playwright/test';
import { OwnBrowser } from '../field/browser';
import { CHROMIUM_FLAGS } from '../../playwright.config';
import { HERE, Server } from '../field/server';
import { PIN, Tablet, expect, test } from '../field/tablet';
import { TIMES, cpuMs, slowDown, type Slow } from './slow';

const RECORDS = 200;
/** The best of these counts: what else the machine does only ever adds. */
const RUNS = 3;
const FIRST_PAINT_AIM_MS = 1_200;
const READY_AIM_MS = 2_000;
/**
 * What else a shared machine does can only be borne with: the check fails beyond this many aims. Of two machines
 * one showed its first paint 2.5 times later than the other (444 and 1,116 ms), and was ready 2.5 times later.
 */
const CEILING = 3;

/**
 * A desktop browser draws the suggestions of its address bar as web pages, in a process of their own,
 * while a page opens: an app on a tablet's home screen has no address bar.
 */
const NO_ADDRESS_BAR =
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,PreloadTopChromeWebUI';

interface Run {
  firstPaintMs: number;
  keypadMs: number;
  openMs: number;
  pinMs: number;
  usedMs: number;
}

/** Records counts by the screen's own buttons, without the waits of a hand. */
async function fill(page: Page, records: number): Promise<void> {
  await page.evaluate(async (wanted) => {
    const find = (words: RegExp): HTMLElement | undefined =>
      [...document.querySelectorAll<HTMLElement>('button, label.tile')].find(
        (one) =>
          words.test(one.getAttribute('aria-label') ?? one.textContent?.trim() ?? '') &&
          one.getAttribute('aria-disabled') !== 'true',
      );
    const touch = async (words: RegExp): Promise<void> => {
      for (;;) {
        const found = find(words);
        if (found) return found.click();
        await new Promise((done) => setTimeout(done, 5));
      }
    };
    for (let number = 0; number < wanted; number += 1) {
      await touch(/^Comptage$/);
      await touch(/^Hommes : un de plus$/);
      await touch(/^Rue, trottoir/);
      await touch(/^Enregistrer 1 personne$/);
    }
    while (!find(/^Comptage$/)) await new Promise((done) => setTimeout(done, 5));
  }, records);
}

async function started(browser: OwnBrowser, base: string, slow: Slow): Promise<Run> {
  const page = await browser.start(base);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await slow.apply(browser.pid(), cdp);
  try {
    return await measured(page, base, browser.pid());
  } finally {
    await slow.release(cdp);
    await browser.close();
  }
}

async function measured(page: Page, base: string, pid: number): Promise<Run> {
  const before = cpuMs(pid);
  await page.goto(base, { waitUntil: 'commit' });
  const keypadMs = await page.evaluate(() => {
    const ready = (): boolean =>
      [...document.querySelectorAll('button:not(:disabled)')].some(
        (one) => one.textContent?.trim() === '1',
      );
    // Told by the page's own changes: looking at every frame would make the browser draw frames.
    return new Promise<number>((done) => {
      const look = (): void => {
        if (!ready()) return;
        watcher.disconnect();
        done(performance.now());
      };
      const watcher = new MutationObserver(look);
      watcher.observe(document, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
      look();
    });
  });
  const usedMs = cpuMs(pid) - before;
  const firstPaintMs = await page.evaluate(async () => {
    for (;;) {
      const [painted] = performance.getEntriesByName('first-contentful-paint');
      if (painted) return painted.startTime;
      await new Promise((done) => setTimeout(done, 50));
    }
  });
  const wrong = PIN.split('').reverse().join('');
  const pinMs = await typed(page, wrong, 'refused');
  const rightMs = await typed(page, PIN, 'opened');
  return { firstPaintMs, keypadMs, openMs: Math.max(0, rightMs - pinMs), pinMs, usedMs };
}

/** From the last digit to its outcome; opened means that a count could be saved. */
function typed(page: Page, pin: string, outcome: 'refused' | 'opened'): Promise<number> {
  return page.evaluate(
    async ([digits, wanted]) => {
      const frame = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(done));
      const button = (words: string): HTMLElement | undefined =>
        [...document.querySelectorAll<HTMLElement>('button:not(:disabled)')].find(
          (one) => one.textContent?.trim() === words,
        );
      for (const digit of digits ?? '') {
        while (!button(digit)) await frame();
        button(digit)?.click();
        await frame();
      }
      const began = performance.now();
      if (wanted === 'refused') {
        while (!/Encore \d+ essais/.test(document.body.textContent ?? '')) await frame();
        return performance.now() - began;
      }
      while (!button('Comptage')) await frame();
      button('Comptage')?.click();
      while (!document.querySelector('[aria-label="Hommes : un de plus"]')) await frame();
      const took = performance.now() - began;
      // No form is left open for the next start.
      button('Quitter')?.click();
      while (!button('Comptage')) await frame();
      return took;
    },
    [pin, outcome],
  );
}

/** The same core compiled on the throttled page, where its worker cannot be slowed. */
async function compileMs(page: Page, cdp: CDPSession, times: number): Promise<number> {
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: times });
  return page.evaluate(async () => {
    const names = await caches.keys();
    for (const name of names) {
      const cache = await caches.open(name);
      const found = (await cache.keys()).find(({ url }) => url.includes('.wasm'));
      const reply = found && (await cache.match(found));
      if (!reply) continue;
      const bytes = await reply.arrayBuffer();
      const began = performance.now();
      await WebAssembly.compile(bytes);
      return performance.now() - began;
    }
    throw new Error('the core is not kept on the tablet');
  });
}

const best = (values: readonly number[]): number => Math.min(...values);
const whole = (ms: number): string => `${Math.round(ms)} ms`;

const line = (name: string, ms: number, aimMs: number): string =>
  `${name.padEnd(14)} ${whole(ms).padStart(9)}   aim ${whole(aimMs)}` +
  (ms > aimMs ? '   above its aim' : '');

test('the app is there soon, offline, on a slow tablet', async () => {
  const server = await Server.prepared(14);
  // Drawing 3D without a graphics chip would be measured too.
  const plain = CHROMIUM_FLAGS.filter((flag) => !flag.includes('swiftshader'));
  const browser = new OwnBrowser(HERE, [...plain, '--disable-gpu', NO_ADDRESS_BAR]);
  const slow = slowDown();
  try {
    const tablet = new Tablet(await browser.start(server.base));
    const enrolling = await tablet.page.context().newCDPSession(tablet.page);
    // The PIN is made as dear as this slow tablet can afford.
    await slow.apply(browser.pid(), enrolling);
    await tablet.enrol(await server.enrolmentLink('Tablette lente'));
    await slow.release(enrolling);
    await tablet.depart();
    await tablet.keptOffline();
    await fill(tablet.page, RECORDS);
    await expect(tablet.counted()).toHaveText(String(RECORDS));
    await server.kill();
    await tablet.page.reload();
    await expect(tablet.title('Déverrouiller')).toBeVisible({ timeout: 30_000 });
    let compiledMs = 0;
    if (!slow.whole) {
      const cdp = await tablet.page.context().newCDPSession(tablet.page);
      const fast = await compileMs(tablet.page, cdp, 1);
      compiledMs = Math.max(0, (await compileMs(tablet.page, cdp, TIMES)) - fast);
    }
    await browser.close();

    const runs: Run[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await started(browser, server.base, slow));
    const paint = best(runs.map(({ firstPaintMs }) => firstPaintMs));
    const ready = best(runs.map(({ keypadMs, openMs }) => keypadMs + openMs)) + compiledMs;
    const lines = [
      `\nstart-up: offline, ${RECORDS} records, whole browser ${TIMES} times slower ` +
        `(${slow.how}), best of ${RUNS}`,
      line('first paint', paint, FIRST_PAINT_AIM_MS),
      line('ready to save', ready, READY_AIM_MS),
      ...runs.map(
        (run, at) =>
          `  run ${at + 1}: paint ${whole(run.firstPaintMs)}, keypad ${whole(run.keypadMs)} ` +
          `(${whole(run.usedMs)} of CPU in all processes), opening ${whole(run.openMs)}; ` +
          `the PIN's own ${whole(run.pinMs)} left out`,
      ),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(paint).toBeLessThanOrEqual(FIRST_PAINT_AIM_MS * CEILING);
    expect(ready).toBeLessThanOrEqual(READY_AIM_MS * CEILING);
  } finally {
    await browser.remove();
    server.remove();
    slow.remove();
  }
});
