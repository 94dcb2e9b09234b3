/** *Indicateurs* for each role, and tokens for programs that read maps. */
import type { Page } from '@playwright/test';
import { look, noFault } from './look';
import { ANALYST, enter, expect, leave, screen, test } from './served';

const PANELS = [
  'units',
  'situation',
  'age',
  'gender',
  'household',
  'duration',
  'contacts',
  'coverage',
];

const panel = (page: Page, name: string) => page.locator(`[data-indicator="${name}"]`);
const people = async (page: Page, name: string, line: string): Promise<string> =>
  panel(page, name).locator(`[data-line="${line}"] strong`).innerText();

test('the coordination reads every indicator as a chart and its table', async ({ page, night }) => {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) refused.push(message.text());
  });
  await enter(page, night);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await screen(page, 'Indicateurs');
  for (const name of PANELS) {
    await expect(panel(page, name).locator('.chart svg'), name).toBeVisible();
    await expect(panel(page, name).locator('tbody tr').first(), name).toBeVisible();
    // One bar for each line of the table that says a number.
    const told = await panel(page, name).locator('tbody strong').count();
    await expect(panel(page, name).locator('svg g[data-bars] rect')).toHaveCount(told);
  }
  await expect(page.locator('[data-stage="provisional"]')).toBeVisible();
  await expect(page.getByText('la campagne est ouverte')).toBeVisible();

  const all = Number((await people(page, 'units', 'street')).replace(/\D/g, ''));
  expect(all).toBeGreaterThan(20);
  const sum = async (name: string, lines = 'tbody tr'): Promise<number> => {
    const told = await panel(page, name).locator(`${lines} strong`).allInnerTexts();
    return told.reduce((total, text) => total + Number(text.replace(/\D/g, '')), 0);
  };
  for (const name of ['age', 'gender', 'household', 'duration']) expect(await sum(name)).toBe(all);
  await expect(panel(page, 'age').getByText('liaison, 95 %').first()).toBeVisible();

  await panel(page, 'situation').getByRole('button', { name: 'ETHOS Light' }).click();
  await expect(panel(page, 'situation').locator('[data-line="5-squat"]')).toBeVisible();
  const street = '[data-line="1"], [data-indicator="situation"] [data-line="unknown"]';
  const rough = await page.locator(`[data-indicator="situation"] ${street}`).allInnerTexts();
  expect(rough).toHaveLength(2);
  await noFault(page, 'indicators');
  await page.setViewportSize({ width: 800, height: 1280 });
  await look(page, 'indicators-narrow');
  expect(refused).toEqual([]);
});

test('an analyst reads no small count', async ({ page, night }) => {
  await enter(page, night, ANALYST);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await screen(page, 'Indicateurs');
  await expect(page.locator('[data-small-withheld]')).toBeVisible();
  await expect(panel(page, 'gender').getByText(/attend que la campagne soit verrouillée/)).toBeVisible();
  await expect(panel(page, 'gender').locator('svg')).toHaveCount(0);
  await expect(panel(page, 'coverage').locator('[data-line="not_visited"]')).toBeVisible();
  await noFault(page, 'indicators-analyst');
});

test('a program reads maps with a token that is shown once and revoked', async ({
  page,
  night,
  request,
}) => {
  await enter(page, night, ANALYST);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Mon compte' }).click();
  const part = page.getByRole('region', { name: 'Jetons pour les logiciels de cartes' });
  await expect(part.getByText('Aucun jeton.')).toBeVisible();
  await part.getByLabel('Nom du jeton').fill('QGIS du bureau');
  await part.getByRole('button', { name: 'Créer un jeton' }).click();
  const token = await part.locator('[data-api-token]').innerText();
  await expect(part.locator('[data-api-address]')).toHaveText(/\/ogc$/);
  await expect(part.locator('tr[data-token="QGIS du bureau"]')).toBeVisible();
  await noFault(page, 'tokens');
  const read = async (): Promise<number> => {
    const basic = Buffer.from(`qgis:${token}`).toString('base64');
    const answer = await request.get(`${night.base}/ogc/collections`, {
      headers: { authorization: `Basic ${basic}` },
    });
    return answer.status();
  };
  expect(await read()).toBe(200);
  await part.getByRole('button', { name: 'C’est copié' }).click();
  await expect(page.getByText(token)).toHaveCount(0);
  await page.reload();
  await part.getByRole('button', { name: 'Révoquer : QGIS du bureau' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Révoquer' }).click();
  await expect(part.getByText('Aucun jeton.')).toBeVisible();
  expect(await read()).toBe(401);
  await leave(page);
});
