/** No accessibility fault on any screen of the console, in the three themes and both languages. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ACCOUNT, ADMIN, createCampaign, enter, expect, leave, screen, step, test } from './served';

const THEMES = ['rouge', 'jour'] as const;

/** A screen may be looked at in three themes: give it time on a busy machine. */
const LONG_MS = 600_000;

async function faults(page: Page, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const found = await (rules.length === 0 ? axe : axe.withRules(rules)).analyze();
  return found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}`),
  );
}

/** Everything in the night theme; in the others what a theme can change. */
async function inEveryTheme(page: Page, where: string, choose = byList): Promise<void> {
  expect(await faults(page), `${where}, nuit`).toEqual([]);
  for (const theme of THEMES) {
    await choose(page, theme);
    expect(await faults(page, ['color-contrast']), `${where}, ${theme}`).toEqual([]);
  }
  await choose(page, 'nuit');
}

async function byList(page: Page, theme: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Couleurs' }).selectOption(theme);
}

/** The list of themes cannot be reached under an open dialogue: its choice is made without a hand. */
async function underDialogue(page: Page, theme: string): Promise<void> {
  await page.locator('header select').first().evaluate((list: HTMLSelectElement, value) => {
    list.value = value;
    list.dispatchEvent(new Event('change', { bubbles: true }));
  }, theme);
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
}

/** Requests to another origin and breaches of the content policy, as they come. */
function watched(page: Page, base: string): string[] {
  const found: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== base) found.push(request.url());
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) found.push(message.text());
  });
  return found;
}

test('the watch sees a request to another origin', async ({ page, served }) => {
  const found = watched(page, served.base);
  await page.goto(`${served.base}/console`);
  expect(found).toEqual([]);
  await page.evaluate(() => fetch('http://elsewhere.invalid/').catch(() => undefined));
  await expect.poll(() => found.length).toBeGreaterThan(0);
});

test('the night’s screens are free of faults and ask nothing of another origin', async ({
  page,
  night,
}) => {
  test.setTimeout(LONG_MS);
  const found = watched(page, night.base);
  await page.goto(`${night.base}/console`);
  await expect(page.getByLabel('Nom du compte')).toBeVisible();
  await inEveryTheme(page, 'login');
  await enter(page, night);
  await inEveryTheme(page, 'campaigns');
  await page.getByRole('button', { name: /ouverte/ }).first().click();

  for (const name of ['Ce soir', 'Doublons', 'Qualité', 'Estimation', 'Indicateurs', 'Comparaison', 'Observations', 'Tablettes', 'Diffusion']) {
    await screen(page, name);
    await expect(page.getByText('Lecture…')).toHaveCount(0);
    await inEveryTheme(page, name);
  }
  await screen(page, 'Doublons');
  for (const part of ['Groupes', 'Douteuses', 'Journal']) {
    await page.getByRole('navigation', { name: 'Doublons' }).getByRole('link', { name: part }).click();
    await expect(page.getByText('Lecture…')).toHaveCount(0);
    if (part === 'Groupes') {
      await page.locator('[data-group] button').first().click();
      await expect(page.locator('[data-group-view]')).toBeVisible();
    }
    await inEveryTheme(page, part);
  }
  await screen(page, 'Observations');
  await page.locator('tr[data-observation]').first().getByRole('button').first().click();
  await expect(page.getByRole('heading', { name: 'Histoire' })).toBeVisible();
  await inEveryTheme(page, 'observation', underDialogue);
  await page.keyboard.press('Escape');
  await screen(page, 'Diffusion');
  await page.getByRole('button', { name: 'Construire la provisoire' }).click();
  await expect(page.getByRole('heading', { name: /telle que publiée$/ })).toBeVisible();
  await expect(page.getByRole('table').first()).toBeVisible();
  await inEveryTheme(page, 'release preview');
  expect(found).toEqual([]);
});

test('every step of preparing is free of faults, in both languages', async ({ page, served }) => {
  test.setTimeout(LONG_MS);
  const found = watched(page, served.base);
  await enter(page, served);
  await createCampaign(page, 'Accessible', 'Exercice');
  for (const name of ['Fiche', 'Territoire', 'Secteurs', 'Équipes', 'Lieux connus', 'Ouverture']) {
    await step(page, name);
    await inEveryTheme(page, name);
  }
  await step(page, 'Secteurs');
  await page.getByRole('button', { name: 'Dessiner un secteur' }).click();
  await inEveryTheme(page, 'drawing');
  await page.getByRole('button', { name: 'Language: English' }).click();
  await expect(page.getByRole('heading', { name: 'Prepare' })).toBeVisible();
  expect(await faults(page), 'English').toEqual([]);
  expect(found).toEqual([]);
});

test('codes, questions, a locked campaign and the pages beside it are free of faults', async ({
  page,
  served,
}) => {
  test.setTimeout(LONG_MS);
  const found = watched(page, served.base);
  await enter(page, served);
  await createCampaign(page, 'À verrouiller', 'Exercice');
  await page.getByLabel('Nuit à ajouter').fill('2027-04-08');
  await page.getByRole('button', { name: 'Ajouter la nuit' }).click();
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.getByText('Enregistré sur le serveur.')).toBeVisible();
  await step(page, 'Ouverture');
  await page.getByRole('button', { name: 'Ouvrir la campagne' }).click();
  await page.getByRole('button', { name: 'Verrouiller la campagne' }).click();
  const asked = page.getByRole('dialog');
  await expect(asked).toBeVisible();
  await inEveryTheme(page, 'a question', underDialogue);
  await asked.getByRole('button', { name: 'Verrouiller la campagne' }).click();
  await expect(page.getByText(/^La campagne est verrouillée/).first()).toBeVisible();
  await inEveryTheme(page, 'locked');
  for (const name of ['Fiche', 'Secteurs', 'Équipes', 'Lieux connus']) {
    await step(page, name);
    expect(await faults(page), `locked, ${name}`).toEqual([]);
  }

  await screen(page, 'Tablettes');
  await page.getByLabel('Étiquette collée').fill('Tablette 8');
  await page.getByRole('button', { name: 'Obtenir un code' }).click();
  await expect(page.getByRole('img', { name: 'Code QR d’enrôlement' })).toBeVisible();
  await inEveryTheme(page, 'a code');
  await page.goto(`${served.base}/console#/account`);
  await page.getByRole('button', { name: 'Mettre en place' }).click();
  await expect(page.getByLabel('Code que montre le téléphone')).toBeVisible();
  await inEveryTheme(page, 'second factor');
  await leave(page);

  await enter(page, served, ADMIN);
  for (const name of ['Conservation', 'Journal', 'Mon compte']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    await expect(page.getByText('Lecture…')).toHaveCount(0);
    await inEveryTheme(page, name);
  }
  await leave(page);
  // The field a login asks for where the account has a second factor.
  await page.route('**/api/login', (route) =>
    route.fulfill({
      status: 401,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'second-factor-needed', title: '', status: 401 }),
    }),
  );
  await page.getByLabel('Nom du compte').fill(ACCOUNT);
  await page.getByLabel('Mot de passe').fill('une-longue-phrase');
  await page.getByRole('button', { name: 'Entrer' }).click();
  await expect(page.getByLabel('Code de votre téléphone')).toBeVisible();
  await inEveryTheme(page, 'login code');
  expect(found).toEqual([]);
});
