/** Where others than this machine reach the server, a password alone opens one's own account and no more. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Authenticator } from '../authenticator';
import { telephoneCode } from '../telephone';
import { ACCOUNT, expect, leave, OTHER_ACCOUNT, PASSWORD, test, type Served } from './served';

/** What the server answers a page that asks for the campaigns. */
async function campaigns(page: Page): Promise<number> {
  return page.evaluate(async () => (await fetch('/api/campaigns')).status);
}

async function comeIn(page: Page, served: Served, account: string): Promise<void> {
  await page.goto(`${served.base}/console`);
  await page.getByLabel('Nom du compte').fill(account);
  await page.getByLabel('Mot de passe').fill(PASSWORD);
  await page.getByRole('button', { name: 'Entrer', exact: true }).click();
}

test('a telephone’s code comes before everything else, and its recovery codes stay to be noted', async ({
  page,
  elsewhere,
}) => {
  await comeIn(page, elsewhere, ACCOUNT);
  const first = page.locator('[data-proof-first]');
  await expect(first).toContainText('Un mot de passe seul ne suffit pas');
  await expect(page.getByRole('navigation', { name: 'Pages' })).toHaveCount(0);
  expect(await campaigns(page)).toBe(403);
  for (const [width, height] of [
    [1280, 800],
    [800, 1280],
  ] as const) {
    await page.setViewportSize({ width, height });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    if (process.env['LOOK_IMAGES']) {
      await page.screenshot({ path: `${process.env['LOOK_IMAGES']}/half-${width}×${height}.png` });
    }
  }
  // An address typed by hand opens no more.
  await page.goto(`${elsewhere.base}/console#/audit`);
  await expect(first).toBeVisible();

  const part = page.getByRole('region', { name: 'Code du téléphone' });
  await part.getByRole('button', { name: 'Mettre en place' }).click();
  const secret = await part.locator('[data-second-factor-secret]').innerText();
  await part.getByLabel('Code que montre le téléphone').fill(telephoneCode(secret));
  await page.keyboard.press('Enter');
  await expect(part.locator('[data-recovery-codes] li')).toHaveCount(10);
  await expect(first).toContainText('Notez les codes de secours');
  if (process.env['LOOK_IMAGES']) {
    await page.screenshot({ path: `${process.env['LOOK_IMAGES']}/half-codes.png`, fullPage: true });
  }
  await part.getByRole('button', { name: 'Je les ai notés' }).click();
  await page.getByRole('button', { name: 'Continuer' }).click();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible();
  expect(await campaigns(page)).toBe(200);
});

test('a passkey is enough by itself, made in a session or brought to the next, and then asked for', async ({
  page,
  elsewhere,
}) => {
  await Authenticator.on(page);
  await comeIn(page, elsewhere, OTHER_ACCOUNT);
  await expect(page.locator('[data-proof-first]')).toBeVisible();
  expect(await campaigns(page)).toBe(403);
  await page.getByLabel('Nom de la clé').fill('Téléphone');
  await page.getByRole('button', { name: 'Créer une clé d’accès' }).click();
  await page.getByRole('button', { name: 'Continuer' }).click();
  await expect(page.getByRole('heading', { name: 'Campagnes' })).toBeVisible();
  expect(await campaigns(page)).toBe(200);

  await leave(page);
  await page.getByRole('button', { name: 'Clé d’accès', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Campagnes' })).toBeVisible();
  // By its password alone the same account no longer opens: nobody sets up a proof of their own with it.
  await leave(page);
  await comeIn(page, elsewhere, OTHER_ACCOUNT);
  await expect(page.getByRole('alert')).toContainText('le mot de passe seul ne l’ouvre pas');
  expect(await campaigns(page)).toBe(401);
});
