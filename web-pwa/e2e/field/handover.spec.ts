/**
 * A running round passes to another tablet of the team, both without network: by files, and from screen
 * to camera. The camera is a stage of the test's (see `film.ts`): each tablet looks at the other in turn.
 */
import type { Browser } from '@playwright/test';
import { film, greyOf, holdBefore, withStage } from './film';
import { look } from './look';
import { HERE, type Server } from './server';
import { Tablet, expect, test } from './tablet';
import { chromium } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS } from '../../playwright.config';

const OPTIONS = { geolocation: HERE, permissions: ['geolocation'], hasTouch: true };
const CODE_SIDE_PX = 640;

async function enrolled(browser: Browser, server: Server, label: string): Promise<Tablet> {
  const context = await browser.newContext(OPTIONS);
  await withStage(context);
  const tablet = new Tablet(await context.newPage());
  await tablet.enrol(await server.enrolmentLink(label));
  await expect(tablet.page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
  await tablet.keptOffline();
  return tablet;
}

/** A tablet on a round that recorded two encounters without network, and another one of the team. */
async function two(browser: Browser, server: Server): Promise<[Tablet, Tablet]> {
  const giver = await enrolled(browser, server, 'Une');
  const receiver = await enrolled(browser, server, 'Deux');
  await giver.depart();
  for (const { page } of [giver, receiver]) await page.context().setOffline(true);
  await giver.count({ Hommes: 2 });
  await giver.count({ Femmes: 1 });
  return [giver, receiver];
}

async function kept(tablet: Tablet): Promise<string> {
  const [download] = await Promise.all([
    tablet.page.waitForEvent('download'),
    tablet.tap('Enregistrer plutôt comme fichier'),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.maraude$/);
  return download.path();
}

async function chosen(
  tablet: Tablet,
  name: string,
  file: string | { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  const [chooser] = await Promise.all([tablet.page.waitForEvent('filechooser'), tablet.tap(name)]);
  await chooser.setFiles(file);
}

/** Both show the same four words; the receiver takes the round, the giver says so. */
async function agree(giver: Tablet, receiver: Tablet): Promise<void> {
  const words = (tablet: Tablet) => tablet.page.locator('[data-passing-words]');
  await expect(words(receiver)).toBeVisible({ timeout: 30_000 });
  const told = await words(giver).innerText();
  expect(told.split(/\s+/)).toHaveLength(4);
  expect(await words(receiver).innerText()).toBe(told);
  await receiver.tap('Mêmes mots : prendre la maraude');
  await expect(receiver.title(/T01/)).toBeVisible();
  await giver.tap(/^C’est fait/);
  await expect(giver.page.locator('[data-handed="Deux"]')).toBeVisible();
}

const total = async (server: Server): Promise<number> =>
  (await server.api<{ total: number }>('GET', `${server.at()}/observations`)).total;

test('by files, the round goes on elsewhere and the first tablet is never seen again', async ({
  browser,
  server,
}) => {
  const before = await total(server);
  const [giver, receiver] = await two(browser, server);
  await receiver.tap('Recevoir une maraude');
  await expect(receiver.page.locator('canvas[data-codes="1"]')).toBeVisible();
  await look(receiver.page, 'receive, the call');
  const call = await kept(receiver);
  await giver.tap('Passer la main');
  await look(giver.page, 'hand over, before');
  const photo = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([255, 216, 255]) };
  await chosen(giver, 'Choisir son fichier', photo);
  await expect(giver.page.getByText(/Ce n’est pas ce qu’il faut lire ici/)).toBeVisible();
  await chosen(giver, 'Choisir son fichier', call);
  await expect(giver.page.locator('[data-passing-words]')).toBeVisible();
  await giver.page.locator('canvas[data-codes]').scrollIntoViewIfNeeded();
  await look(giver.page, 'hand over, the codes');
  const pack = await kept(giver);
  await chosen(receiver, 'Choisir le fichier de l’autre tablette', call);
  await expect(receiver.page.getByText(/Ce n’est pas ce qu’il faut lire ici/)).toBeVisible();
  await chosen(receiver, 'Choisir le fichier de l’autre tablette', pack);
  await expect(receiver.page.locator('[data-passing-words]')).toBeVisible();
  await look(receiver.page, 'receive, the words');
  await agree(giver, receiver);
  await look(giver.page, 'home, handed over');
  await expect(giver.button('Comptage')).toHaveCount(0);
  await giver.tap('Reprendre la main');
  await look(giver.page, 'taking back');
  await giver.tap('Annuler');
  await expect(receiver.counted()).toHaveText('2');
  await look(receiver.page, 'home, received');
  await giver.page.context().close();

  await receiver.count({ Hommes: 3 });
  await receiver.page.context().setOffline(false);
  await receiver.sendNow();
  await expect.poll(() => total(server)).toBe(before + 3);
  await receiver.page.context().close();
});

test('from screen to camera and back, without a file', async ({ browser, server }) => {
  test.setTimeout(300_000);
  const before = await total(server);
  const [giver, receiver] = await two(browser, server);
  await receiver.tap('Recevoir une maraude');
  await giver.tap('Passer la main');
  await giver.tap('Lire le code de l’autre tablette');
  const given = giver.page.locator('[data-passing-words]');
  await holdBefore(giver.page, receiver.page, () => given.isVisible());
  await receiver.tap('Lire la maraude');
  await expect(receiver.page.locator('video')).toBeVisible();
  // A first look at some of the codes, then away and back: what was read is not read again.
  const read = receiver.page.locator('progress');
  await holdBefore(receiver.page, giver.page, async () => (await read.count()) > 0);
  await look(receiver.page, 'receive, reading');
  await receiver.tap('Arrêter la lecture');
  await receiver.tap('Lire la maraude');
  await expect(read).toBeVisible();
  await giver.tap('Plus lentement');
  const came = receiver.page.locator('[data-passing-words]');
  await holdBefore(receiver.page, giver.page, () => came.isVisible());
  await agree(giver, receiver);
  await receiver.page.context().setOffline(false);
  await receiver.sendNow();
  await expect.poll(() => total(server)).toBe(before + 2);
  // The first one wakes: it brings nothing twice, and sees that the other one has the round.
  await giver.page.context().setOffline(false);
  await giver.sendNow();
  await giver.tap('Retour');
  await expect(giver.page.getByText('L’autre tablette l’a bien reçue.')).toBeVisible({ timeout: 30_000 });
  await expect(giver.button('Reprendre la main')).toHaveCount(0);
  expect(await total(server)).toBe(before + 2);
  await giver.page.context().close();
  await receiver.page.context().close();
});

test('a courier reads a sealed outbox from a screen with Chromium’s fake camera', async ({
  browser,
  server,
  tablet,
}) => {
  test.setTimeout(300_000);
  await tablet.enrol(await server.enrolmentLink('Filmée'));
  await tablet.depart();
  const before = await total(server);
  await tablet.page.context().setOffline(true);
  await tablet.count({ Hommes: 2 });
  await tablet.count({ Femmes: 1 });
  await tablet.tap('Verrouiller');
  await tablet.tap(/à envoyer|Envoi…/);
  await tablet.tap('Montrer ce qui reste en codes QR');
  const codes = tablet.page.locator('canvas[data-codes]');
  await expect(codes).not.toHaveAttribute('data-codes', '0');
  await look(tablet.page, 'send, locked, codes');
  const number = Number(await codes.getAttribute('data-codes'));
  expect(number).toBeGreaterThan(1);
  await tablet.tap('Arrêter sur un code');
  const greys: Uint8Array[] = [];
  for (let at = 0; at < number; at += 1) {
    const url = await codes.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    greys.push(await greyOf(tablet.page, url, 0, CODE_SIDE_PX));
    await tablet.tap('Code suivant');
  }
  // Backwards, for the order is not to matter.
  greys.reverse();
  const folder = mkdtempSync(join(tmpdir(), 'maraude-film-'));
  const file = join(folder, 'codes.y4m');
  writeFileSync(file, film(greys, CODE_SIDE_PX));
  const courier = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...CHROMIUM_FLAGS,
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${file}`,
    ],
  });
  try {
    const context = await courier.newContext({ ...OPTIONS, locale: 'fr-FR' });
    const carrying = new Tablet(await context.newPage());
    await carrying.enrol(await server.enrolmentLink('Porteuse à l’œil'));
    await carrying.tap(/Tout est envoyé/);
    await carrying.tap('Lire les codes d’une autre tablette');
    await expect(carrying.page.locator('[data-carried="Filmée"]')).toContainText('au serveur', {
      timeout: 120_000,
    });
    await expect.poll(() => total(server)).toBe(before + 2);
  } finally {
    await courier.close();
    rmSync(folder, { recursive: true, force: true });
  }
  expect(browser.isConnected()).toBe(true);
});
