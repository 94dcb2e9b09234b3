/** A collected night: seen live, doubles decided and undone, a release built and downloaded. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { enter, expect, screen, test, type Served } from './served';

async function openNight(page: Page, night: Served): Promise<void> {
  await enter(page, night);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await expect(page.getByRole('heading', { name: 'Ce soir' })).toBeVisible();
}

const shownPair = (page: Page): Promise<string | null> =>
  page.locator('[data-pair]').getAttribute('data-pair');

test('the night shows its figure line by line', async ({ page, night }) => {
  await openNight(page, night);
  // The tablet's large controls share names with the console's: none of them may show here.
  const chip = await page.locator('.chip').first().boundingBox();
  expect(chip?.height).toBeLessThan(32);
  const street = page.locator('[data-figure="street"]');
  await expect(street).toHaveText(/\d/);
  expect(Number((await street.innerText()).replace(/\D/g, ''))).toBeGreaterThan(50);
  for (const line of ['squats', 'bidonvilles', 'partners']) {
    await expect(page.locator(`[data-figure="${line}"]`)).toHaveText(/\d/);
  }
});

test('a pair is decided by key, the next one is there at once, U brings it back', async ({
  page,
  night,
}) => {
  await openNight(page, night);
  await screen(page, 'Doublons');
  await expect(page.locator('[data-pair]')).toBeVisible();
  const first = await shownPair(page);
  // The server does not answer until the next pair is there: it must not be waited for.
  let answer = (): void => undefined;
  const shown = new Promise<void>((done) => (answer = done));
  await page.route('**/commands', async (route) => {
    await shown;
    await route.continue();
  });
  await page.keyboard.press('m');
  await expect.poll(() => shownPair(page)).not.toBe(first);
  answer();
  await expect(page.locator('[data-decision]').first()).toContainText('même');
  await page.keyboard.press('u');
  await expect.poll(() => shownPair(page)).toBe(first);
  await expect(page.locator('[data-decision]').first()).toContainText('annulée');
  await page.unroute('**/commands');
  await page.keyboard.press('d');
  await expect(page.locator('[data-decision]').first()).toContainText('différente');
  await page.locator('[data-decision]').first().getByRole('button').click();
  await expect(page.locator('[data-decision]').first()).toContainText('annulée');
});

test('writing a reason types letters and decides nothing', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Doublons');
  await expect(page.locator('[data-pair]')).toBeVisible();
  const first = await shownPair(page);
  await page.getByLabel('Pourquoi').fill('');
  await page.getByLabel('Pourquoi').pressSequentially('mds');
  expect(await shownPair(page)).toBe(first);
});

test('a decision of another coordinator appears without reload', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Doublons');
  await expect(page.locator('[data-pair]')).toBeVisible();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await expect(other.locator('[data-pair]')).toBeVisible();
  const before = await other.locator('[data-decision]').count();
  await page.keyboard.press('s');
  await expect(other.locator('[data-decision]')).toHaveCount(before + 1);
  await page.keyboard.press('u');
});

test('an observation is read, ruled on, moved, and all of it undone', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Observations');
  const line = page.locator('tr[data-observation]').first();
  await expect(line).toBeVisible();
  await line.getByRole('button').first().click();
  const dialogue = page.getByRole('dialog');
  await expect(dialogue.getByRole('heading', { name: 'Histoire' })).toBeVisible();
  await dialogue.getByRole('button', { name: 'Ne pas compter' }).click();
  await expect(dialogue.getByText('pas comptée')).toBeVisible();
  await dialogue.getByRole('button', { name: 'Annuler', exact: true }).first().click();
  await expect(dialogue.getByText('annulé', { exact: true }).first()).toBeVisible();
  await dialogue.getByLabel('Longitude latitude').fill('3.8765 43.6112');
  await dialogue.getByRole('button', { name: 'Enregistrer ce lieu' }).click();
  await expect(dialogue.getByText('corrigé par la coordination')).toBeVisible();
  await dialogue.getByRole('button', { name: 'Annuler', exact: true }).first().click();
  await expect(dialogue.getByText('corrigé par la coordination')).toBeHidden();
});

test('a place is searched as a team would say it, taken and undone', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Observations');
  const line = page.locator('tr[data-observation]').nth(1);
  await line.getByRole('button').first().click();
  const dialogue = page.getByRole('dialog');
  const search = dialogue.getByRole('searchbox', { name: 'Chercher un lieu' });
  await search.fill('zzzz qqqq');
  await expect(dialogue.getByText('Rien ne ressemble à ce texte')).toBeVisible();
  await search.fill('ss la paserelle');
  await dialogue.getByRole('button', { name: 'Prendre Passerelle, Ville-l\'Essai' }).click();
  await dialogue.getByRole('button', { name: 'Enregistrer ce lieu' }).click();
  await expect(dialogue.getByText('lieu corrigé : D’après le texte : Passerelle')).toBeVisible();
  await dialogue.getByRole('button', { name: 'Annuler', exact: true }).first().click();
  await expect(dialogue.getByText('annulé', { exact: true }).first()).toBeVisible();
});

test('a release is built, seen as published and downloaded', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Diffusion');
  await expect(page.locator('[data-sentence]')).toHaveText(/\d/);
  await page.getByRole('button', { name: 'Construire la provisoire' }).click();
  await expect(page.getByRole('heading', { name: /telle que publiée$/ })).toBeVisible();
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Carte (GeoJSON)' }).click();
  const file = await (await waiting).path();
  const map: unknown = JSON.parse(await readFile(file, 'utf8'));
  expect(map).toMatchObject({ type: 'FeatureCollection' });
});

test('the internal export wants a written reason', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Diffusion');
  await page.getByRole('button', { name: 'Exporter' }).click();
  await expect(page.getByText('Écrivez pourquoi vous exportez')).toBeVisible();
  await page.getByLabel('Raison de l’export').fill('Vérifier les doubles du centre');
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Exporter' }).click();
  expect((await waiting).suggestedFilename()).toBe('clusters-interne.geojson');
  await page.getByLabel('Quoi').selectOption('observations');
  await page.getByLabel('Format').selectOption('xlsx');
  await page.getByLabel('Raison de l’export').fill('Relire les observations du centre');
  const book = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Exporter' }).click();
  const file = await (await book).path();
  expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK');
});

test('held upright, no screen is wider than the tablet', async ({ page, night }) => {
  await page.setViewportSize({ width: 800, height: 1280 });
  await openNight(page, night);
  const names = await page
    .getByRole('navigation', { name: 'Écrans de la campagne' })
    .getByRole('link')
    .allInnerTexts();
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    await screen(page, name);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(800);
  }
});
