/** The tablet's own key beside the PIN: offered, asked for at each opening, gone, taken away. */
import { Authenticator } from '../authenticator';
import { openTablets } from './console';
import { look } from './look';
import { PIN, Tablet, expect, test } from './tablet';

const NEW_PIN = '314159';
const NOT_GIVEN = /La tablette n’a pas donné sa clé/;
/** A browser waits for a device that may yet be plugged in. */
const WAITS_MS = 75_000;

async function enrolled(tablet: Tablet, link: string): Promise<void> {
  await tablet.page.goto(link);
  await expect(tablet.title('Choisir un code PIN')).toBeVisible({ timeout: 30_000 });
  await tablet.typePin(PIN);
  await expect(tablet.title('Encore une fois')).toBeVisible();
  await tablet.typePin(PIN);
  await expect(tablet.title('Protéger aussi par la tablette ?')).toBeVisible();
}

test('with the tablet’s key one PIN opens, a copy of the disk does not, and a reset lets in', async ({
  browser,
  server,
  tablet,
}) => {
  test.setTimeout(300_000);
  const received = async (): Promise<number> =>
    (await server.api<{ total: number }>('GET', `${server.at()}/observations`)).total;
  const before = await received();
  const device = await Authenticator.on(tablet.page, { hasPrf: true });
  await enrolled(tablet, await server.enrolmentLink('Double'));
  await look(tablet.page, 'key offered');
  await tablet.tap('Ajouter la clé de la tablette');
  await expect(tablet.title('Avant de partir')).toBeVisible({ timeout: 30_000 });
  await tablet.depart();
  await tablet.count({ Hommes: 2 });
  await tablet.sendNow();
  await tablet.tap('Retour');
  await tablet.tap('Verrouiller');
  await tablet.unlock();
  await expect(tablet.entries(), 'control: one PIN, and the tablet’s own gesture').toHaveCount(1);

  // Nobody makes the gesture: nothing is tried, and no try is counted. (A virtual device that took its
  // owner for another refuses for ever after, as real ones do until their screen lock is opened.)
  await tablet.page.reload();
  await device.isTouched(false);
  await tablet.typePin(PIN);
  await expect(tablet.page.getByText(NOT_GIVEN)).toBeVisible({ timeout: WAITS_MS });
  await expect(tablet.page.getByText(/Encore \d essais/)).toHaveCount(0);
  await device.isTouched(true);
  await tablet.unlock();
  await tablet.count({ Hommes: 1 });

  // The same files and the right PIN, without the key.
  await device.goes();
  await tablet.page.reload();
  await expect(tablet.title('Déverrouiller')).toBeVisible({ timeout: 30_000 });
  await tablet.typePin(PIN);
  await expect(tablet.page.getByText(NOT_GIVEN)).toBeVisible({ timeout: WAITS_MS });
  await look(tablet.page, 'key gone');
  await expect.poll(received, 'what was saved leaves all the same').toBe(before + 2);

  await tablet.tap('Code oublié ?');
  const page = await (await browser.newContext()).newPage();
  await openTablets(page, server);
  const line = page.locator('[data-reset="Double"]');
  await line.getByRole('button', { name: 'Réinitialiser le code' }).click({ timeout: 30_000 });
  await page.getByRole('dialog').getByRole('button', { name: /Ce sont ces mots/ }).click();
  await expect(tablet.title('Choisir un nouveau code')).toBeVisible({ timeout: 30_000 });
  await page.context().close();
  await tablet.typePin(NEW_PIN);
  await expect(tablet.title('Encore une fois')).toBeVisible();
  await tablet.typePin(NEW_PIN);
  await expect(tablet.entries()).toHaveCount(2, { timeout: 30_000 });
  await tablet.page.reload();
  await tablet.unlock(NEW_PIN);
  await expect(tablet.entries()).toHaveCount(2);
});

test('the key is added and taken away in the settings, and is never in the way where there is none', async ({
  server,
  tablet,
}) => {
  test.setTimeout(300_000);
  // A device that keeps keys, but gives nothing of them.
  const without = await Authenticator.on(tablet.page, { hasPrf: false });
  await enrolled(tablet, await server.enrolmentLink('Simple'));
  await tablet.tap('Ajouter la clé de la tablette');
  await expect(tablet.page.getByText('La tablette n’a pas donné de clé.')).toBeVisible({
    timeout: WAITS_MS,
  });
  await tablet.tap('Seulement le code');
  await expect(tablet.title('Avant de partir')).toBeVisible({ timeout: 30_000 });
  await without.goes();
  await tablet.page.reload();
  await tablet.unlock();

  const device = await Authenticator.on(tablet.page, { hasPrf: true });
  const settings = async (): Promise<void> => {
    await tablet.tap('Réglages');
    await expect(tablet.title('Réglages')).toBeVisible();
  };
  await settings();
  await look(tablet.page, 'key in the settings');
  await tablet.tap('Ajouter la clé de la tablette');
  await expect(tablet.page.getByText('Le code et la clé de cette tablette sont demandés')).toBeVisible();
  await tablet.page.reload();
  await tablet.unlock();
  await settings();
  await tablet.tap('Retirer la clé de la tablette');
  await expect(tablet.page.getByText('Le code seul est demandé')).toBeVisible();
  await device.goes();
  await tablet.page.reload();
  await tablet.unlock();
});
