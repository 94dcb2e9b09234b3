/** A background map is supplied from the console, kept on the tablet, and drawn without network. */
import { inventedArchive } from './archive';
import { look } from './look';
import { HERE, Server } from './server';
import { Tablet, expect, test } from './tablet';

const CREDIT = '© Une carte inventée';

test('a supplied background map is kept on the tablet and drawn with no server', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const server = await Server.prepared(12);
  const context = await browser.newContext({ geolocation: HERE, permissions: ['geolocation'] });
  try {
    const archive = inventedArchive(HERE, CREDIT);
    await server.supplyBackground(archive);
    const page = await context.newPage();
    const tablet = new Tablet(page);
    await tablet.enrol(await server.enrolmentLink('Tablette avec fond de carte'));
    await expect(page.getByText(/Fond de carte : pas sur cette tablette/)).toBeVisible();
    await look(page, 'before leaving, background map offered');
    await page.getByRole('button', { name: 'Charger le fond de carte' }).click();
    await expect(page.getByText('Fond de carte : sur cette tablette.')).toBeVisible();
    await tablet.depart();
    await tablet.keptOffline();
    await server.kill();
    await page.reload();
    await tablet.unlock();

    await tablet.tap(/^Carte/);
    await expect(page.getByText(CREDIT)).toBeVisible();
    const canvas = page.locator('canvas.maplibregl-canvas');
    await expect(canvas).toBeVisible();
    // Streets of the archive lie on the ground: more than the few colours of a bare sector.
    await expect
      .poll(async () => (await canvas.screenshot()).byteLength, { timeout: 30_000 })
      .toBeGreaterThan(20_000);
    await page.screenshot({ path: test.info().outputPath('background.png') });
  } finally {
    await context.close();
    server.remove();
  }
});

test('without a background map nothing is offered and the imported layers are drawn', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const server = await Server.prepared(14);
  const context = await browser.newContext({ geolocation: HERE, permissions: ['geolocation'] });
  try {
    const page = await context.newPage();
    const tablet = new Tablet(page);
    await tablet.enrol(await server.enrolmentLink('Tablette sans fond de carte'));
    await expect(page.getByText(/Fond de carte/)).toHaveCount(0);
    await tablet.depart();
    await tablet.tap(/^Carte/);
    await expect(page.locator('canvas.maplibregl-canvas')).toBeVisible();
    await expect(page.getByText(CREDIT)).toHaveCount(0);
  } finally {
    await context.close();
    server.remove();
  }
});
