/**
 * What a volunteer does on a tablet, in the words of its screens.
 *
 * For: the tablet's browser tests.
 */
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { HERE, Server } from './server';

/** The PIN of the tests. */
export const PIN = '271828';

/** See the module. */
export class Tablet {
  constructor(readonly page: Page) {}

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
  }

  title(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { level: 1, name });
  }

  async tap(name: string | RegExp): Promise<void> {
    await this.button(name).click();
  }

  /** Chooses a tile by its words. */
  async choose(words: string): Promise<void> {
    await this.page.locator('label.tile').filter({ hasText: words }).first().click();
  }

  async typePin(pin: string): Promise<void> {
    for (const digit of pin) await this.tap(digit);
  }

  /** Opens the link, chooses the PIN, stands before *Avant de partir*. */
  async enrol(link: string, pin = PIN): Promise<void> {
    await this.page.goto(link);
    await expect(this.title('Choisir un code PIN')).toBeVisible({ timeout: 30_000 });
    await this.typePin(pin);
    await expect(this.title('Encore une fois')).toBeVisible();
    await this.typePin(pin);
    await expect(this.title('Avant de partir')).toBeVisible({ timeout: 30_000 });
  }

  /** Waits for the plan and starts a round in the sector the team is sent to. */
  async depart(): Promise<void> {
    await expect(this.page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
    await this.tap(/Choisir le secteur/);
    await this.tap('Partir');
    await expect(this.title(/T01/)).toBeVisible();
  }

  /** Waits until the app is kept on the tablet and this page is served from there. */
  async keptOffline(): Promise<void> {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await this.page.waitForFunction(async () => {
      const names = await caches.keys();
      const precache = names.find((name) => name.includes('precache'));
      if (!precache) return false;
      const kept = await (await caches.open(precache)).keys();
      return kept.some(({ url }) => url.includes('.wasm'));
    });
  }

  async unlock(pin = PIN): Promise<void> {
    await expect(this.title('Déverrouiller')).toBeVisible({ timeout: 30_000 });
    await this.typePin(pin);
    await expect(this.title('Déverrouiller')).toBeHidden({ timeout: 30_000 });
  }

  /** A count: taps on plus by label, a place, saved. */
  async count(people: Record<string, number>, place = 'Rue, trottoir'): Promise<void> {
    await this.tap('Comptage');
    for (const [label, number] of Object.entries(people)) {
      for (let at = 0; at < number; at += 1) await this.tap(`${label} : un de plus`);
    }
    await this.choose(place);
    await this.tap(/^Enregistrer/);
    await expect(this.page.getByText('Enregistré sur cette tablette.')).toBeVisible();
  }

  /** Hours and words of the entries on the home screen. */
  entries(): Locator {
    return this.page.locator('main .line');
  }
}

/** `server`: a prepared campaign. `tablet`: a page with a position. */
export const test = base.extend<{ tablet: Tablet }, { server: Server }>({
  server: [
    async ({}, use, info) => {
      const server = await Server.prepared(info.parallelIndex % 4);
      await use(server);
      server.remove();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  tablet: async ({ browser }, use) => {
    const context = await browser.newContext({
      geolocation: HERE,
      permissions: ['geolocation'],
      hasTouch: true,
    });
    await use(new Tablet(await context.newPage()));
    await context.close();
  },
});

export { expect };
