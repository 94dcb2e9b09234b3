/**
 * Every screen of the tablet: no accessibility fault in three themes and two languages, targets
 * large enough for a glove, no request to another origin, a strict content policy.
 */
import { look } from './look';
import { HERE } from './server';
import { PIN, Tablet, expect, test } from './tablet';

const LANGUAGES = ['fr', 'en'] as const;

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
  "style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The screens' words that the walk below needs, by language. */
const WORDS = {
  fr: {
    choosePin: 'Choisir un code PIN',
    again: 'Encore une fois',
    before: 'Avant de partir',
    plan: /Plan de la campagne : \d/,
    sector: /Choisir le secteur/,
    leave: 'Partir',
    count: 'Comptage',
    plus: 'Hommes : un de plus',
    number: /Hommes : \d/,
    cancel: 'Annuler',
    correct: 'Corriger',
    onMap: /Placer sur la carte/,
    back: 'Retour',
    street: 'Rue, trottoir',
    save: /^Enregistrer/,
    saved: 'Enregistré sur cette tablette.',
    interview: 'Questionnaire',
    yes: 'Oui',
    next: 'Suivant',
    recap: 'Récapitulatif',
    quit: 'Quitter',
    erase: 'Effacer et quitter',
    noContact: 'Sans contact',
    site: /Squat, bidonville/,
    map: /^Carte ·/,
    list: 'Liste',
    withdraw: 'Retirer',
    other: 'Autre secteur',
    home: 'Retour à la maraude',
    unsent: /^(Tout est envoyé|\d+ à envoyer|Envoi…)$/,
    emergency: 'Urgence',
    settings: 'Réglages',
    finish: 'Fin de maraude',
    partly: 'en partie',
    lock: 'Verrouiller',
    unlock: 'Déverrouiller',
  },
  en: {
    choosePin: 'Choose a PIN',
    again: 'Once more',
    before: 'Before leaving',
    plan: /Campaign plan: \d/,
    sector: /Choose the sector/,
    leave: 'Leave',
    count: 'Count',
    plus: 'Men: one more',
    number: /Men: \d/,
    cancel: 'Cancel',
    correct: 'Correct',
    onMap: /Place on the map/,
    back: 'Back',
    street: 'Street, pavement',
    save: /^Save/,
    saved: 'Saved on this tablet.',
    interview: 'Interview',
    yes: 'Yes',
    next: 'Next',
    recap: 'Summary',
    quit: 'Leave',
    erase: 'Erase and leave',
    noContact: 'No contact',
    site: /Squat, shantytown/,
    map: /^Map ·/,
    list: 'List',
    withdraw: 'Take back',
    other: 'Another sector',
    home: 'Back to the round',
    unsent: /^(All sent|\d+ to send|Sending…)$/,
    emergency: 'Emergency',
    settings: 'Settings',
    finish: 'End of the round',
    partly: 'in part',
    lock: 'Lock',
    unlock: 'Unlock',
  },
} as const;

for (const language of LANGUAGES) {
  test(`every screen is free of faults, ${language}`, async ({ browser, server }) => {
    test.setTimeout(420_000);
    const context = await browser.newContext({
      geolocation: HERE,
      permissions: ['geolocation'],
      hasTouch: true,
      locale: language === 'fr' ? 'fr-FR' : 'en-GB',
    });
    await context.addInitScript((tongue) => {
      localStorage.setItem('maraude.preferences', JSON.stringify({ language: tongue }));
    }, language);
    const page = await context.newPage();
    const tablet = new Tablet(page);
    const words = WORDS[language];
    const elsewhere: string[] = [];
    const refused: string[] = [];
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== server.base) elsewhere.push(request.url());
    });
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) refused.push(message.text());
    });
    const seen = (where: string): Promise<void> => look(page, where, language);
    const title = async (name: string | RegExp): Promise<void> => {
      await expect(tablet.title(name)).toBeVisible({ timeout: 30_000 });
    };

    await page.goto(server.base);
    await expect(page.locator('#code')).toBeVisible();
    await seen('enrol');
    const link = await server.enrolmentLink(`Tablette ${language}`);
    await page.locator('#code').fill(link);
    await page.locator('button[type=submit]').click();
    await title(words.choosePin);
    // What is typed shows above the keys, however the tablet is held.
    await expect(page.locator('.dots')).toBeInViewport({ ratio: 1 });
    await seen('choose PIN');
    await tablet.typePin(PIN);
    await title(words.again);
    await tablet.typePin(PIN);
    await title(words.before);
    await expect(page.getByText(words.plan)).toBeVisible({ timeout: 30_000 });
    await seen('before leaving');
    await tablet.tap(words.sector);
    await seen('start');
    await tablet.tap(words.leave);
    await title(/T01/);
    await seen('home, empty');

    await tablet.tap(words.count);
    await tablet.tap(words.plus);
    await tablet.tap(words.plus);
    await seen('count');
    await tablet.tap(words.number);
    await seen('keypad');
    await tablet.tap(words.cancel);
    await page.locator('.fold').click();
    await tablet.tap(words.correct);
    await seen('count, unfolded');
    await tablet.tap(words.onMap);
    await expect(page.locator('.maplibregl-canvas')).toBeVisible({ timeout: 30_000 });
    await seen('pin');
    await tablet.tap(words.back);
    await tablet.choose(words.street);
    await tablet.tap(words.save);
    await expect(page.getByText(words.saved)).toBeVisible();
    await seen('home, one entry');

    await tablet.tap(words.interview);
    // What is asked is in sight beside what is read.
    for (const tile of await page.locator('label.tile').all()) {
      await expect(tile).toBeInViewport({ ratio: 1 });
    }
    await seen('read aloud');
    await tablet.choose(words.yes);
    for (let card = 2; card < 30; card += 1) {
      await page.waitForTimeout(400);
      await seen(`interview card ${card}`);
      const required = page.locator('label.tile').filter({ hasText: words.street });
      if (await required.count()) await required.first().click();
      if (await tablet.button(words.recap).count()) break;
      await tablet.tap(words.next);
    }
    await tablet.tap(words.recap);
    await seen('recap');
    await tablet.tap(words.save);
    await title(/T01/);
    await tablet.tap(words.noContact);
    await seen('no contact');
    await tablet.tap(words.quit);
    await title(/T01/);
    await tablet.tap(words.site);
    await seen('site');
    await tablet.choose('Squat');
    await page.waitForTimeout(300);
    await tablet.tap(words.quit);
    await seen('leaving');
    await tablet.tap(words.erase);
    await title(/T01/);

    await tablet.entries().first().click();
    await seen('entry');
    await tablet.tap(words.withdraw);
    await seen('withdraw');
    await tablet.tap(words.cancel);
    await tablet.tap(words.back);
    await tablet.tap(words.map);
    await expect(page.locator('.maplibregl-canvas')).toBeVisible({ timeout: 30_000 });
    await seen('map');
    await tablet.tap(words.list);
    await seen('list');
    await tablet.tap(words.back);
    await tablet.tap(words.other);
    await title(words.before);
    await seen('before leaving, rounds');
    await tablet.tap(words.home);
    await tablet.tap(words.unsent);
    await seen('send');
    await tablet.tap(words.back);
    await tablet.tap(words.finish);
    await tablet.choose(words.partly);
    await seen('finish');
    await tablet.tap(words.back);
    await tablet.tap(words.settings);
    await seen('settings');
    await tablet.tap(words.back);
    await tablet.tap(words.emergency);
    await seen('emergency');
    await tablet.tap(words.back);
    await tablet.tap(words.lock);
    await title(words.unlock);
    await tablet.typePin('999999');
    await page.waitForTimeout(1_500);
    await seen('wrong PIN');
    await tablet.tap(words.emergency);
    await seen('emergency, locked');
    const second = await context.newPage();
    await second.goto(server.base);
    await expect(second.getByRole('heading', { level: 1 })).toBeVisible();
    await look(second, 'second tab', language);

    expect(elsewhere).toEqual([]);
    expect(refused).toEqual([]);
    await context.close();
  });
}

test('the content policy is strict on every kind of file, and a missing one is a 404', async ({
  request,
  server,
}) => {
  const page = await request.get(`${server.base}/`);
  expect(page.headers()['content-security-policy']).toBe(POLICY);
  const html = await page.text();
  expect(html).not.toMatch(/style=|<style|<script(?![^>]*src=)/);
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
  for (const path of [...files, '/sw.js', '/manifest.webmanifest']) {
    const file = await request.get(`${server.base}${path}`);
    expect(file.status(), path).toBe(200);
    expect(file.headers()['content-security-policy'], path).toBe(POLICY);
    expect(file.headers()['x-content-type-options'], path).toBe('nosniff');
  }
  expect((await request.get(`${server.base}/assets/none.js`)).status()).toBe(404);
});
