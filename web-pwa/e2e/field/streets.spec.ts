/** Streets are ticked as walked with no server and no network; the console counts coverage on them. */
import { existsSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Tonight } from '../../src/core/generated/console';
import { logIn } from './console';
import { look } from './look';
import { HERE, Server } from './server';
import { Tablet, expect, test } from './tablet';

const SQUARE = '/api/gazetteer/77_872';
const LOOK = process.env['LOOK'];

/** Fourteen invented streets of the tests' sector, one twice as long as the others. */
const STREETS = [
  'Avenue du Maréchal Folch',
  'Boulevard des Figuiers',
  'Chemin du Moulin Bas',
  'Cours des Arbousiers',
  'Impasse Saint-Évariste',
  'Passage du Lavoir',
  'Place du Marché aux Figues',
  'Quai du Ruisselet',
  'Rue de la Treille',
  'Rue des Cigales',
  'Rue du Four Banal',
  'Rue Longue',
  'Rue Saint-Évariste',
  'Traverse des Lilas',
] as const;
const LONG = 'Rue Longue';

async function importStreets(server: Server): Promise<void> {
  const { longitude, latitude } = HERE;
  const features = STREETS.map((nom, at) => {
    const north = latitude - 0.003 + at * 0.0004;
    const east = longitude - 0.003;
    const length = nom === LONG ? 0.005 : 0.0025;
    return {
      type: 'Feature',
      properties: { code: String(at), nom },
      geometry: { type: 'LineString', coordinates: [[east, north], [east + length, north]] },
    };
  });
  const geojson = JSON.stringify({ type: 'FeatureCollection', features });
  await server.api('POST', '/api/layers/street', { code: 'code', name: 'nom', geojson });
}

async function sectorOf(server: Server): Promise<Tonight['sectors'][number]> {
  const { sectors } = await server.api<Tonight>('GET', `${server.at()}/tonight`);
  const found = sectors.find(({ code }) => code === server.sectorCode);
  if (!found) throw new Error('the sector is not on the board');
  return found;
}

test('streets ticked offline, one by one and all at once, are taken back, kept and counted', async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const server = await Server.prepared(12);
  const context = await browser.newContext({ geolocation: HERE, permissions: ['geolocation'] });
  try {
    await importStreets(server);
    const tablet = new Tablet(await context.newPage());
    const { page } = tablet;
    const square = page.waitForResponse((reply) => reply.url().endsWith(SQUARE));
    await tablet.enrol(await server.enrolmentLink('Tablette qui coche'));
    expect((await square).ok()).toBe(true);
    await expect(page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
    await tablet.depart(server.sectorCode);
    await tablet.keptOffline();
    await server.kill();

    const told = page.locator('[data-streets-told]');
    const tick = (name: string) => page.getByRole('checkbox', { name: new RegExp(`^${name}`) });
    await tablet.tap('Rues parcourues');
    await expect(told).toContainText('0 sur 14 rues');
    await look(page, 'streets, none');
    await tick('Rue de la Treille').check({ force: true });
    await expect(told).toContainText('1 sur 14 rues');
    await page.getByLabel('Chercher une rue').fill('st evariste');
    await expect(page.getByText('Aucune rue de ce nom')).toBeVisible();
    await page.getByLabel('Chercher une rue').fill('évariste');
    await expect(page.getByRole('list', { name: 'Rues du secteur' }).getByRole('checkbox')).toHaveCount(2);
    await tick('Rue Saint-Évariste').check({ force: true });
    await page.getByLabel('Chercher une rue').fill('');
    await look(page, 'streets, two of fourteen');

    // A dead battery takes nothing away that was ticked.
    await page.reload();
    await tablet.unlock();
    await tablet.tap('Rues parcourues');
    await expect(told).toContainText('2 sur 14 rues');
    await expect(tick('Rue de la Treille')).toBeChecked();
    await expect(tick(LONG)).not.toBeChecked();
    await tablet.tap('Toutes');
    await expect(told).toContainText('14 sur 14 rues');
    await expect(told).toContainText('(100 %)');
    await tablet.tap('Annuler');
    await expect(told).toContainText('2 sur 14 rues');
    await expect(told).toContainText('Dernier geste annulé.');
    await page.getByText('Pas encore parcourues seulement').click();
    await expect(page.getByRole('list', { name: 'Rues du secteur' }).getByRole('checkbox')).toHaveCount(12);
    await look(page, 'streets, left');
    await tablet.tap('Retour');

    // Saying « en entier » with twelve streets left is said aloud, and is not what is counted.
    await tablet.tap('Fin de maraude');
    await expect(told).toContainText('2 sur 14 rues');
    await tablet.choose('en entier');
    await expect(page.getByText('Vous dites « en entier »')).toBeVisible();
    await look(page, 'finish, streets left');
    await tablet.choose('Nous avons cherché');
    await tablet.tap('Terminer la maraude');
    await expect(page.getByText('Cette maraude est terminée.')).toBeVisible();
    await server.start();
    await tablet.sendNow();
    expect(await sectorOf(server)).toMatchObject({
      state: 'partial',
      coverage: 'partial',
      answered: 'full',
      nobody: true,
    });

    await tablet.tap('Retour');
    await tablet.tap('Rouvrir cette maraude');
    await tablet.tap('Rues parcourues');
    await tablet.tap('Toutes');
    await expect(told).toContainText('14 sur 14 rues');
    await tablet.tap('Retour');
    await tablet.tap('Fin de maraude');
    await tablet.choose('Nous avons cherché');
    await tablet.choose('en entier');
    await expect(page.getByText('Vous dites « en entier »')).toHaveCount(0);
    await tablet.tap('Terminer la maraude');
    await tablet.sendNow();
    const whole = await sectorOf(server);
    expect(whole).toMatchObject({ state: 'covered', coverage: 'full', nobody: true });
    expect(whole.walked_m).toBe(whole.streets_m);

    const console_ = await context.newPage();
    await logIn(console_, server);
    await console_.getByText('Nuit d’essai').first().click();
    await console_.getByRole('navigation', { name: 'Écrans de la campagne' }).getByRole('link', { name: 'Ce soir' }).click();
    const row = console_.getByRole('row', { name: new RegExp(server.sectorCode) }).filter({ hasText: 'fait, personne' });
    await expect(row).toContainText('(100 %)');
    await console_.getByRole('navigation', { name: 'Écrans de la campagne' }).getByRole('link', { name: 'Indicateurs' }).click();
    const walked = console_.locator('[data-indicator="sectors"]');
    await expect(walked.locator(`[data-sector="${server.sectorCode}"]`)).toContainText('Parcouru, personne');
    await expect(walked.locator(`[data-sector="${server.sectorCode}"]`)).toContainText('100');
    await expect(walked.locator('tbody tr').filter({ hasText: 'Pas visité' })).toHaveCount(1);
    const { violations } = await new AxeBuilder({ page: console_ }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    if (LOOK && existsSync(LOOK)) {
      await walked.screenshot({ path: `${LOOK}/console-sectors-walked.png` });
      await console_.goBack();
      await expect(row).toBeVisible();
      await console_.screenshot({ path: `${LOOK}/console-tonight-streets.png`, fullPage: true });
    }
  } finally {
    await context.close();
    server.remove();
  }
});

test('without a layer of streets the screen says so, and the answer of the team holds', async ({
  browser,
}) => {
  const server = await Server.prepared(13);
  const context = await browser.newContext({ geolocation: HERE, permissions: ['geolocation'] });
  try {
    const tablet = new Tablet(await context.newPage());
    await tablet.enrol(await server.enrolmentLink('Tablette sans rues'));
    await expect(tablet.page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
    await tablet.depart(server.sectorCode);
    await tablet.tap('Rues parcourues');
    await expect(tablet.page.getByText('ne sont pas sur la tablette')).toBeVisible();
    await look(tablet.page, 'streets, no layer');
    await tablet.tap('Retour');
    await tablet.tap('Fin de maraude');
    await expect(tablet.page.locator('[data-streets-told]')).toHaveCount(0);
    await tablet.choose('en entier');
    await tablet.tap('Terminer la maraude');
    await tablet.sendNow();
    expect(await sectorOf(server)).toMatchObject({
      state: 'covered',
      coverage: 'full',
      walked_m: null,
      streets_m: null,
    });
  } finally {
    await context.close();
    server.remove();
  }
});
