/** Two letters, two letters and a year: asked at the coordination's order, read by nobody, forgotten on command. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { expect, test, Tablet } from './tablet';
import { HERE, Server } from './server';

const OFFICER = 'dora';

async function enter(page: Page, server: Server, account: string): Promise<void> {
  await page.goto(`${server.base}/console`);
  await page.getByLabel('Nom du compte').fill(account);
  await page.getByLabel('Mot de passe').fill(server.password);
  await page.getByRole('button', { name: 'Entrer' }).click();
}

async function sound(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
}

/** Goes on card by card until one has this title. */
async function goTo(tablet: Tablet, title: string): Promise<void> {
  for (let card = 0; card < 25; card += 1) {
    if ((await tablet.title(title).count()) > 0) return;
    const before = await tablet.title(/./).innerText();
    await tablet.page.locator('footer .button-primary').click();
    await expect(tablet.title(/./)).not.toHaveText(before);
  }
  throw new Error(`no card ${title}`);
}

async function consent(tablet: Tablet): Promise<void> {
  await tablet.tap('Questionnaire');
  await tablet.choose('Oui');
  await tablet.card('Cette nuit');
  await goTo(tablet, 'Lieu');
  await tablet.choose('Parc, jardin');
}

test('a campaign asks for letters and a year, nobody reads them, and its key is destroyed', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const server = await Server.prepared(7);
  const office = await browser.newContext({
    locale: 'fr-FR',
    viewport: { width: 1280, height: 800 },
  });
  const street = await browser.newContext({
    geolocation: HERE,
    permissions: ['geolocation'],
    hasTouch: true,
  });
  try {
    server.addAccount(OFFICER, 'dpo');
    const desk = await office.newPage();
    await enter(desk, server, server.account);
    await desk.getByText('Nuit d’essai').first().click();
    await desk
      .getByRole('navigation', { name: 'Écrans de la campagne' })
      .getByRole('link', { name: 'Préparer' })
      .click();
    const ask = desk.getByLabel('Demander deux lettres du prénom');
    await expect(ask).not.toBeChecked();
    await ask.check();
    await ask.scrollIntoViewIfNeeded();
    await desk.screenshot({ path: 'test-results/pseudonym-prepare.png', fullPage: true });
    await desk.setViewportSize({ width: 800, height: 1280 });
    await desk.screenshot({ path: 'test-results/pseudonym-prepare-upright.png', fullPage: true });
    await desk.setViewportSize({ width: 1280, height: 800 });
    await sound(desk);
    await desk.getByRole('button', { name: 'Enregistrer', exact: true }).click();
    await expect(desk.getByText('Enregistré sur le serveur.')).toBeVisible();

    const tablet = new Tablet(await street.newPage());
    await tablet.page.setViewportSize({ width: 1280, height: 800 });
    await tablet.enrol(await server.enrolmentLink('Pseudonyme'));
    await tablet.depart();
    await consent(tablet);
    await goTo(tablet, 'Ne pas compter deux fois');
    await expect(tablet.page.getByText('les deux premières lettres de votre prénom')).toBeVisible();
    await tablet.page.getByLabel('Prénom : deux premières lettres').fill('él');
    await tablet.page.getByLabel('Nom : deux premières lettres', { exact: true }).fill('œ');
    await expect(tablet.page.getByText('Il faut les deux fois')).toBeVisible();
    await tablet.page.getByLabel('Année de naissance').fill('1984');
    // What is read, what is typed and what became of it are in sight together, held either way.
    await expect(tablet.page.getByText('Brouillé.')).toBeInViewport({ ratio: 1 });
    await expect(tablet.page.getByLabel('Prénom : deux premières lettres')).toBeInViewport({ ratio: 1 });
    await tablet.page.screenshot({ path: 'test-results/pseudonym-card.png' });
    await tablet.page.setViewportSize({ width: 800, height: 1280 });
    await expect(tablet.page.getByText('Brouillé.')).toBeInViewport({ ratio: 1 });
    await tablet.page.screenshot({ path: 'test-results/pseudonym-card-upright.png' });
    await tablet.page.setViewportSize({ width: 1280, height: 800 });
    await sound(tablet.page);
    // Left and come back to, nothing of what was typed is there.
    await tablet.page.locator('footer .button-primary').click();
    await tablet.tap('Retour');
    await expect(tablet.page.getByText('Déjà donné, illisible ici.')).toBeVisible();
    await expect(tablet.page.getByLabel('Année de naissance')).toHaveValue('');
    await tablet.toRecap();
    await expect(tablet.page.getByText('Donné, illisible')).toBeVisible();
    await tablet.page.screenshot({ path: 'test-results/pseudonym-recap.png', fullPage: true });
    await tablet.finish();

    // Somebody else does not want to.
    await consent(tablet);
    await goTo(tablet, 'Ne pas compter deux fois');
    await tablet.choose('Refuse de répondre');
    await tablet.finish();
    await tablet.sendNow();
    await tablet.tap('Retour');

    // What the console keeps of it are the words "given" and "refused".
    const page = await server.api<{ rows: { id: string }[] }>(
      'GET',
      `${server.at()}/observations`,
    );
    const details = await Promise.all(
      page.rows.map(({ id }) => server.api('GET', `${server.at()}/observations/${id}`)),
    );
    const told = JSON.stringify(details);
    expect(told).toContain('"pseudonym":{"state":"known","value":{"choice":"given"}}');
    expect(told).toContain('"pseudonym":{"state":"refused"}');

    const officer = await (await browser.newContext({ locale: 'fr-FR' })).newPage();
    await enter(officer, server, OFFICER);
    await officer
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Conservation' })
      .click();
    await officer.getByRole('button', { name: /^Oublier les pseudonymes/ }).click();
    const dialogue = officer.getByRole('dialog');
    await dialogue.getByLabel('Tapez le nom de la campagne').fill('Nuit d’essai');
    await dialogue.getByLabel(/Pourquoi/).fill('doublons décidés le 3 février');
    await officer.screenshot({ path: 'test-results/pseudonym-forget.png' });
    await sound(officer);
    const downloading = officer.waitForEvent('download');
    await dialogue.getByRole('button', { name: 'Oublier définitivement' }).click();
    const certificate = await readFile(await (await downloading).path(), 'utf8');
    expect(JSON.parse(certificate)).toHaveProperty('signature');
    await expect(officer.locator('[data-retention]').first()).toContainText('pseudonymes oubliés');
    await officer.screenshot({ path: 'test-results/pseudonym-forgotten.png', fullPage: true });
    await officer.context().close();

    // Who reads linkage is told, and the tick is gone.
    const screens = desk.getByRole('navigation', { name: 'Écrans de la campagne' });
    await screens.getByRole('link', { name: 'Qualité' }).click();
    await expect(desk.locator('[data-quality="pseudonyms"]')).toBeVisible();
    await screens.getByRole('link', { name: 'Préparer' }).click();
    await expect(desk.getByText('La clé de cette campagne est détruite')).toBeVisible();

    // The tablet asks no longer.
    await tablet.sendNow();
    await tablet.tap('Retour');
    await consent(tablet);
    await goTo(tablet, 'Besoins');
    await tablet.page.locator('footer .button-primary').click();
    await tablet.card('À l’équipe : langue');
  } finally {
    await street.close();
    await office.close();
    server.remove();
  }
});
