/** No accessibility fault on any screen of the console, in the three themes and both languages. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { createCampaign, enter, expect, screen, step, test } from './served';

const THEMES = ['nuit', 'rouge', 'jour'] as const;

async function faults(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}`),
  );
}

async function inEveryTheme(page: Page, where: string): Promise<void> {
  for (const theme of THEMES) {
    await page.getByRole('combobox', { name: 'Couleurs' }).selectOption(theme);
    expect(await faults(page), `${where}, ${theme}`).toEqual([]);
  }
  await page.getByRole('combobox', { name: 'Couleurs' }).selectOption('nuit');
}

test('every screen is free of faults and asks nothing of another origin', async ({
  page,
  night,
}) => {
  test.setTimeout(240_000);
  const elsewhere: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== night.base) elsewhere.push(request.url());
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) errors.push(message.text());
  });
  await page.goto(`${night.base}/console`);
  await expect(page.getByLabel('Nom du compte')).toBeVisible();
  await inEveryTheme(page, 'login');
  await enter(page, night);
  await inEveryTheme(page, 'campaigns');
  if (night.night) await page.getByRole('button', { name: /ouverte/ }).first().click();
  else await createCampaign(page, 'Sans nuit', 'Exercice');

  for (const name of ['Ce soir', 'Doublons', 'Observations', 'Tablettes', 'Diffusion']) {
    await screen(page, name);
    await expect(page.getByText('Lecture…')).toHaveCount(0);
    await inEveryTheme(page, name);
  }
  if (night.night) {
    await screen(page, 'Observations');
    await page.locator('tr[data-observation]').first().getByRole('button').first().click();
    await expect(page.getByRole('heading', { name: 'Histoire' })).toBeVisible();
    expect(await faults(page), 'observation').toEqual([]);
    await page.keyboard.press('Escape');
  }
  await screen(page, 'Préparer');
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
  expect(elsewhere).toEqual([]);
  expect(errors).toEqual([]);
});
