/**
 * The main line, end to end, on the real server: enrolled, out of network with the server dead, 25
 * observations of every kind, the browser killed in the middle of a save, everything back, sent
 * while locked, seen by the coordination without a reload, a double decided, a release built, and
 * its file looked into.
 *
 * The night around it is walked by simulated tablets through the same sync: a release above its
 * thresholds needs a city.
 */
import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import type { Doubles, ObservationDetail, ObservationPage } from '../src/core/generated/console';
import { noFault } from './console/look';
import { screen, step } from './console/served';
import { OwnBrowser } from './field/browser';
import { Server } from './field/server';
import { Tablet, expect, test } from './field/tablet';
import { faultsOf, shownIn, type PublishedMap, type Secret } from './published';

const OBSERVATIONS = 25;
/** Any seed will do: nothing below is read from one night. */
const SEED = 7;
/** The browser dies this long after "Enregistrer" is touched. */
const KILLED_AFTER_MS = 60;

/** One observation of each kind in turn; each ends on the home screen, shown as saved. */
async function observe(tablet: Tablet, number: number): Promise<void> {
  switch (number % 6) {
    case 0:
      return tablet.count({ Hommes: 1 + (number % 3), Femmes: number % 2 });
    case 1:
      return tablet.count({ Hommes: 1 });
    case 2:
      return tablet.noContact('Endormi');
    case 3:
      return tablet.interview();
    case 4:
      return tablet.site(number);
    default:
      return tablet.partner();
  }
}

/** Lines that were shown as saved and are not there any more, each as often as it is missing. */
function lost(shown: readonly string[], kept: readonly string[]): string[] {
  const left = [...kept];
  return shown.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

async function killedInTheMiddleOfASave(tablet: Tablet, browser: OwnBrowser): Promise<void> {
  await tablet.tap('Comptage');
  await tablet.tap('Hommes : un de plus');
  await tablet.choose('Rue, trottoir');
  await Promise.race([
    tablet.button(/^Enregistrer/).click({ noWaitAfter: true }),
    new Promise((done) => setTimeout(done, KILLED_AFTER_MS)),
  ]).catch(() => undefined);
  await browser.kill();
}

async function editedAndUndone(tablet: Tablet): Promise<void> {
  await tablet.tap(/Voir les \d+ observations/);
  await tablet.entries().last().click();
  await tablet.tap('Modifier');
  await tablet.tap('Hommes : un de plus');
  await tablet.tap(/^Enregistrer/);
  await expect(tablet.title('2 personnes')).toBeVisible();
  await tablet.tap('Retirer');
  await tablet.tap('Erreur de saisie');
  await expect(tablet.button('Reprendre cette observation')).toBeVisible();
  await tablet.page.getByRole('button', { name: /^Annuler/ }).click();
  await expect(tablet.button('Modifier')).toBeVisible();
  await tablet.tap('Retour');
}

async function openConsole(page: Page, server: Server): Promise<void> {
  await page.goto(`${server.base}/console`);
  await page.getByLabel('Nom du compte').fill(server.account);
  await page.getByLabel('Mot de passe').fill(server.password);
  await page.getByRole('button', { name: 'Entrer' }).click();
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await expect(page.getByRole('heading', { name: 'Ce soir' })).toBeVisible();
  // It is gone if the page is ever loaded again.
  await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));
}

async function seenSoFar(server: Server): Promise<ObservationPage['rows']> {
  const rows: ObservationPage['rows'] = [];
  for (;;) {
    const path = `${server.at()}/observations?offset=${rows.length}`;
    const page = await server.api<ObservationPage>('GET', path);
    rows.push(...page.rows);
    if (page.rows.length === 0 || rows.length >= page.total) return rows;
  }
}

async function secretsOf(server: Server): Promise<Secret[]> {
  const secrets: Secret[] = [];
  for (const { id } of await seenSoFar(server)) {
    const path = `${server.at()}/observations/${id}`;
    const { position } = await server.api<ObservationDetail>('GET', path);
    if (position) secrets.push({ id, ...position });
  }
  return secrets;
}

/** The first pair is held to be one person; the two observations then are one cluster. */
async function decideOneDouble(page: Page, server: Server): Promise<void> {
  await screen(page, 'Doublons');
  await expect(page.locator('[data-pair]')).toBeVisible();
  const { queue } = await server.api<Doubles>('GET', `${server.at()}/doubles`);
  const [pair] = queue;
  if (!pair) throw new Error('no pair to decide');
  await page.keyboard.press('m');
  await expect(page.locator('[data-decision]').first()).toContainText('même');
  const both = [pair.one.observation.id, pair.other.observation.id];
  await expect
    .poll(async () => {
      const rows = (await seenSoFar(server)).filter(({ id }) => both.includes(id));
      return rows.map(({ cluster_size }) => cluster_size >= 2);
    })
    .toEqual([true, true]);
}

async function consolidated(page: Page): Promise<string> {
  await screen(page, 'Préparer');
  await step(page, 'Ouverture');
  await page.getByRole('button', { name: 'Verrouiller la campagne' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Verrouiller la campagne' }).click();
  await expect(page.getByText(/^La campagne est verrouillée/).first()).toBeVisible();
  await screen(page, 'Diffusion');
  await page.getByRole('button', { name: 'Construire la consolidée' }).click();
  await expect(page.getByRole('heading', { name: /telle que publiée$/ })).toBeVisible();
  await previewIsFreeOfFaults(page);
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Carte (GeoJSON)' }).click();
  return (await waiting).path();
}

/** The checks themselves are checked: a file with each fault planted is refused. */
function expectFaultsFound(map: PublishedMap, secrets: readonly Secret[]): void {
  const spoiled = (change: (map: PublishedMap) => void): string[] => {
    const copy = structuredClone(map);
    change(copy);
    return faultsOf(copy, secrets);
  };
  const set = (level: string, properties: object) => (copy: PublishedMap) => {
    const found = copy.features.find(
      ({ properties: { level: at, subject } }) => at === level && subject === 'street',
    );
    if (!found) throw new Error(`no street figure of a ${level}`);
    Object.assign(found.properties, { rounded_to: undefined }, properties);
  };
  const [secret] = secrets;
  if (!secret) throw new Error('no observation has a place');
  expect(spoiled(set('quartier', { figure: 4 })).join()).toContain('4 street in quartier');
  expect(spoiled(set('leaf', { figure: 10 })).join()).toContain('10 street in leaf');
  expect(spoiled(set('leaf', { subject: 'squat' })).join()).toContain('squat at leaf');
  expect(spoiled(set('commune', { team: 'E01' })).join()).toContain('tells team');
  expect(spoiled(set('commune', { name: secret.id })).join()).toContain('names observation');
  const drawn = spoiled((copy) => {
    const corner = [secret.longitude, secret.latitude];
    for (const { geometry } of copy.features.slice(0, 1)) geometry.coordinates = [[[corner]]];
  });
  expect(drawn.join()).toContain('draws the place of an observation');
}

test('a night from the first tap to the published map', async ({ page }) => {
  test.setTimeout(900_000);
  const server = await Server.withNight(12, SEED);
  const browser = new OwnBrowser(server.here);
  try {
    let tablet = new Tablet(await browser.start(server.base));
    await tablet.enrol(await server.enrolmentLink('Tablette de nuit'));
    await tablet.depart(server.sectorCode);
    await tablet.keptOffline();
    await expect(tablet.button('Tout est envoyé')).toBeVisible({ timeout: 30_000 });
    const before = (await seenSoFar(server)).length;
    await openConsole(page, server);
    const street = page.locator('[data-figure="street"]');
    const shownBefore = await street.innerText();

    await server.kill();
    await tablet.page.reload();
    await tablet.unlock();
    for (let number = 0; number < OBSERVATIONS; number += 1) {
      await observe(tablet, number);
      await expect(tablet.counted()).toHaveText(String(number + 1));
    }
    await editedAndUndone(tablet);
    const shown = await tablet.listed();
    expect(shown).toHaveLength(OBSERVATIONS);
    for (const line of shown) expect(line).toContain('sur la tablette');
    await killedInTheMiddleOfASave(tablet, browser);

    tablet = new Tablet(await browser.start(server.base));
    await tablet.page.goto(server.base);
    await tablet.unlock();
    await tablet.leaveForm();
    await tablet.showAll();
    const kept = await tablet.listed();
    expect(lost(shown, kept)).toEqual([]);
    const without = kept.filter((line) => line !== shown[3]);
    expect(lost(shown, without), 'a lost line would be told').toContain(shown[3]);
    await tablet.tap('Verrouiller');

    await server.start();
    await expect(tablet.title('Déverrouiller')).toBeVisible();
    await tablet.sendNow();
    await expect(tablet.title('Envoi')).toBeVisible();
    await expect(tablet.page.locator('.code').first()).toHaveText(/\w{4}/);
    await expect(street).not.toHaveText(shownBefore, { timeout: 60_000 });
    expect(await seenSoFar(server)).toHaveLength(before + kept.length);
    await screen(page, 'Observations');
    await page.getByLabel('Équipe').selectOption('E99');
    await expect(page.locator('tr[data-observation]')).toHaveCount(kept.length);

    await decideOneDouble(page, server);
    const file = await consolidated(page);
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);

    const map = JSON.parse(await readFile(file, 'utf8')) as PublishedMap;
    const secrets = await secretsOf(server);
    expect(secrets.length).toBeGreaterThan(before);
    expect(map.maraude).toMatchObject({ stage: 'consolidated', exercise: true });
    expect(faultsOf(map, secrets)).toEqual([]);
    expectFaultsFound(map, secrets);
    server.run(['release', 'verify', file]);
    await expectItHoldsTheNight(map, server);
  } finally {
    await browser.remove();
    server.remove();
  }
});

/** The preview of a whole release, tables and all, in the three themes. */
async function previewIsFreeOfFaults(page: Page): Promise<void> {
  await expect(page.getByRole('table').nth(1)).toBeVisible();
  await noFault(page, 'preview');
}

/** The perimeter's figure is the console's; each level has something to show. */
async function expectItHoldsTheNight(map: PublishedMap, server: Server): Promise<void> {
  const { figures } = await server.api<{ figures: { street_distinct: number } }>(
    'GET',
    `${server.at()}/tonight`,
  );
  const streets = shownIn(map).filter(({ subject, figure }) => subject === 'street' && figure);
  const whole = streets.find(({ level }) => level === 'perimeter');
  if (!whole) throw new Error('the perimeter has no figure');
  const outside = (await seenSoFar(server))
    .filter(({ outliers }) => outliers.includes('outside'))
    .reduce((sum, { heads }) => sum + heads.at_most, 0);
  const left = figures.street_distinct - (whole.figure ?? 0);
  expect(left).toBeGreaterThan(-whole.roundedTo);
  expect(left).toBeLessThan(whole.roundedTo + outside);
  for (const level of ['commune', 'quartier', 'leaf']) {
    expect(streets.filter((one) => one.level === level), level).not.toEqual([]);
  }
}
