/** What a place is near, the streets that were walked, and what the coordination knows of a site. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { look, noFault } from './look';
import { createCampaign, enter, expect, screen, step, test, type Served } from './served';

async function openNight(page: Page, night: Served): Promise<void> {
  await enter(page, night);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await expect(page.getByRole('heading', { name: 'Ce soir' })).toBeVisible();
}

test('an observation is told near a street or an address, and follows its corrected place', async ({
  page,
  night,
}) => {
  await openNight(page, night);
  await screen(page, 'Observations');
  await page.locator('tr[data-observation]').nth(2).getByRole('button').first().click();
  const dialogue = page.getByRole('dialog');
  const near = dialogue.locator('[data-near]');
  await expect(near).toHaveText(/^(Adresse|Rue) la plus proche : .+/);
  // Further from every street than half a kilometre, and outside all communes: the sea.
  await dialogue.getByLabel('Longitude latitude').fill('4.0500 43.4000');
  await dialogue.getByRole('button', { name: 'Enregistrer ce lieu' }).click();
  await expect(dialogue.getByText('corrigé par la coordination')).toBeVisible();
  await expect(dialogue.getByText(/(Adresse|Rue) la plus proche/)).toBeHidden();
  await dialogue.getByRole('button', { name: 'Annuler', exact: true }).first().click();
  await expect(near).toHaveText(/^(Adresse|Rue) la plus proche : .+/);
});

test('streets that were walked are told alike in Ce soir and in Indicateurs', async ({
  page,
  night,
}) => {
  await openNight(page, night);
  const told = page.locator('[data-streets]').filter({ hasText: '%' }).first();
  await expect(told).toContainText(/\d+ %/);
  const sector = await told.getAttribute('data-streets');
  const percent = /(\d+) %/.exec(await told.innerText())?.[1] ?? 'none';
  await screen(page, 'Indicateurs');
  const line = page.locator(`[data-indicator="sectors"] [data-sector="${sector}"]`);
  await expect(line).toContainText(percent);
});

test('what the coordination knows of a site is kept and exported, and what it does not is empty', async ({
  page,
  served,
}) => {
  await enter(page, served);
  await createCampaign(page, 'Sites de la plateforme', 'Exercice');
  await step(page, 'Lieux connus');
  await page.getByLabel('Code').fill('B7');
  await page.getByRole('combobox', { name: 'Type', exact: true }).selectOption('bidonville');
  await page.getByLabel('Longitude latitude').fill('3.872, 43.607');
  await page.getByText('Pour la plateforme nationale des bidonvilles').click();
  await page.getByLabel('Date d’installation').fill('2024-05-01');
  await page.getByLabel('Type de propriétaire').selectOption('public');
  await page.getByLabel('Réinstallation').selectOption('false');
  await noFault(page, 'site-facts');
  await page.setViewportSize({ width: 800, height: 1280 });
  await look(page, 'site-facts-narrow');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Ajouter un lieu' }).click();
  await page.getByRole('button', { name: 'Modifier B7' }).click();
  await expect(page.getByLabel('Date d’installation')).toHaveValue('2024-05-01');
  await expect(page.getByLabel('Réinstallation')).toHaveValue('false');
  await expect(page.getByLabel('Statut du site')).toHaveValue('');

  await screen(page, 'Diffusion');
  const file = async (format: string): Promise<string> => {
    await page.getByLabel('Raison de l’export').fill('plateforme nationale des bidonvilles');
    await page.getByLabel('Quoi').selectOption('sites');
    await page.getByRole('combobox', { name: 'Format', exact: true }).selectOption(format);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Exporter', exact: true }).click();
    return readFile(await (await waiting).path(), 'utf8');
  };
  const head = (await file('csv')).split('\n')[0] ?? '';
  expect(head).toContain('built_at');
  const dictionary = JSON.parse(await file('dictionary')) as { fields: { name: string }[] };
  expect(dictionary.fields.map(({ name }) => name).join(',')).toBe(head.trim());
});
