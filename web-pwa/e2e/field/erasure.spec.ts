/** A slip of paper: its code on the tablet, what is held under it on the console, and its erasure. */
import AxeBuilder from '@axe-core/playwright';
import { readFile } from 'node:fs/promises';
import { logIn } from './console';
import { expect, test } from './tablet';

test('a person who comes with their slip is shown what is held, and it is erased on both screens', async ({
  browser,
  server,
  tablet,
}) => {
  await tablet.enrol(await server.enrolmentLink('Papier'));
  await tablet.depart();
  await tablet.count({ Hommes: 2 });
  await tablet.interview();
  const message = tablet.page.getByText(/Code pour le papier de la personne/);
  await expect(message).toBeVisible();
  const code = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}/.exec(await message.innerText())?.[0] ?? '';
  await tablet.sendNow();
  await tablet.tap('Retour');
  await tablet.entries().first().click();
  await expect(tablet.page.locator('.paper-code')).toHaveText(code);
  await tablet.page.screenshot({ path: 'test-results/slip-tablet.png' });
  await tablet.tap('Retour');

  const page = await (await browser.newContext({ locale: 'fr-FR' })).newPage();
  await logIn(page, server);
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name: 'Conservation' })
    .click();
  const panel = page.getByRole('region', { name: 'Une personne fait valoir ses droits' });
  await panel.getByLabel('Code du papier').fill('0000-0000-001');
  await panel.getByRole('button', { name: 'Chercher' }).click();
  await expect(panel.getByRole('alert')).toBeVisible();
  await panel.getByLabel('Code du papier').fill(code.toLowerCase().replaceAll('-', ' '));
  await panel.getByRole('button', { name: 'Chercher' }).click();
  const found = panel.locator('[data-person]');
  await expect(found).toContainText('Parc, jardin');
  await page.screenshot({ path: 'test-results/slip-console.png', fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
  const erase = found.getByRole('button', { name: 'Effacer définitivement' });
  await expect(erase).toBeDisabled();
  await found.getByLabel(/À quelle demande/).fill('demande orale du 3 février');
  await found.getByLabel(/J’ai vérifié/).check();
  const downloading = page.waitForEvent('download');
  await erase.click();
  const certificate = await readFile(await (await downloading).path(), 'utf8');
  expect(JSON.parse(certificate)).toHaveProperty('signature');
  await expect(panel.getByRole('status').first()).toContainText('C’est effacé');
  await panel.getByLabel('Code du papier').fill(code);
  await panel.getByRole('button', { name: 'Chercher' }).click();
  await expect(panel.getByRole('alert')).toContainText('n’a ce code');
  await page.context().close();

  // The tablet learns it at its next contact, and keeps what is of others.
  await tablet.sendNow();
  await tablet.tap('Retour');
  await expect(tablet.entries()).toHaveCount(1, { timeout: 30_000 });
  await expect(tablet.page.getByText('fait effacer ses réponses')).toBeVisible();
});
