/** *Comparaison* of two campaigns, one of which ends; what the list of campaigns says of it then. */
import type { Locator, Page } from '@playwright/test';
import { look, noFault } from './look';
import { ANALYST, DPO, enter, expect, leave, screen, test } from './served';

const panel = (page: Page, name: string): Locator => page.locator(`[data-comparison="${name}"]`);

/** What a table of differences says, line by line. */
const told = async (of: Locator): Promise<string[]> => of.locator('tbody tr').allInnerTexts();

async function choose(page: Page): Promise<void> {
  const choice = page.getByLabel('Comparer avec');
  const other = await choice.locator('option:not([disabled])').first().getAttribute('value');
  await choice.selectOption(other ?? '');
}

test('two campaigns are compared where both walked, before and after one of them is purged', async ({
  page,
  night,
}) => {
  night.anotherNight(8);
  await enter(page, night);
  await expect(page.getByRole('heading', { name: 'Closes : ce qui reste' })).toHaveCount(0);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await screen(page, 'Comparaison');
  await choose(page);

  const ground = page.locator('[data-ground]');
  await expect(ground).toContainText('parcourus en entier les deux fois');
  const [both, all] = (await ground.innerText()).match(/\d+/g)?.map(Number) ?? [];
  expect(both).toBeGreaterThan(0);
  await expect(panel(page, 'units').locator('.chart svg')).toBeVisible();
  const street = panel(page, 'units').locator('[data-line="street"]');
  await expect(street.locator('[data-conclusion]')).toHaveText(/plus|moins|pas de conclusion/);
  await expect(panel(page, 'sectors').locator('tbody tr')).toHaveCount(both ?? 0);
  // One point for each line of the table.
  await expect(panel(page, 'sectors').locator('svg g[data-dots] circle')).toHaveCount(both ?? 0);
  const zones = await panel(page, 'zones').locator('tbody tr').count();
  expect(zones).toBeGreaterThan(1);
  if ((all ?? 0) > (both ?? 0)) {
    await page.getByText(/secteurs laissés de côté, et pourquoi/).click();
    await expect(page.locator('[data-why]').first()).toBeVisible();
  }
  await noFault(page, 'comparison');
  await page.setViewportSize({ width: 800, height: 1280 });
  await look(page, 'comparison-narrow');
  await page.setViewportSize({ width: 1280, height: 800 });
  const before = [await told(panel(page, 'units')), await told(panel(page, 'sectors'))];

  // The other one ends; the same is read from what it left, without persons.
  const other = await page.getByLabel('Comparer avec').inputValue();
  const now = ['--without-notice', '--reason', 'essai de la comparaison'];
  night.command(['campaign', 'lock', other]);
  night.command(['campaign', 'purge', other, '--confirm', 'Nuit de la Solidarité (exercice)', ...now]);
  await page.reload();
  await choose(page);
  await expect(page.locator(`[data-side="${other}"]`)).toContainText('sans personne');
  const after = [await told(panel(page, 'units')), await told(panel(page, 'sectors'))];
  expect(after).toEqual(before);

  await page.getByRole('link', { name: 'Toutes les campagnes' }).click();
  const line = page.locator(`[data-ended="${other}"]`);
  await expect(line).toContainText('effacée le');
  await expect(line).toContainText('aucune diffusion');
  await noFault(page, 'ended');
  await line.getByRole('link', { name: /^Comparer ses comptes/ }).click();
  await expect(page.locator('[data-ended]').first()).toHaveText('close');
  await choose(page);
  await expect(panel(page, 'units').locator('[data-line="street"]')).toBeVisible();
  const menu = page.getByRole('navigation', { name: 'Écrans de la campagne' });
  await expect(menu.getByRole('link')).toHaveText(['Comparaison', 'Diffusion']);
  await menu.getByRole('link', { name: 'Diffusion' }).click();
  await expect(page.getByText('La campagne est close')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Construire/ })).toHaveCount(0);
  await leave(page);

  await enter(page, night, DPO);
  await expect(line.getByRole('link', { name: /^Certificat/ })).toBeVisible();
  await leave(page);

  // An analyst waits until both are locked, and is told so.
  await enter(page, night, ANALYST);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await screen(page, 'Comparaison');
  await choose(page);
  await expect(page.locator('[data-refused="campaign-open"]')).toContainText('attend son verrouillage');
  await expect(panel(page, 'units')).toHaveCount(0);
  await noFault(page, 'comparison-analyst');
  await leave(page);
});
