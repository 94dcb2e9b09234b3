/** Enrolment in series: one code for several tablets, counted live, and a printed sheet. */
import { openTablets } from './console';
import { HERE } from './server';
import { Tablet, expect, test } from './tablet';

test('one code enrols as many tablets as it has places, with the same words on both screens', async ({
  browser,
  server,
}) => {
  const page = await (await browser.newContext()).newPage();
  await openTablets(page, server);
  await page.getByLabel('Début de l’étiquette').fill('Série');
  await page.getByLabel('Nombre de tablettes').fill('2');
  await page.getByRole('button', { name: 'Ouvrir', exact: true }).click();
  const code = (await page.locator('[data-series-code]').innerText()).trim();
  const line = page.locator('[data-series="Série"]');
  await expect(line).toContainText('0 tablette enrôlée sur 2');

  const come = async (number: number): Promise<Tablet> => {
    const context = await browser.newContext({ geolocation: HERE, permissions: ['geolocation'] });
    const tablet = new Tablet(await context.newPage());
    await tablet.page.goto(server.base);
    await tablet.page.getByLabel('Code ou lien').fill(code);
    await tablet.tap('Enrôler la tablette');
    if (number > 2) return tablet;
    const words = await tablet.page.locator('[data-check-words]').innerText({ timeout: 30_000 });
    const row = page.locator('tr[data-device]').filter({ hasText: `Série-0${number}` });
    await expect(row).toContainText(words, { timeout: 20_000 });
    return tablet;
  };
  const first = await come(1);
  await expect(line).toContainText('1 tablette enrôlée sur 2');
  const second = await come(2);
  await expect(line).toContainText('complet', { timeout: 20_000 });
  const third = await come(3);
  await expect(third.page.getByText('Ce code a déjà servi')).toBeVisible();

  await page.getByRole('button', { name: /^Préparer \d+ codes?/ }).click();
  const sheet = page.locator('[data-sheet]');
  await expect(sheet.locator('li').first()).toContainText(/\w{4}-\w{4}-\w{4}/);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: 'Imprimer la feuille' })).toBeHidden();
  await expect(sheet.locator('li').first()).toBeVisible();
  await page.emulateMedia({ media: 'screen' });

  await page.getByLabel('Début de l’étiquette').fill('Annulée');
  await page.getByRole('button', { name: 'Ouvrir', exact: true }).click();
  const cancelled = page.locator('[data-series="Annulée"]');
  await cancelled.getByRole('button', { name: 'Annuler ce code' }).click();
  await expect(cancelled).toContainText('annulé');
  for (const tablet of [first, second, third]) await tablet.page.context().close();
  await page.context().close();
});
