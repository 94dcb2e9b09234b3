/**
 * The night, end to end: enrolled, out of network with the server dead, 25 observations, the
 * browser killed in the middle of a save, everything back, sent while locked, seen by the
 * coordination without a reload.
 */
import { OwnBrowser } from './browser';
import { ShiftedClock } from './clock';
import { HERE, Server } from './server';
import { PIN, Tablet, expect, test } from './tablet';

const OBSERVATIONS = 25;
const WRONG_PINS = 10;
/** Longer than any wait after a wrong PIN. */
const LONGEST_WAIT_MS = 3 * 3_600_000;

/** One observation of each kind in turn; each ends on the home screen, shown as saved. */
async function observe(tablet: Tablet, number: number): Promise<void> {
  switch (number % 5) {
    case 0:
    case 1:
      await tablet.count({ Hommes: 1 + (number % 3), Femmes: number % 2 });
      return;
    case 2:
      await tablet.noContact('Endormi');
      return;
    case 3:
      await tablet.interview();
      return;
    default:
      await tablet.site(number);
  }
}

test('a night without network, a killed browser and a dead server loses nothing', async ({
  page: console_page,
}) => {
  test.setTimeout(420_000);
  const server = await Server.prepared(8);
  const browser = new OwnBrowser();
  try {
    let tablet = new Tablet(await browser.start(server.base));
    await tablet.enrol(await server.enrolmentLink('Tablette de nuit'));
    await tablet.depart();
    await tablet.keptOffline();
    await expect(tablet.button('Tout est envoyé')).toBeVisible({ timeout: 30_000 });

    await server.kill();
    await tablet.page.reload();
    await tablet.unlock();
    for (let number = 0; number < OBSERVATIONS; number += 1) {
      await observe(tablet, number);
      await expect(tablet.counted()).toHaveText(String(number + 1));
    }

    await tablet.tap(/Voir les \d+ observations/);
    await tablet.entries().last().click();
    await tablet.tap('Modifier');
    await tablet.tap('Hommes : un de plus');
    await tablet.tap(/^Enregistrer/);
    await expect(tablet.title('2 personnes')).toBeVisible();
    await tablet.tap('Retirer');
    await tablet.tap('Erreur de saisie');
    await expect(tablet.button('Reprendre cette observation')).toBeVisible();
    await tablet.page.getByRole('button', { name: /^Annuler/ }).click();
    await expect(tablet.button('Modifier')).toBeVisible();
    await tablet.tap('Retour');
    const shown = await tablet.listed();
    expect(shown).toHaveLength(OBSERVATIONS);
    for (const line of shown) expect(line).toContain('sur la tablette');

    await tablet.tap('Comptage');
    await tablet.tap('Hommes : un de plus');
    await tablet.choose('Rue, trottoir');
    await Promise.race([
      tablet.button(/^Enregistrer/).click({ noWaitAfter: true }),
      new Promise((done) => setTimeout(done, 60)),
    ]).catch(() => undefined);
    await browser.kill();

    tablet = new Tablet(await browser.start(server.base));
    await tablet.page.goto(server.base);
    await tablet.unlock();
    await tablet.leaveForm();
    await tablet.showAll();
    const kept = await tablet.listed();
    for (const line of shown) expect(kept).toContain(line);
    await tablet.tap('Verrouiller');
    await tablet.page.goto('about:blank');

    await server.start();
    await console_page.goto(`${server.base}/console`);
    await console_page.getByLabel('Nom du compte').fill(server.account);
    await console_page.getByLabel('Mot de passe').fill(server.password);
    await console_page.getByRole('button', { name: 'Entrer' }).click();
    await console_page.getByRole('button', { name: /Nuit d’essai/ }).first().click();
    await expect(console_page.getByRole('heading', { name: 'Ce soir' })).toBeVisible();
    const street = console_page.locator('[data-figure="street"]');
    await expect(street).toHaveText(/^\s*0/);

    await tablet.page.goto(server.base);
    await expect(tablet.title('Déverrouiller')).toBeVisible();
    await expect(tablet.button('Tout est envoyé')).toBeVisible({ timeout: 60_000 });
    await tablet.tap('Tout est envoyé');
    await expect(tablet.page.locator('.code').first()).toHaveText(/\w{4}/);
    await expect(street).not.toHaveText(/^\s*0/, { timeout: 30_000 });
    const received = await server.api<{ total: number }>('GET', `${server.at()}/observations`);
    expect(received.total).toBe(kept.length);
  } finally {
    await browser.remove();
    server.remove();
  }
});

test('ten wrong PINs before sending destroy the vault, and everything still arrives', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const server = await Server.prepared(9);
  const context = await browser.newContext({
    geolocation: HERE,
    permissions: ['geolocation'],
    serviceWorkers: 'block',
  });
  try {
    const clock = await ShiftedClock.over(context);
    const tablet = new Tablet(await context.newPage());
    await tablet.enrol(await server.enrolmentLink('Tablette perdue'));
    await tablet.depart();
    await expect(tablet.button('Tout est envoyé')).toBeVisible({ timeout: 30_000 });
    await server.kill();
    for (let number = 0; number < 3; number += 1) await tablet.count({ Hommes: 2 });
    await tablet.tap('Verrouiller');
    const wrong = PIN.split('').reverse().join('');
    for (let tries = 1; tries <= WRONG_PINS; tries += 1) {
      await clock.forward(tablet.page, LONGEST_WAIT_MS);
      await tablet.waitForKeypad();
      await tablet.typePin(wrong);
      if (tries < WRONG_PINS) {
        const left = WRONG_PINS - tries;
        const words = left === 1 ? /Dernier essai/ : new RegExp(`Encore ${left} essais`);
        await expect(tablet.page.getByText(words)).toBeVisible({ timeout: 30_000 });
      }
    }
    await expect(tablet.title('Tablette fermée')).toBeVisible({ timeout: 30_000 });
    await server.start();
    await clock.forward(tablet.page, LONGEST_WAIT_MS);
    await expect(tablet.page.getByText('Tout est envoyé au serveur.')).toBeVisible({
      timeout: 120_000,
    });
    const received = await server.api<{ total: number }>('GET', `${server.at()}/observations`);
    expect(received.total).toBe(3);
  } finally {
    await context.close();
    server.remove();
  }
});
