// The README's pictures, taken from a running demo in the night theme.
import { expect, test } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Tablet } from './field/tablet';

const base = process.env['BASE_URL'] ?? 'http://localhost:8600';
const account = process.env['ACCOUNT'] ?? 'coordination';
const password = process.env['PASSWORD'] ?? 'nuit-de-demonstration';
const images = process.env['IMAGES'] ?? 'images';

test.use({ baseURL: base, viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });

interface Summary {
  id: string;
}

interface Plan {
  teams: { id: string; code: string }[];
  assignments: { team: string; sector: string }[];
  sectors: { id: string; code: string }[];
}

/** As `cargo xtask demo` enrols its tablet. */
const WAITING_TEAM = 'E07';

test('the console', async ({ page }) => {
  mkdirSync(images, { recursive: true });
  const shot = (name: string) => page.screenshot({ path: join(images, `${name}.png`) });
  const reply = await page.request.post(`${base}/api/login`, {
    data: { name: account, password },
    headers: { origin: base },
  });
  expect(reply.ok()).toBe(true);
  await page.goto('/console');
  await page.getByText('Nuit de la Solidarité').first().click();
  await page.getByRole('link', { name: 'Ce soir' }).or(page.getByRole('button', { name: 'Ce soir' })).first().click();
  await page.waitForTimeout(5_000);
  await shot('console-tonight');
  await page.getByRole('link', { name: /^Doublons/ }).or(page.getByRole('button', { name: /^Doublons/ })).first().click();
  await page.waitForTimeout(4_000);
  await shot('console-doubles');
  await page.getByRole('link', { name: /^Diffusion/ }).or(page.getByRole('button', { name: /^Diffusion/ })).first().click();
  await page.waitForTimeout(3_000);
  await shot('console-release');
});

test('the tablet', async ({ browser }) => {
  mkdirSync(images, { recursive: true });
  const context = await browser.newContext({
    viewport: { width: 800, height: 1280 },
    locale: 'fr-FR',
    permissions: ['geolocation'],
    geolocation: { longitude: 3.8884, latitude: 43.6062, accuracy: 12 },
  });
  const page = await context.newPage();
  const login = { data: { name: account, password }, headers: { origin: base } };
  expect((await page.request.post(`${base}/api/login`, login)).ok()).toBe(true);
  const campaigns = (await (await page.request.get(`${base}/api/campaigns`)).json()) as Summary[];
  const at = `${base}/api/campaigns/${campaigns[0]?.id ?? ''}`;
  const headers = { origin: base };
  const plan = (await (await page.request.get(at)).json()) as Plan;
  // The demo's own tablet is of the team that has not left yet.
  const team = plan.teams.find(({ code }) => code === WAITING_TEAM)?.id;
  const sent = plan.assignments.find((assignment) => assignment.team === team)?.sector;
  const sector = plan.sectors.find(({ id }) => id === sent);
  expect(sector).toBeDefined();
  const order = { label: 'Photographies', team };
  const made = await page.request.post(`${at}/enrolments`, { data: order, headers });
  const { code } = (await made.json()) as { code: string };
  const tablet = new Tablet(page);
  await tablet.enrol(`${base}/#enrol=${code}`);
  await expect(page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 60_000 });
  await page.screenshot({ path: join(images, 'tablet-departure.png') });
  await tablet.tap(/Choisir le secteur/);
  await tablet.tap('Partir');
  await expect(tablet.title(new RegExp(sector?.code ?? ''))).toBeVisible();
  await tablet.count({ Hommes: 2, Femmes: 1 });
  await tablet.noContact('Endormi');
  await tablet.count({ Hommes: 1 }, 'Parc, jardin');
  await page.waitForTimeout(7_000);
  await page.screenshot({ path: join(images, 'tablet-home.png') });
  await tablet.tap('Comptage');
  for (const label of ['Hommes', 'Hommes', 'Hommes', 'Femmes', 'Mineur·es']) {
    await tablet.tap(`${label} : un de plus`);
  }
  await tablet.choose('Rue, trottoir');
  await page.screenshot({ path: join(images, 'tablet-count.png') });
});
