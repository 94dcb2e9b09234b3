/** The tablet itself: locked and back at the same place, closed, given to another night, never silent. */
import type { BrowserContextOptions } from '@playwright/test';
import { ShiftedClock } from './clock';
import { look } from './look';
import { HERE } from './server';
import { PIN, Tablet, expect, test } from './tablet';

const WRONG_PIN = PIN.split('').reverse().join('');
const STANDING: BrowserContextOptions = {
  geolocation: HERE,
  permissions: ['geolocation'],
  hasTouch: true,
};

/** The page goes to the background, as a press on the power button does it, and comes back. */
async function leaveAndComeBack(tablet: Tablet): Promise<void> {
  await tablet.page.evaluate(() => {
    const set = (state: string): void => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    set('hidden');
    setTimeout(() => set('visible'), 300);
  });
}

test('out of sight it locks at once, and one PIN brings back the map, the list and the form', async ({
  server,
  tablet,
}) => {
  await tablet.enrol(await server.enrolmentLink('Tablette en poche'));
  await tablet.depart();
  await tablet.tap(/^Carte ·/);
  await tablet.tap('Liste');
  await leaveAndComeBack(tablet);
  await tablet.unlock();
  await expect(tablet.page.getByText('SQ-04')).toBeVisible();
  await tablet.tap('Retour');

  await tablet.tap('Questionnaire');
  await tablet.choose('Oui');
  await tablet.card('Cette nuit');
  await tablet.choose('Non');
  await tablet.card('Lieu');
  await tablet.choose('Parc, jardin');
  await leaveAndComeBack(tablet);
  await tablet.unlock();
  await tablet.card('Lieu');
  await expect(tablet.page.getByRole('radio', { name: 'Parc, jardin' })).toBeChecked();
  await tablet.toRecap();
  await tablet.tap('Verrouiller');
  await tablet.unlock();
  await expect(tablet.title('Récapitulatif')).toBeVisible();
  // A question in front of everything does not hide Urgence, and the form waits behind.
  await tablet.tap('Retour');
  await tablet.tap('Quitter');
  await tablet.page.getByRole('dialog').getByRole('button', { name: 'Urgence' }).click();
  await expect(tablet.page.locator('a.call[href="tel:115"]')).toBeVisible();
  await tablet.tap('Retour');
  await expect(tablet.title('À l’équipe : note')).toBeVisible();
});

test('it locks after its campaign’s minutes; a clock set forward shortens no wait for a PIN', async ({
  browser,
  server,
}) => {
  const context = await browser.newContext({ ...STANDING, serviceWorkers: 'block' });
  const clock = await ShiftedClock.over(context);
  const tablet = new Tablet(await context.newPage());
  await tablet.enrol(await server.enrolmentLink('Tablette posée'));
  await tablet.depart();
  await tablet.tap('Comptage');
  await clock.forward(tablet.page, 4 * 60_000);
  await tablet.page.waitForTimeout(1_500);
  await expect(tablet.title('Comptage')).toBeVisible();
  await clock.forward(tablet.page, 70_000);

  for (let left = 9; left >= 5; left -= 1) {
    await tablet.waitForKeypad();
    await tablet.typePin(WRONG_PIN);
    await expect(tablet.page.getByText(`Encore ${left} essais`)).toBeVisible({ timeout: 30_000 });
  }
  await look(tablet.page, 'locked, waiting');
  // The keypad believes the clock, the core does not: nothing is tried.
  await clock.setForward(tablet.page, 3 * 3_600_000);
  await tablet.waitForKeypad();
  await tablet.typePin(WRONG_PIN);
  await expect(tablet.page.getByText(/Patientez \d+ s/)).toBeVisible();
  await expect(tablet.button('1')).toBeDisabled();
  await expect(tablet.page.getByText('Encore 5 essais')).toBeVisible();
  // Negative control: once the minute has really passed, a try counts.
  await clock.forward(tablet.page, 61_000);
  await tablet.waitForKeypad();
  await tablet.typePin(WRONG_PIN);
  await expect(tablet.page.getByText('Encore 4 essais')).toBeVisible({ timeout: 30_000 });
  await context.close();
});

test('a withdrawn tablet says so, and a new code puts it to work; so does another campaign', async ({
  server,
  tablet,
}) => {
  await tablet.enrol(await server.enrolmentLink('Tablette retirée'));
  await tablet.depart();
  await tablet.count({ Hommes: 1 });
  await expect(tablet.button('Tout est envoyé')).toBeVisible({ timeout: 30_000 });
  await server.revoke('Tablette retirée');
  await tablet.tap('Tout est envoyé');
  await tablet.tap('Envoyer maintenant');
  await expect(tablet.title('Tablette fermée')).toBeVisible({ timeout: 30_000 });
  await expect(tablet.page.getByText('La coordination a retiré cette tablette')).toBeVisible();
  await expect(tablet.page.getByText('Trop de codes faux')).toHaveCount(0);
  await expect(tablet.page.getByText('a été révoquée')).toHaveCount(0);
  await look(tablet.page, 'closed');
  await tablet.tap('Enrôler à nouveau cette tablette');
  await look(tablet.page, 'enrol again');
  await tablet.page.getByLabel('Code ou lien').fill(await server.enrolmentLink('Tablette reprise'));
  await tablet.tap('Enrôler la tablette');
  await tablet.choosePin();

  // The exercise is over: the same tablet joins another campaign by a link opened on it.
  await tablet.depart();
  await server.kill();
  await tablet.count({ Hommes: 1 });
  await tablet.tap('Réglages');
  await tablet.tap('Enrôler à nouveau cette tablette');
  await expect(tablet.page.getByText(/reste(nt)? à envoyer d’abord/)).toBeVisible();
  await look(tablet.page, 'enrol again, unsent');
  await server.start();
  // It may have sent by itself meanwhile: then the button is gone.
  const sent = tablet.page.getByText('rien ne sera perdu');
  await tablet.button('Envoyer maintenant').or(sent).first().click();
  await expect(sent).toBeVisible({ timeout: 60_000 });
  const link = await server.linkOfAnotherCampaign('Nuit suivante');
  await tablet.page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await expect(tablet.page.getByText('Un lien d’enrôlement a été ouvert')).toBeVisible();
  await look(tablet.page, 'enrol again, link opened');
  await tablet.tap('Enrôler la tablette');
  await tablet.choosePin();
  await expect(tablet.page.getByText('Nuit suivante')).toBeVisible();
  await expect(tablet.page.getByText('Maraudes de cette tablette')).toHaveCount(0);
  await tablet.tap(/Choisir le secteur/);
  await look(tablet.page, 'start, no plan');
});

test('Urgence and settings answer where the app cannot start', async ({ server, tablet }) => {
  await tablet.enrol(await server.enrolmentLink('Tablette doublée'));
  const second = new Tablet(await tablet.page.context().newPage());
  await second.page.goto(server.base);
  await expect(second.title('Déjà ouverte dans un autre onglet')).toBeVisible();
  await second.tap('Urgence');
  await expect(second.page.locator('a.call[href="tel:115"]')).toBeVisible();
  await expect(second.page.locator('a.call[href="tel:0499000000"]')).toBeVisible();
  await second.tap('Retour');
  await second.tap('Réglages');
  await look(second.page, 'settings, no core');
  await second.tap('Retour');
  await second.tap('Continuer ici');
  await second.unlock();
  await expect(tablet.title('Maraude continue dans un autre onglet')).toBeVisible();
  await look(tablet.page, 'handed over');
});

test('a part that does not come is said, and the list stands in for a map that cannot be drawn', async ({
  browser,
  server,
}) => {
  const context = await browser.newContext({ ...STANDING, serviceWorkers: 'block' });
  await context.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    const blind = function (this: HTMLCanvasElement, kind: string, ...more: unknown[]): unknown {
      return kind.startsWith('webgl') ? null : Reflect.apply(real, this, [kind, ...more]);
    };
    Object.assign(HTMLCanvasElement.prototype, { getContext: blind });
  });
  let answer: (() => void) | undefined;
  await context.route(/maraude_wasm_bg.*\.wasm/, async (route) => {
    await new Promise<void>((done) => (answer = done));
    await route.abort();
  });
  const tablet = new Tablet(await context.newPage());
  await tablet.page.goto(server.base);
  await expect(tablet.page.getByText('Ouverture de Maraude')).toBeVisible();
  await look(tablet.page, 'opening');
  await expect.poll(() => answer !== undefined).toBe(true);
  answer?.();
  await expect(tablet.title('L’application ne démarre pas')).toBeVisible({ timeout: 30_000 });
  await look(tablet.page, 'no core');
  await context.unrouteAll();
  await tablet.tap('Réessayer');
  await expect(tablet.title('Préparer cette tablette')).toBeVisible({ timeout: 30_000 });

  await tablet.enrol(await server.enrolmentLink('Tablette sans carte'));
  await tablet.depart();
  await tablet.tap(/^Carte ·/);
  await expect(tablet.page.getByText('La carte ne peut pas s’afficher')).toBeVisible();
  await expect(tablet.page.getByText('SQ-04')).toBeVisible();
  await look(tablet.page, 'map, not drawn');
  await context.close();
});

test('in a tab that forgets, installing is explained before the code is used', async ({
  browser,
  server,
}) => {
  const context = await browser.newContext({
    hasTouch: true,
    viewport: { width: 800, height: 1280 },
  });
  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'standalone', { value: false });
    Object.defineProperty(navigator, 'maxTouchPoints', { value: 5 });
  });
  const tablet = new Tablet(await context.newPage());
  const link = await server.enrolmentLink('iPad');
  await tablet.page.goto(link);
  await expect(tablet.title('Installer d’abord')).toBeVisible({ timeout: 30_000 });
  await expect(tablet.page.locator('.code')).toHaveText(new URL(link).hash.replace('#enrol=', ''));
  await look(tablet.page, 'install first');
  await tablet.tap(/Continuer dans cet onglet/);
  await tablet.choosePin();
  await expect(tablet.page.getByText('Cet appareil convient mal')).toBeVisible();
  await expect(tablet.page.getByText('installez l’application').first()).toBeVisible();
  // What is not good never reads as done.
  await expect(tablet.page.getByText('Position pas encore autorisée')).toBeVisible();
  await expect(tablet.page.getByText('Application pas installée')).toBeVisible();
  await look(tablet.page, 'before leaving, unsuitable');
  await context.close();
});
