/** A place is looked for by what a team types, with no server and no network. */
import { look } from './look';
import { HERE, Server } from './server';
import { Tablet, expect, test } from './tablet';

/** So many that a field to find one is offered. */
const MANY_SECTORS = 7;
const SQUARE = '/api/gazetteer/77_872';

const feature = (code: string, name: string, geometry: object): object => ({
  type: 'Feature',
  properties: { code, nom: name },
  geometry,
});

/** Two invented streets that cross, and a landmark, in the tests' sector. */
async function importPlaces(server: Server): Promise<void> {
  const { longitude: x, latitude: y } = HERE;
  const line = (dx: number, dy: number): object => ({
    type: 'LineString',
    coordinates: [
      [x - dx, y - dy],
      [x, y],
      [x + dx, y + dy],
    ],
  });
  const layers = {
    street: [
      feature('1', 'Rue Saint-Évariste', line(0.001, 0)),
      feature('2', 'Avenue du Maréchal Folch', line(0, 0.001)),
    ],
    landmark: [feature('3', 'Pont de Sernan', { type: 'Point', coordinates: [x + 0.001, y] })],
  };
  for (const [kind, features] of Object.entries(layers)) {
    const geojson = JSON.stringify({ type: 'FeatureCollection', features });
    await server.api('POST', `/api/layers/${kind}`, { code: 'code', name: 'nom', geojson });
  }
}

test('a place typed without network is found, chosen and sent as it is named', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const server = await Server.prepared(10);
  const context = await browser.newContext({ geolocation: HERE, permissions: ['geolocation'] });
  try {
    await importPlaces(server);
    for (let at = 1; at <= MANY_SECTORS; at += 1) await server.addSector(`N0${at}`, 3.88 + at / 50);
    const tablet = new Tablet(await context.newPage());
    const square = tablet.page.waitForResponse((reply) => reply.url().endsWith(SQUARE));
    await tablet.enrol(await server.enrolmentLink('Tablette qui cherche'));
    expect((await square).ok()).toBe(true);
    await expect(tablet.page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
    await tablet.tap(/Choisir le secteur/);
    await tablet.page.getByLabel('Chercher un secteur').fill('n04');
    await expect(tablet.page.locator('input[name=sector]')).toHaveCount(3);
    await look(tablet.page, 'start, many sectors');
    await tablet.tap('Partir');
    await expect(tablet.title(/T01/)).toBeVisible();
    await tablet.keptOffline();
    await server.kill();
    await tablet.page.reload();
    await tablet.unlock();

    await tablet.tap('Comptage');
    await tablet.tap('Corriger');
    const place = tablet.page.getByLabel('Écrire le lieu');
    const suggestions = tablet.page.getByRole('list', { name: 'Lieux proposés' });
    await place.fill('ss pt sernant');
    await expect(suggestions.getByRole('button').first()).toHaveText(/Pont de Sernan\s+repère/);
    await look(tablet.page, 'places proposed');
    await place.fill('xyzzy qwrtz');
    await expect(suggestions).toBeHidden();
    await place.fill('angle folch et st evariste');
    await suggestions.getByRole('button', { name: /croisement/ }).first().click();
    await expect(place).toHaveValue(/Avenue du Maréchal Folch/);
    await expect(tablet.page.getByText('Lieu choisi.')).toBeVisible();
    const chosen = await place.inputValue();

    await tablet.tap('Hommes : un de plus');
    await tablet.choose('Rue, trottoir');
    await tablet.tap(/^Enregistrer/);
    await expect(tablet.page.getByText('Enregistré sur cette tablette.')).toBeVisible();
    await server.start();
    await tablet.sendNow();
    const { rows } = await server.api<{ rows: { id: string }[] }>(
      'GET',
      `${server.at()}/observations`,
    );
    expect(rows).toHaveLength(1);
    const received = await server.api<{ typed_place: string | null }>(
      'GET',
      `${server.at()}/observations/${rows[0]?.id}`,
    );
    expect(received.typed_place).toBe(chosen);
  } finally {
    await context.close();
    server.remove();
  }
});
