/** Passkeys: made in *Mon compte*, a login without a name, proof again, and each way to be refused. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { Authenticator } from '../authenticator';
import { ADMIN, ANALYST, DPO, LEAD, enter, expect, leave, test } from './served';

const BUTTON = 'Clé d’accès';

async function noFault(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
}

/** *Mon compte*, at its passkeys. */
async function account(page: Page): Promise<Locator> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Mon compte' }).click();
  const part = page.getByRole('region', { name: 'Clés d’accès' });
  await expect(part).toBeVisible();
  return part;
}

async function make(part: Locator, name: string): Promise<void> {
  await part.getByLabel('Nom de la clé').fill(name);
  await part.getByRole('button', { name: 'Créer une clé d’accès' }).click();
  await expect(part.getByText(`Clé d’accès « ${name} » créée`)).toBeVisible();
}

const who = (page: Page, name: string): Locator => page.getByText(new RegExp(`^${name}, `));

test('a passkey is made, lets in without a name, proves afresh, and opens nothing once removed', async ({
  page,
  served,
}) => {
  await Authenticator.on(page);
  await enter(page, served, ANALYST);
  const part = await account(page);
  await expect(part.getByText('Aucune clé d’accès.')).toBeVisible();
  await make(part, 'Téléphone');
  const line = part.locator('tr[data-passkey="Téléphone"]');
  await expect(line).toContainText('jamais');
  await noFault(page);
  // One device keeps one key of an account.
  await part.getByLabel('Nom de la clé').fill('Encore');
  await part.getByRole('button', { name: 'Créer une clé d’accès' }).click();
  await expect(part.getByText('Cet appareil a déjà une clé d’accès pour ce compte.')).toBeVisible();

  await leave(page);
  await noFault(page);
  await page.getByRole('button', { name: BUTTON }).click();
  await account(page);
  await expect(who(page, ANALYST)).toBeVisible();
  await expect(line).not.toContainText('jamais');

  // What wants a login of a moment ago takes a passkey's too, over the screen as it is.
  const tokens = page.getByRole('region', { name: 'Jetons pour les logiciels de cartes' });
  await tokens.getByLabel('Nom du jeton').fill('QGIS');
  const old = { status: 403, json: { code: 'prove-again', title: '', status: 403 } };
  await page.route('**/api/account/tokens', (route) => route.fulfill(old), { times: 1 });
  await tokens.getByRole('button', { name: 'Créer un jeton' }).click();
  const again = page.getByRole('dialog', { name: 'Coordination' });
  await noFault(page);
  await again.getByRole('button', { name: BUTTON }).click();
  await expect(again).toHaveCount(0);
  await expect(tokens.getByLabel('Nom du jeton')).toHaveValue('QGIS');
  await tokens.getByRole('button', { name: 'Créer un jeton' }).click();
  await expect(tokens.getByText('Jeton « QGIS » créé.')).toBeVisible();

  await line.getByRole('button', { name: 'Retirer : Téléphone' }).click();
  await noFault(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Retirer' }).click();
  await expect(part.getByText('Aucune clé d’accès.')).toBeVisible();
  await leave(page);
  await page.getByRole('button', { name: BUTTON }).click();
  await expect(page.getByText('Cette clé d’accès n’ouvre aucun compte ici.')).toBeVisible();
  // Control: the password always does.
  await enter(page, served, ANALYST);
});

test('a passkey opens its own account, for its owner, and not as a copy', async ({ page, served }) => {
  const device = await Authenticator.on(page);
  await enter(page, served, LEAD);
  await make(await account(page), 'Ordinateur');
  await leave(page);
  await device.recognises(false);
  await page.getByRole('button', { name: BUTTON }).click();
  await expect(page.getByText('Aucune clé d’accès n’a été donnée.')).toBeVisible({ timeout: 15_000 });
  await device.recognises(true);
  const [before] = await device.held();
  await page.getByRole('button', { name: BUTTON }).click();
  await account(page);
  await expect(who(page, LEAD), 'control').toBeVisible();
  await leave(page);

  if (before === undefined) throw new Error('the authenticator holds nothing');
  await device.copies(before);
  await page.getByRole('button', { name: BUTTON }).click();
  await expect(page.getByText('elle a peut-être été copiée')).toBeVisible();
  await enter(page, served, DPO);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Journal' }).click();
  await expect(page.getByText('clé d’accès peut-être copiée, refusée')).toBeVisible();
});

test('a passkey is for the server’s own address, and a shell removes it', async ({ page, served }) => {
  await Authenticator.on(page);
  await enter(page, served, ADMIN);
  const part = await account(page);
  await make(part, 'Clé');
  await leave(page);

  const { port } = new URL(served.base);
  // Another name for the same machine: the browser or the server refuses, and nobody is in.
  await page.goto(`http://autre.localhost:${port}/console`);
  await page.getByRole('button', { name: BUTTON }).click();
  await expect(page.getByRole('alert')).toBeVisible({ timeout: 15_000 });
  await expect(page.getByLabel('Nom du compte')).toBeVisible();
  // No name at all: it is not offered.
  await page.goto(`http://127.0.0.1:${port}/console`);
  await expect(page.getByLabel('Nom du compte')).toBeVisible();
  await expect(page.getByRole('button', { name: BUTTON })).toHaveCount(0);

  await page.goto(`${served.base}/console`);
  await page.getByRole('button', { name: BUTTON }).click();
  await account(page);
  await expect(who(page, ADMIN), 'control').toBeVisible();
  await leave(page);
  served.command(['user', 'passkeys', '--name', ADMIN, '--remove-all']);
  await page.getByRole('button', { name: BUTTON }).click();
  await expect(page.getByText('Cette clé d’accès n’ouvre aucun compte ici.')).toBeVisible();
});
