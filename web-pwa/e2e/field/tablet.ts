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
    await this.choosePin(pin);
  }

  /** Chooses the PIN of a tablet just enrolled. */
  async choosePin(pin = PIN): Promise<void> {
    await expect(this.title('Choisir un code PIN')).toBeVisible({ timeout: 30_000 });
    await this.typePin(pin);
    await expect(this.title('Encore une fois')).toBeVisible();
    await this.typePin(pin);
    await expect(this.title('Avant de partir')).toBeVisible({ timeout: 30_000 });
  }

  /** Waits for the plan and starts a round in the sector the team is sent to. */
  async depart(sector = 'T01'): Promise<void> {
    await expect(this.page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
    await this.tap(/Choisir le secteur/);
    await this.tap('Partir');
    await expect(this.title(new RegExp(sector))).toBeVisible();
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

  /** Somebody not spoken to. */
  async noContact(reason: string): Promise<void> {
    await this.tap('Sans contact');
    await this.choose(reason);
    await this.card(/Lieu/);
    await this.choose('Rue, trottoir');
    await this.tap(/^Suivant/);
    await this.card('Nombre');
    await this.choose('Nombre inconnu');
    await this.tap(/^Suivant/);
    await this.finish();
  }

  /** An interview, some questions left out. */
  async interview(): Promise<void> {
    await this.tap('Questionnaire');
    await this.choose('Certaines questions');
    await this.card('Cette nuit');
    await this.choose('Non');
    await this.card('Lieu');
    await this.choose('Parc, jardin');
    await this.tap(/^Suivant/);
    await this.card('Avec qui');
    await this.choose('Seul');
    await this.finish();
  }

  /** A squat or bidonville not known before. */
  async site(number: number): Promise<void> {
    await this.tap(/Squat, bidonville/);
    await this.choose(number % 2 === 0 ? 'Squat' : 'Bidonville');
    await this.tap(/^Suivant/);
    await this.card('Habitant');
    await this.tap('Comptés par l’équipe : un de plus');
    await this.finish();
  }

  /** People told by a partner. */
  async partner(): Promise<void> {
    await this.tap('Partenaire');
    await this.page.locator('label.tile').first().click();
    await this.tap('Au moins : un de plus');
    await this.finish();
  }

  /** Waits for a card by its title. */
  async card(title: string | RegExp): Promise<void> {
    await expect(this.title(title)).toBeVisible();
  }

  /** Goes on to the summary and saves. */
  async finish(): Promise<void> {
    await this.toRecap();
    await this.tap(/^Enregistrer/);
    await expect(this.button('Comptage').or(this.button('Modifier'))).toBeVisible();
  }

  /** Goes on to the summary. */
  async toRecap(): Promise<void> {
    while ((await this.button(/^Enregistrer/).count()) === 0) {
      const before = await this.page.locator('main').innerText();
      await this.page.locator('footer .button-primary').click();
      await expect.poll(() => this.page.locator('main').innerText()).not.toBe(before);
    }
  }

  /** Opens *Envoi*, sends now and waits until nothing is left; works on a locked tablet too. */
  async sendNow(): Promise<void> {
    await this.tap(/à envoyer|Tout est envoyé|Envoi…/);
    await this.tap('Envoyer maintenant');
    await expect(this.page.getByText('Tout est envoyé au serveur.')).toBeVisible({
      timeout: 120_000,
    });
  }

  /** How many observations the home screen tells. */
  counted(): Locator {
    return this.page.locator('[data-observations]');
  }

  /** Lists every observation, not the last ones alone. */
  async showAll(): Promise<void> {
    const all = this.button(/Voir les \d+ observations/);
    if (await all.count()) await all.click();
  }

  /** Every line of the list, as words. */
  async listed(): Promise<string[]> {
    const lines = await this.entries().allInnerTexts();
    return lines.map((line) => line.replace(/\s+/g, ' ').trim());
  }

  /** A form that came back after a restart is left, to see the list behind it. */
  async leaveForm(): Promise<void> {
    await expect(this.button('Comptage').or(this.button('Quitter')).first()).toBeVisible();
    if ((await this.button('Quitter').count()) === 0) return;
    await this.tap('Quitter');
    await this.tap('Effacer et quitter');
    await expect(this.counted()).toBeVisible();
  }

  /** After several wrong PINs the keypad is closed for a while. */
  async waitForKeypad(): Promise<void> {
    await expect(this.title('Déverrouiller')).toBeVisible();
    await expect(this.button('1')).toBeEnabled({ timeout: 60_000 });
  }

  /** Hours and words of the entries on the home screen. */
  entries(): Locator {
    return this.page.locator('main .line');
  }
}

/** `server`: a prepared campaign and a team of the test's own. `tablet`: a page with a position. */
export const test = base.extend<{ tablet: Tablet; server: Server }, { shared: Server }>({
  server: async ({ shared }, use) => {
    await shared.nextTeam();
    await use(shared);
  },
  shared: [
    async ({}, use) => {
      const server = await Server.prepared();
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
