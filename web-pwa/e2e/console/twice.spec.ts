/** A sector recorded on a tablet and on paper, side by side. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { enter, expect, screen, test } from './served';

const LOOK = process.env['LOOK'];
const SIZES = [
  { width: 1280, height: 800 },
  { width: 800, height: 1280 },
] as const;

/** No fault, nothing beyond the edge, at both sizes. */
async function looks(page: Page, name: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(beyond, `${name}, ${size.width}`).toBeLessThanOrEqual(0);
    if (LOOK) {
      await page.screenshot({ path: `${LOOK}/${name}-${size.width}.png`, fullPage: true });
    }
  }
  await page.setViewportSize(SIZES[0]);
}

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
  await looks(page, 'sheets');
  await page.emulateMedia({ media: 'print' });
  await expect(pages.first()).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Tablettes' })).toBeHidden();
  if (LOOK) await page.pdf({ path: `${LOOK}/sheets.pdf`, format: 'A4', landscape: true });
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
  await looks(page, 'key-in');
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
  const twice = page.locator('[data-overlap]');
  await expect(twice).toHaveCount(1);
  await expect(twice).toContainText('hors du chiffre, en attente');
  expect(await street(page), 'not added up unseen').toBe(before);
  await looks(page, 'tonight');
  await twice.getByRole('button', { name: 'Comparer' }).click();
  const dialogue = page.getByRole('dialog');
  await expect(dialogue.locator('[data-strand]')).toHaveCount(2);
  await expect(dialogue.locator('[data-strand="paper"]')).toContainText(number);
  await looks(page, 'side-by-side');
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
});
