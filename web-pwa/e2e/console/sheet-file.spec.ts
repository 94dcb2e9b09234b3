/** Paper sheets from a CSV file: a wrong one told cell by cell, then a right one taken whole. */
import { eitherWay, noFault } from './look';
import { enter, expect, screen, test } from './served';

/** Text as a spreadsheet of Western Europe writes it. */
function windows1252(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

test('a file of sheets is refused by line and column, then taken whole, and once', async ({
  page,
  night,
}) => {
  await enter(page, night);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await screen(page, 'Tablettes');
  const paper = page.getByRole('region', { name: 'Feuilles de papier' });
  await paper.getByRole('combobox', { name: 'Pour' }).selectOption({ label: 'E02 · S2' });
  await paper.getByLabel('Feuilles pour chacune').fill('2');
  await paper.getByRole('button', { name: 'Préparer 2 feuilles' }).click();
  const pages = page.locator('[data-paper-sheet]');
  await expect(pages).toHaveCount(2);
  const one = (await pages.first().getAttribute('data-paper-sheet')) ?? '';
  const two = (await pages.nth(1).getAttribute('data-paper-sheet')) ?? '';

  const file = paper.getByRole('region', { name: 'Feuilles tapées dans un tableur' });
  const template = page.waitForEvent('download');
  await file.getByRole('link', { name: 'Fichier vide à remplir (CSV)' }).click();
  const empty = await (await template).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of empty) chunks.push(chunk as Buffer);
  const headings = Buffer.concat(chunks).toString('utf8').replace('\ufeff', '').trim();
  expect(headings).toContain('Feuille;Équipe;Secteur;Nuit');

  const rows = [
    `${one};E02;S2;;en entier;;23h10;12, rue du Pont;2;;;;1;C;`,
    `${one};;;;;;00:30;sous le pont;;1;1;;Berge, pont, tunnel;;`,
    `${two};;;;pas parcouru;travaux;;;;;;;;;`,
  ];
  const csv = (lines: readonly string[], ending = ''): Buffer =>
    windows1252(`${[headings.replace('œ', 'oe') + ending, ...lines].join('\r\n')}\r\n`.replaceAll('’', "'"));
  const choose = (name: string, buffer: Buffer): Promise<void> =>
    file.locator('input[type="file"]').setInputFiles({ name, mimeType: 'text/csv', buffer });

  // Wrong: an hour, a team, a column nobody knows on a row of its own.
  const wrong = [
    rows[0]?.replace('23h10', 'tard') ?? '',
    rows[1]?.replace(`${one};;`, `${one};E01;`) ?? '',
    rows[2] ?? '',
  ];
  await choose('feuilles.csv', csv(wrong));
  await expect(file.getByText('2 erreurs : rien n’a été importé.')).toBeVisible();
  await expect(file.locator('[data-fault="hour"]')).toContainText('tard');
  await expect(file.locator('[data-fault="hour"]').getByRole('cell').first()).toHaveText('2');
  await expect(file.locator('[data-fault="team-differs"]')).toContainText('imprimée pour E02');
  await expect(file.getByText('Windows-1252, et converti')).toBeVisible();
  await expect(file.getByRole('button', { name: /^Importer \d/ })).toHaveCount(0);
  await expect(paper.locator(`[data-printed="${one}"]`)).toContainText('pas encore recopiée');
  await eitherWay(page, 'sheet-file-wrong', file);
  await choose('feuilles.csv', csv(rows.map((row) => `${row};Zoé`), ';Prénom'));
  await expect(file.locator('[data-fault="column-unknown"]')).toContainText('Prénom');
  await choose('feuilles.xlsx', Buffer.from('PK\u0003\u0004'));
  await expect(file.getByText('c’est un classeur : enregistrez-le au format CSV.')).toBeVisible();

  // Right: shown, then taken.
  await choose('feuilles.csv', csv(rows));
  await expect(file.getByText('2 feuilles, 2 lignes, 4 personnes.')).toBeVisible();
  await expect(file.locator(`[data-read="${two}"]`)).toContainText('aucune');
  await file.getByText(/^Comment chaque colonne/).click();
  await expect(file.locator('[data-column="sleeping_place"]')).toContainText('où dort-on');
  await eitherWay(page, 'sheet-file-right', file);
  await noFault(page, 'sheet-file-right');
  const send = file.getByRole('button', { name: 'Importer 2 feuilles' });
  await send.click();
  await expect(file.getByText('Écrivez-le, en 10 caractères au moins.')).toBeVisible();
  await expect(paper.locator(`[data-printed="${one}"]`)).toContainText('pas encore recopiée');
  await file.getByLabel('D’où vient ce fichier').fill('tableur de la base nord');
  await send.click();
  await expect(page.getByText('2 feuilles sont importées : 2 lignes.')).toBeVisible();
  for (const number of [one, two]) {
    await expect(paper.locator(`[data-printed="${number}"]`)).toContainText('✓ recopiée');
  }

  // The same file again.
  await choose('feuilles.csv', csv(rows));
  await expect(file.locator('[data-fault="sheet-keyed-in"]')).toHaveCount(2);
  await expect(file.locator('[data-fault="sheet-keyed-in"]').first()).toContainText(one);
});
