/** A forgotten PIN: the same four words on tablet and console, then a new PIN. */
import { openTablets } from './console';
import { look } from './look';
import { expect, test } from './tablet';

const NEW_PIN = '314159';

test('a coordinator resets a PIN over the network, and everything is still there', async ({
  browser,
  server,
  tablet,
}) => {
  await tablet.enrol(await server.enrolmentLink('Oublieuse'));
  await tablet.depart();
  await tablet.count({ Hommes: 2 });
  await tablet.sendNow();
  await tablet.tap('Retour');
  await tablet.tap('Verrouiller');
  await tablet.tap('Code oublié ?');
  const words = tablet.page.locator('[data-reset-words]');
  await expect(words.locator('li')).toHaveCount(4);
  await look(tablet.page, 'forgotten PIN');
  const said = (await words.locator('li').allInnerTexts()).join(' ');

  const page = await (await browser.newContext()).newPage();
  await openTablets(page, server);
  const line = page.locator('[data-reset="Oublieuse"]');
  await expect(line).toContainText(said, { timeout: 20_000 });
  await line.getByRole('button', { name: 'Réinitialiser le code' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(said);
  await dialog.getByRole('button', { name: 'Ce sont ces mots : autoriser' }).click();
  await expect(line).toContainText('Autorisé');

  await expect(tablet.title('Choisir un nouveau code')).toBeVisible({ timeout: 30_000 });
  await look(tablet.page, 'new PIN');
  await tablet.typePin(NEW_PIN);
  await expect(tablet.title('Encore une fois')).toBeVisible();
  await tablet.typePin(NEW_PIN);
  await expect(tablet.entries()).toHaveCount(1, { timeout: 30_000 });
  await expect(line).toHaveCount(0, { timeout: 30_000 });
  await page.context().close();
  await tablet.tap('Verrouiller');
  await tablet.unlock(NEW_PIN);
  await expect(tablet.entries()).toHaveCount(1);
});
