/**
 * The browser is killed with SIGKILL while the app's worker saves one observation after the other, and
 * is started again on the same profile: everything that was shown as saved is there. A storage that
 * says so too early is caught.
 *
 * `MARAUDE_BROWSER_KILLS` asks for another number of kills: `cargo xtask proof browser-kill`.
 */
import type { Page } from '@playwright/test';
import { OwnBrowser } from '../field/browser';
import { Server } from '../field/server';
import { expect, test } from '../field/tablet';
import { CHROMIUM_FLAGS } from '../../playwright.config';
import { found, prepare, saveWithoutEnd, start, type Shown } from './drive';
import { HASTY, Origin, ownWorker } from './origin';

const KILLS = Number(process.env['MARAUDE_BROWSER_KILLS'] ?? 40);
/** Kills of one tablet, after which another begins: a round stays as small as a real one. */
const KILLS_OF_A_ROUND = 40;
/** Kills within which a storage that speaks too early must be caught; it usually takes one or two. */
const CONTROL_KILLS = 20;
/** The browser dies this long, at most, after the first save that it shows. */
const LATEST_KILL_MS = 150;
const PIN = '271828';
/** A kill costs a few seconds on a loaded machine. */
const PATIENCE_PER_KILL_MS = 15_000;

/** Nothing of the screen is looked at: what only makes a start slower is left out. */
const BARE_FLAGS = [
  ...CHROMIUM_FLAGS.filter((flag) => !flag.includes('swiftshader')),
  '--disable-gpu',
  '--disable-extensions',
  '--disable-default-apps',
  '--disable-component-extensions-with-background-pages',
];

interface Sum {
  kills: number;
  /** Kills while a save was under way. */
  midSave: number;
  shown: number;
  lost: Shown[];
}

/** One tablet, killed again and again; ends early when something is lost. */
class Killed {
  private readonly browser: OwnBrowser;
  private readonly shown = new Map<string, number>();
  private began = 0;
  private told = 0;

  constructor(
    private readonly origin: Origin,
    private readonly worker: string,
  ) {
    this.browser = new OwnBrowser(undefined, BARE_FLAGS);
  }

  async begin(server: Server): Promise<void> {
    const page = await this.browser.start(this.origin.base);
    await page.goto(this.origin.base);
    this.origin.online = true;
    // A storage with a fault keeps its word as long as nobody is killed.
    expect(await page.evaluate(start, this.worker)).toBe('fresh');
    const link = await server.enrolmentLink('Tablette tuée');
    const code = new URL(link).hash.replace('#enrol=', '');
    await page.evaluate(prepare, { code, pin: PIN, team: server.team, sector: server.sector });
    this.origin.online = false;
    await page.waitForTimeout(500);
    await this.browser.kill();
  }

  /** Starts, looks, saves, dies. */
  async once(sum: Sum): Promise<void> {
    const page = await this.browser.start(this.origin.base);
    let first: () => void = () => undefined;
    const saving = new Promise<void>((done) => (first = done));
    await page.exposeFunction('saveBegan', () => {
      this.began += 1;
    });
    await page.exposeFunction('saveShown', ({ id, heads }: Shown) => {
      this.told += 1;
      this.shown.set(id, heads);
      first();
    });
    await page.goto(this.origin.base);
    await page.evaluate(start, this.worker);
    const kept = await this.kept(page);
    for (const [id, heads] of this.shown) if (kept.get(id) !== heads) sum.lost.push({ id, heads });
    if (sum.lost.length > 0) return this.browser.kill();
    [this.began, this.told] = [0, 0];
    page.evaluate(saveWithoutEnd, sum.kills).catch(() => undefined);
    await saving;
    await new Promise((done) => setTimeout(done, Math.random() * LATEST_KILL_MS));
    const midSave = this.began > this.told;
    await this.browser.kill();
    sum.kills += 1;
    sum.midSave += midSave ? 1 : 0;
  }

  /** What is there after a start: nothing, where the vault or the round is damaged. */
  private async kept(page: Page): Promise<Map<string, number>> {
    try {
      const there = await page.evaluate(found, PIN);
      return new Map(there.map(({ id, heads }) => [id, heads]));
    } catch (problem) {
      // Before the first save there is nothing to lose: this is another fault.
      if (this.shown.size === 0) throw problem;
      console.log(`after a kill: ${String(problem)}`);
      return new Map();
    }
  }

  /** The last look. */
  async end(sum: Sum): Promise<void> {
    sum.shown += this.shown.size;
    await this.browser.remove();
  }
}

async function killAgainAndAgain(server: Server, worker: string, kills: number): Promise<Sum> {
  const origin = await Origin.before(server.base);
  const sum: Sum = { kills: 0, midSave: 0, shown: 0, lost: [] };
  try {
    while (sum.kills < kills && sum.lost.length === 0) {
      await server.nextTeam();
      const tablet = new Killed(origin, worker);
      try {
        await tablet.begin(server);
        const end = Math.min(sum.kills + KILLS_OF_A_ROUND, kills);
        // One more start looks at what the last kill left.
        while (sum.kills <= end && sum.lost.length === 0) await tablet.once(sum);
        sum.kills = Math.min(sum.kills, end);
      } finally {
        await tablet.end(sum);
      }
    }
    return sum;
  } finally {
    origin.close();
  }
}

// What was lost once is lost: no second try makes it good.
test.describe.configure({ retries: 0 });

test('killed while it saves, the browser loses nothing it showed as saved', async ({ server }) => {
  test.setTimeout(60_000 + KILLS * PATIENCE_PER_KILL_MS);
  const began = Date.now();
  const { kills, midSave, shown, lost } = await killAgainAndAgain(server, ownWorker(), KILLS);
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(
    `${kills} kills of the browser in ${seconds} s, ${midSave} of them in the middle of a save: ` +
      `${shown} observations shown as saved, ${lost.length} lost`,
  );
  expect(lost).toEqual([]);
  expect(midSave).toBeGreaterThan(kills / 4);
});

test('a storage that says too early that it wrote is caught', async ({ server }) => {
  test.setTimeout(60_000 + CONTROL_KILLS * PATIENCE_PER_KILL_MS);
  const { kills, lost } = await killAgainAndAgain(server, HASTY, CONTROL_KILLS);
  console.log(`a storage that says too early that it wrote: caught at kill ${kills}`);
  expect(lost.length).toBeGreaterThan(0);
});
