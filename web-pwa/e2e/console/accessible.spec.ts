/** No accessibility fault on any screen of the console, in the three themes and both languages. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { createCampaign, enter, expect, screen, step, test } from './served';

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
async function inEveryTheme(page: Page, where: string): Promise<void> {
  expect(await faults(page), `${where}, nuit`).toEqual([]);
  for (const theme of THEMES) {
    await page.getByRole('combobox', { name: 'Couleurs' }).selectOption(theme);
    expect(await faults(page, ['color-contrast']), `${where}, ${theme}`).toEqual([]);
  }
  await page.getByRole('combobox', { name: 'Couleurs' }).selectOption('nuit');
}

test('the night’s screens are free of faults and ask nothing of another origin', async ({
  page,
  night,
}) => {
  test.setTimeout(LONG_MS);
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
  await page.getByRole('button', { name: /ouverte/ }).first().click();

  for (const name of ['Ce soir', 'Doublons', 'Qualité', 'Observations', 'Tablettes', 'Diffusion']) {
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
  expect(await faults(page), 'observation').toEqual([]);
  await page.keyboard.press('Escape');
  expect(elsewhere).toEqual([]);
  expect(errors).toEqual([]);
});

test('every step of preparing is free of faults, in both languages', async ({ page, served }) => {
  test.setTimeout(LONG_MS);
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
});
