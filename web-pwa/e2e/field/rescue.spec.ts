/** Without network: a locked tablet's work as a file, carried by another one or handed in. */
import { readFile } from 'node:fs/promises';
import { openTablets } from './console';
import { look } from './look';
import type { Server } from './server';
import { HERE } from './server';
import { Tablet, expect, test } from './tablet';

/** Saves what waits as a file; gives its path. */
async function savedFile(tablet: Tablet): Promise<string> {
  await tablet.tap(/à envoyer|Envoi…/);
  const [download] = await Promise.all([
    tablet.page.waitForEvent('download'),
    tablet.tap('Enregistrer ce qui reste à envoyer dans un fichier'),
  ]);
  expect(download.suggestedFilename()).toMatch(/^maraude-.*\.maraude$/);
  await expect(tablet.page.getByText(/Fichier fait : \d+ paquets? scellés?/)).toBeVisible();
  return download.path();
}

async function carry(tablet: Tablet, file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  const [chooser] = await Promise.all([
    tablet.page.waitForEvent('filechooser'),
    tablet.tap('Porter l’envoi d’une autre tablette'),
  ]);
  await chooser.setFiles(file);
}

const total = async (server: Server): Promise<number> =>
  (await server.api<{ total: number }>('GET', `${server.at()}/observations`)).total;

test('a locked tablet without network gives a file that another one carries, once', async ({
  browser,
  server,
  tablet,
}) => {
  await tablet.enrol(await server.enrolmentLink('Origine'));
  await tablet.depart();
  const before = await total(server);
  await tablet.page.context().setOffline(true);
  await tablet.count({ Hommes: 2 });
  await tablet.count({ Femmes: 1 });
  await tablet.tap('Verrouiller');
  const path = await savedFile(tablet);
  await look(tablet.page, 'send, locked, a file made');

  const context = await browser.newContext({
    geolocation: HERE,
    permissions: ['geolocation'],
    hasTouch: true,
  });
  const courier = new Tablet(await context.newPage());
  await courier.enrol(await server.enrolmentLink('Porteuse'));
  await courier.tap(/Tout est envoyé/);
  const bytes = await readFile(path);
  const damaged = Buffer.from(bytes);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 60) ^ 1, damaged.length - 60);
  await carry(courier, { name: 'copie.maraude', mimeType: 'application/octet-stream', buffer: damaged });
  await expect(courier.page.getByText(/Ce fichier est abîmé.*Rien n’a été pris/)).toBeVisible();
  await expect(courier.page.locator('[data-carried]')).toHaveCount(0);
  await carry(courier, path);
  await expect(courier.page.locator('[data-carried="Origine"]')).toContainText('au serveur');
  await expect.poll(() => total(server)).toBe(before + 2);
  await carry(courier, path);
  await expect(courier.page.getByText(/est déjà pris/)).toBeVisible();
  await look(courier.page, 'send, carried');
  await context.close();

  // The tablet it came from learns that all is there; nothing counts twice.
  await tablet.page.context().setOffline(false);
  await tablet.tap('Envoyer maintenant');
  await expect(tablet.page.getByText('Tout est envoyé au serveur.')).toBeVisible({ timeout: 60_000 });
  expect(await total(server)).toBe(before + 2);
});

test('the coordination hands the file in at the console', async ({ browser, server, tablet }) => {
  await tablet.enrol(await server.enrolmentLink('Sans réseau'));
  await tablet.depart();
  const before = await total(server);
  await tablet.page.context().setOffline(true);
  await tablet.count({ Hommes: 3 });
  const path = await savedFile(tablet);

  const page = await (await browser.newContext()).newPage();
  await openTablets(page, server);
  const input = page.locator('input[type="file"][accept^=".maraude"]');
  await input.setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([255, 216, 255]) });
  await expect(page.getByText('Ce fichier n’est pas celui d’une tablette.')).toBeVisible();
  await input.setInputFiles(path);
  await expect(page.getByText(/Sans réseau : \d+ paquets? scellés? sur le serveur/)).toBeVisible();
  await expect.poll(() => total(server)).toBe(before + 1);
  await page.context().close();
});
