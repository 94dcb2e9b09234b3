/** A sector recorded on a tablet and on paper, side by side; people who are not to be recorded. */
import type { Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { LOOK, eitherWay } from './look';
import { createCampaign, DPO, enter, expect, leave, screen, test } from './served';

async function street(page: Page): Promise<number> {
  const figure = page.locator('[data-figure="street"]');
  await expect(figure).toHaveText(/\d/);
  return Number((await figure.innerText()).replace(/\D/g, ''));
}

test('a paper sheet is printed, copied once, and stands beside the tablets until somebody decides', async ({
  page,
  night,
}) => {
  await enter(page, night);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  const before = await street(page);
  await screen(page, 'Tablettes');
  const paper = page.getByRole('region', { name: 'Feuilles de papier' });
  await paper.getByRole('combobox', { name: 'Pour' }).selectOption({ label: 'E01 · S1' });
  await paper.getByLabel('Feuilles pour chacune').fill('2');
  await paper.getByRole('button', { name: 'Préparer 2 feuilles' }).click();
  const pages = page.locator('[data-paper-sheet]');
  await expect(pages).toHaveCount(2);
  await eitherWay(page, 'sheets');
  await page.emulateMedia({ media: 'print' });
  await expect(pages.first()).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Tablettes' })).toBeHidden();
  // One page for each sheet, and nothing of the screen.
  const printed = await page.pdf({ preferCSSPageSize: true });
  expect(printed.toString('latin1')).toContain('/Count 2');
  if (LOOK) await writeFile(`${LOOK}/sheets.pdf`, printed);
  await page.emulateMedia({ media: 'screen' });
  const number = (await pages.first().getAttribute('data-paper-sheet')) ?? '';
  const second = (await pages.nth(1).getAttribute('data-paper-sheet')) ?? '';
  expect(second).not.toBe(number);

  const line = (of: string) => paper.locator(`[data-printed="${of}"]`);
  await line(number).getByRole('button', { name: 'Recopier' }).click();
  const row = paper.locator('[data-row="1"]');
  await row.getByLabel('Heure').fill('tard');
  await row.getByLabel('Hommes').fill('60');
  await paper.getByRole('button', { name: 'Enregistrer la feuille' }).click();
  await expect(paper.getByRole('alert')).toContainText('Ligne 1 : l’heure ne se lit pas');
  await row.getByLabel('Heure').fill('23:10');
  await eitherWay(page, 'key-in');
  await paper.getByRole('button', { name: 'Enregistrer la feuille' }).click();
  await expect(line(number)).toContainText('recopiée');
  await expect(line(number).getByRole('button')).toHaveCount(0);
  // The same number again, typed over another sheet's.
  await line(second).getByRole('button', { name: 'Recopier' }).click();
  await paper.getByLabel('Numéro').fill(number);
  await paper.locator('[data-row="1"]').getByLabel('Heure').fill('23:10');
  await paper.locator('[data-row="1"]').getByLabel('Hommes').fill('1');
  await paper.getByRole('button', { name: 'Enregistrer la feuille' }).click();
  await expect(page.getByText('Cette feuille a déjà été recopiée.')).toBeVisible();

  await screen(page, 'Ce soir');
  // Other tests of this server may have taken sheets of other sectors in.
  const twice = page.locator('[data-overlap="S1"]');
  await expect(twice).toHaveCount(1);
  await expect(twice).toContainText('hors du chiffre, en attente');
  expect(await street(page), 'not added up unseen').toBe(before);
  await eitherWay(page, 'tonight');
  await twice.getByRole('button', { name: 'Comparer' }).click();
  const dialogue = page.getByRole('dialog');
  await expect(dialogue.locator('[data-strand]')).toHaveCount(2);
  await expect(dialogue.locator('[data-strand="paper"]')).toContainText(number);
  await eitherWay(page, 'side-by-side');
  await dialogue.getByLabel('Pourquoi (facultatif)').fill('la feuille reprend toute la nuit');
  await dialogue.getByRole('button', { name: /^Seul compte : Feuilles de papier/ }).click();
  await expect(twice).toContainText('décidé');
  await expect.poll(() => street(page)).toBeGreaterThan(before);
  await twice.getByRole('button', { name: 'Comparer' }).click();
  await expect(dialogue).toContainText('la feuille reprend toute la nuit');
  await dialogue.getByRole('button', { name: 'Revenir sur la décision' }).click();
  await expect(twice).toContainText('à départager');
  await dialogue.getByRole('button', { name: 'Fermer' }).click();
  await expect.poll(() => street(page)).toBe(before);

  await screen(page, 'Doublons');
  await page.getByRole('navigation', { name: 'Doublons' }).getByRole('link', { name: 'Journal' }).click();
  const choice = page.locator('tr[data-act="strands"]').filter({ hasText: 'la feuille reprend toute la nuit' });
  await expect(choice).toContainText('Feuilles de papier · dans le chiffre');
  await expect(choice).toContainText('Tablettes · hors du chiffre');
  await expect(choice).toContainText('annulée');
  await eitherWay(page, 'log');
});

test('a data-protection officer enters who is not to be recorded, and nobody else sees the list', async ({
  page,
  served,
}) => {
  await enter(page, served);
  await createCampaign(page, 'Nuit des refus', 'Exercice');
  await page.getByLabel('Demander deux lettres du prénom').check();
  await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  await expect(page.getByText('Enregistré sur le serveur.')).toBeVisible();
  const retention = page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name: 'Conservation' });
  await page.getByRole('link', { name: 'Toutes les campagnes' }).click();
  await retention.click();
  await expect(page.getByRole('heading', { name: 'Conservation', level: 1 })).toBeVisible();
  const list = page.getByRole('region', { name: 'Personnes à ne pas enregistrer' });
  await expect(list).toHaveCount(0);
  await leave(page);

  await enter(page, served, DPO);
  await retention.click();
  // Of a campaign that another file's tests ended nothing can be told.
  await expect(list).toBeVisible();
  const chosen = list.getByLabel('Campagne');
  if ((await chosen.count()) > 0) await chosen.selectOption({ label: 'Nuit des refus' });
  await expect(list.getByLabel('Prénom, deux lettres')).toBeVisible();
  await expect(list.getByText('Personne n’est inscrit.')).toBeVisible();
  const fill = async (family: string): Promise<void> => {
    await list.getByLabel('Prénom, deux lettres').fill('zo');
    await list.getByLabel('Nom, deux lettres', { exact: true }).fill(family);
    await list.getByLabel('Année de naissance').fill('1984');
    await list.getByRole('button', { name: 'Ne plus enregistrer' }).click();
  };
  await fill('du');
  await expect(list.locator('[data-opposition="1"]')).toContainText('en vigueur');
  await expect(list.getByLabel('Nom, deux lettres', { exact: true })).toHaveValue('');
  await eitherWay(page, 'oppositions');
  await fill('DU');
  await expect(list.getByRole('alert')).toContainText('déjà inscrites');
  await list.locator('[data-opposition="1"]').getByRole('button').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retirer de la liste' }).click();
  await expect(list.locator('[data-opposition="1"]')).toContainText('retiré le');
  // Taken back, the same facts can be entered again, under a number of their own.
  await fill('du');
  await expect(list.locator('[data-opposition="2"]')).toContainText('en vigueur');
});
