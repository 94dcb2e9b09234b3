/** Accounts, the end of campaigns, the log of what was done; and each role sees its own screens only. */
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { telephoneCode } from '../telephone';
import { eitherWay } from './look';
import {
  ADMIN,
  ANALYST,
  createCampaign,
  DPO,
  enter,
  expect,
  LEAD,
  leave,
  PASSWORD,
  screen,
  test,
  type Served,
} from './served';

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

async function noFault(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
}

test('a telephone’s code is set up, asked for, replaced by a recovery code, and removed', async ({
  page,
  served,
}) => {
  await enter(page, served, ADMIN);
  await open(page, 'Mon compte');
  const part = page.getByRole('region', { name: 'Code du téléphone' });
  await expect(part.getByText('pas en place')).toBeVisible();
  await part.getByRole('button', { name: 'Mettre en place' }).click();
  const drawn = part.getByRole('img', { name: 'Code QR pour l’application du téléphone' });
  expect(await drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  const secret = await part.locator('[data-second-factor-secret]').innerText();
  await noFault(page);

  // A code the telephone does not show proves nothing.
  const right = telephoneCode(secret);
  const wrong = right.replace(/.$/, (last) => String((Number(last) + 1) % 10));
  await part.getByLabel('Code que montre le téléphone').fill(wrong);
  await part.getByRole('button', { name: 'Vérifier et activer' }).click();
  await expect(part.getByRole('alert')).toBeVisible();
  await part.getByLabel('Code que montre le téléphone').fill(telephoneCode(secret));
  await page.keyboard.press('Enter');
  const codes = part.locator('[data-recovery-codes] li');
  await expect(codes).toHaveCount(10);
  const [first, second] = await codes.allInnerTexts();
  await noFault(page);
  await part.getByRole('button', { name: 'Je les ai notés' }).click();
  await expect(part.getByText('demandé à chaque entrée')).toBeVisible();
  await page.reload();
  await expect(page.getByText(first ?? '')).toHaveCount(0);

  await leave(page);
  const login = async (code: string): Promise<void> => {
    await page.getByLabel('Nom du compte').fill(ADMIN);
    await page.getByLabel('Mot de passe').fill(PASSWORD);
    await page.getByRole('button', { name: 'Entrer' }).click();
    await expect(page.getByLabel('Code de votre téléphone')).toBeVisible();
    await noFault(page);
    await page.getByLabel('Code de votre téléphone').fill(code);
    await page.getByRole('button', { name: 'Entrer' }).click();
  };
  await login(first ?? '');
  await expect(page.getByRole('heading', { name: 'Mon compte', level: 1 })).toBeVisible();
  await leave(page);
  await login(first ?? '');
  await expect(page.getByRole('alert'), 'used up').toBeVisible();
  await page.getByLabel('Code de votre téléphone').fill(second ?? '');
  await page.getByRole('button', { name: 'Entrer' }).click();

  await part.getByRole('button', { name: 'Retirer' }).click();
  await noFault(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Retirer' }).click();
  await expect(part.getByText('pas en place')).toBeVisible();
  await leave(page);
  await enter(page, served, ADMIN);
});

test('one ends a login one does not know, from the other browser', async ({
  page,
  browser,
  served,
}) => {
  const context = await browser.newContext({ locale: 'fr-FR' });
  const elsewhere = await context.newPage();
  await enter(elsewhere, served, ANALYST);
  await enter(page, served, ANALYST);
  await open(page, 'Mon compte');
  const sessions = page.getByRole('region', { name: 'Connexions ouvertes' });
  await expect(sessions.locator('tr[data-session="own"]')).toHaveCount(1);
  await sessions.locator('tr[data-session="other"]').first().getByRole('button').click();
  await expect(sessions.locator('tr[data-session="other"]')).toHaveCount(0);
  await elsewhere.reload();
  await expect(elsewhere.getByLabel('Nom du compte')).toBeVisible();
  await page.reload();
  await expect(sessions.locator('tr[data-session="own"]')).toHaveCount(1);
  await context.close();
});

test('one changes one\'s own password, and the other logins end', async ({
  page,
  browser,
  served,
}) => {
  const another = 'une autre phrase longue';
  const context = await browser.newContext({ locale: 'fr-FR' });
  const elsewhere = await context.newPage();
  await enter(elsewhere, served, ANALYST);
  await enter(page, served, ANALYST);
  await open(page, 'Mon compte');
  const part = page.getByRole('region', { name: 'Mot de passe' });
  const change = async (present: string, next: string, again: string): Promise<void> => {
    await part.getByLabel('Mot de passe actuel').fill(present);
    await part.getByLabel('Nouveau mot de passe').fill(next);
    await part.getByLabel('Le nouveau, encore une fois').fill(again);
  };
  await change(PASSWORD, another, 'une autre phrase');
  await expect(part.getByText('Les deux ne sont pas pareils.')).toBeVisible();
  await expect(part.getByRole('button', { name: 'Changer le mot de passe' })).toBeDisabled();
  await noFault(page);
  await change('pas le bon mot', another, another);
  await part.getByRole('button', { name: 'Changer le mot de passe' }).click();
  await expect(part.getByRole('alert')).toContainText('Ce n’est pas le mot de passe actuel.');
  await change(PASSWORD, another, another);
  await part.getByRole('button', { name: 'Changer le mot de passe' }).click();
  await expect(part.getByText('Mot de passe changé.')).toBeVisible();
  await noFault(page);
  await expect(page.locator('tr[data-session]')).toHaveCount(1);
  await elsewhere.reload();
  await expect(elsewhere.getByLabel('Nom du compte')).toBeVisible();
  // Back to what the other tests know.
  await change(another, PASSWORD, PASSWORD);
  await part.getByRole('button', { name: 'Changer le mot de passe' }).click();
  await expect(part.getByText('Mot de passe changé.')).toBeVisible();
  await context.close();
});

async function asCoordinator(browser: Browser, served: Served, name: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'fr-FR' });
  const page = await context.newPage();
  await enter(page, served);
  await createCampaign(page, name, 'Exercice');
  return page;
}

test('a coarsened campaign leaves a table to coordinators, after a notice they see', async ({
  browser,
  served,
}) => {
  const name = 'À flouter';
  const page = await asCoordinator(browser, served, name);
  const campaign = page.url();
  await page.goto(`${served.base}/console`);
  await open(page, 'Conservation');
  const line = page.locator('tr[data-retention]').filter({ hasText: name });
  const id = (await line.getAttribute('data-retention')) ?? '';
  served.command(['campaign', 'coarsen', id, '--confirm', name]);
  await page.reload();
  await expect(line).toContainText('préavis : floutée à partir du');
  await page.goto(campaign);
  await expect(page.locator('[data-purge-notice]')).toContainText('un tableau flouté');
  await noFault(page);
  const now = ['--without-notice', '--reason', 'essai du floutage'];
  served.command(['campaign', 'coarsen', id, '--confirm', name, ...now]);
  await page.goto(`${served.base}/console`);
  await open(page, 'Conservation');
  await expect(line).toContainText('floutée le');
  await line.getByRole('button', { name: /^Tableau flouté/ }).click();
  await page.getByLabel('Pourquoi').fill('Série de l’observatoire');
  await noFault(page);
  const waiting = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('button', { name: 'Tableau flouté' }).click();
  const text = await readFile(await (await waiting).path(), 'utf8');
  expect(text.split('\n')[0]).toBe(
    'unit,area,square,people_at_least,people_at_most,age,gender,household,situation',
  );
  await expect(page.getByText(`Le tableau flouté de « ${name} » est téléchargé.`)).toBeVisible();
  await expect(line.getByRole('link', { name: /^Certificat/ })).toBeVisible();
  await noFault(page);
  await page.context().close();
});

test('a campaign that was exported says so to everybody, and may be kept', async ({
  browser,
  served,
}) => {
  const page = await asCoordinator(browser, served, 'À déplacer');
  const notice = page.locator('.notice[data-exported]');
  await expect(notice).toHaveCount(0);
  const id = page.url().split('/').find((part) => /^[0-9a-f-]{36}$/.test(part)) ?? '';
  const campaign = ['--campaign', id, '--reason', 'changement d’hébergeur'];
  const out = test.info().outputPath('campaign.maraude');
  served.command(['campaign', 'export', ...campaign, '--out', out]);
  await page.reload();
  await expect(notice).toContainText('exportée pour un autre serveur');
  await expect(notice.getByText('ici seulement')).toHaveCount(0);

  // What is changed all the same is counted.
  await page.getByLabel('Nom', { exact: true }).fill('À déplacer bientôt');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(notice).toContainText('Depuis, 1 changement est arrivé ici seulement.');
  await eitherWay(page, 'exported');

  await screen(page, 'Diffusion');
  await expect(notice).toBeVisible();
  await expect(page.getByText('ses diffusions se construisent sur son nouveau serveur')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Construire la provisoire' })).toBeDisabled();
  await expect(page.locator('[data-sentence]'), 'nothing was released yet').toHaveCount(0);
  await eitherWay(page, 'exported-release');
  await screen(page, 'Tablettes');
  await expect(page.getByRole('heading', { name: 'Enrôler en série' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await eitherWay(page, 'exported-devices');
  // Codes that were given are still listed; no new one is.
  const codes = `${served.base}/api/campaigns/${id}/series`;
  expect((await page.request.get(codes)).status()).toBe(200);
  const asked = { label: 'T', places: 2, team: null };
  expect((await page.request.post(codes, { data: asked })).status()).toBe(409);
  // Whoever reads figures alone is told too, and reads none that move.
  const context = await browser.newContext({ locale: 'fr-FR' });
  const analyst = await context.newPage();
  await enter(analyst, served, ANALYST);
  await analyst.locator('.campaign').filter({ hasText: 'À déplacer bientôt' }).click();
  await expect(analyst.locator('.notice[data-exported]')).toBeVisible();
  await screen(analyst, 'Estimation');
  await expect(analyst.getByRole('alert')).toContainText('sont sur son nouveau serveur');
  for (const board of ['estimation', 'indicators', `comparison?with=${id}`]) {
    const asked = `${served.base}/api/campaigns/${id}/${board}`;
    expect((await analyst.request.get(asked)).status(), board).toBe(409);
    expect((await page.request.get(asked)).status(), `${board}, to the coordination`).toBe(200);
  }
  await context.close();
  await page.goto(`${served.base}/console`);
  await expect(page.locator('.chip[data-exported]')).toHaveText('Exportée pour un autre serveur');

  served.command(['campaign', 'keep', ...campaign, '--file-destroyed']);
  await page.reload();
  await expect(page.locator('.campaign').first()).toBeVisible();
  await expect(page.locator('.chip[data-exported]')).toHaveCount(0);
  await page.context().close();
});

test('a campaign is held, given notice that its coordinators see, and purged with a certificate', async ({
  page,
  browser,
  served,
}) => {
  const name = 'À effacer';
  const coordinator = await asCoordinator(browser, served, name);
  await enter(page, served, DPO);
  await open(page, 'Conservation');
  const line = page.locator('tr[data-retention]').filter({ hasText: name });
  await expect(line).toContainText('gardée');
  await noFault(page);

  await line.getByRole('button', { name: /^Conserver/ }).click();
  await page.getByLabel('Pourquoi').fill('Demande du tribunal');
  await noFault(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Conserver' }).click();
  await expect(line).toContainText('Demande du tribunal');
  await expect(line.getByRole('button', { name: /^Effacer/ })).toBeDisabled();
  await line.getByRole('button', { name: 'Lever la conservation' }).click();
  await page.getByLabel('Pourquoi').fill('Affaire classée');
  await page.getByRole('dialog').getByRole('button', { name: 'Lever la conservation' }).click();
  await expect(line).toContainText('gardée');

  await line.getByRole('button', { name: /^Effacer/ }).click();
  const dialogue = page.getByRole('dialog');
  await dialogue.getByLabel('Tapez le nom').fill('une autre');
  await dialogue.getByRole('button', { name: 'Donner le préavis' }).click();
  await expect(dialogue.getByRole('alert')).toContainText('Ce n’est pas le nom de la campagne.');
  await dialogue.getByLabel('Tapez le nom').fill(name);
  await noFault(page);
  await dialogue.getByRole('button', { name: 'Donner le préavis' }).click();
  await expect(line).toContainText('préavis');
  await coordinator.reload();
  await expect(coordinator.locator('[data-purge-notice]')).toContainText('sera effacée à partir du');

  await line.getByRole('button', { name: /^Effacer/ }).click();
  await dialogue.getByLabel('Tapez le nom').fill(name);
  await dialogue.getByLabel('Sans attendre').check();
  await dialogue.getByLabel('Pourquoi').fill('Campagne créée par erreur');
  await dialogue.getByRole('button', { name: 'Effacer maintenant' }).click();
  // Whole files are overwritten and looked through: it takes its time on a busy machine.
  await expect(page.getByText(`« ${name} » est effacée.`)).toBeVisible({ timeout: 60_000 });
  const waiting = page.waitForEvent('download');
  const purged = page.locator('tr[data-retention]').filter({ hasText: 'effacée le' });
  await purged.first().getByRole('link', { name: 'Certificat' }).click();
  const certificate = await readFile(await (await waiting).path(), 'utf8');
  expect(JSON.parse(certificate)).toHaveProperty('signature');
  await coordinator.context().close();
});

test('the log of what was done is read to its first row', async ({ page, served }) => {
  await enter(page, served, DPO);
  // Each reading is a row: more than one page of them.
  for (let reading = 0; reading < 205; reading += 1) {
    expect((await page.request.get(`${served.base}/api/audit`)).ok()).toBe(true);
  }
  await open(page, 'Journal');
  const rows = page.locator('tr[data-audit]');
  await expect(rows).toHaveCount(200);
  await expect(rows.first()).toContainText('journal lu');
  await noFault(page);
  const older = page.getByRole('button', { name: 'Plus anciennes' });
  await older.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count()).toBeGreaterThan(205);
  while (await older.isVisible()) await older.click();
  await expect(page.getByText('C’est le début du journal.')).toBeVisible();
  await expect(rows.last()).toContainText('compte créé');
  await page.getByRole('button', { name: 'Language: English' }).click();
  await expect(page.getByRole('heading', { name: 'Log', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'Langue : français' }).click();
});

test('each role is shown what the server lets it do, and nothing that is refused', async ({
  page,
  browser,
  served,
}) => {
  const coordinator = await asCoordinator(browser, served, 'Pour tous les rôles');
  await coordinator.context().close();
  const refused: string[] = [];
  page.on('response', (response) => {
    if ([401, 403, 404].includes(response.status())) refused.push(response.url());
  });
  const expected: Record<string, { pages: string[]; screens: string[]; creates: boolean }> = {
    [ANALYST]: {
      pages: ['Campagnes', 'Mon compte'],
      screens: ['Estimation', 'Indicateurs', 'Comparaison', 'Diffusion'],
      creates: false,
    },
    [LEAD]: { pages: ['Campagnes', 'Mon compte'], screens: ['Tablettes'], creates: false },
    [DPO]: {
      pages: ['Campagnes', 'Conservation', 'Journal', 'Mon compte'],
      screens: ['Diffusion'],
      creates: false,
    },
    [ADMIN]: {
      pages: ['Campagnes', 'Conservation', 'Journal', 'Mon compte'],
      screens: ['Tablettes', 'Préparer'],
      creates: true,
    },
  };
  for (const [account, { pages, screens, creates }] of Object.entries(expected)) {
    await enter(page, served, account);
    refused.length = 0;
    const menu = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    expect(await menu.allInnerTexts(), account).toEqual(pages);
    for (const name of pages) await open(page, name);
    await open(page, 'Campagnes');
    const create = page.getByRole('button', { name: 'Créer la campagne' });
    await expect(create).toHaveCount(creates ? 1 : 0);
    await page.getByRole('button', { name: /Pour tous les rôles/ }).click();
    const tabs = page.getByRole('navigation', { name: 'Écrans de la campagne' }).getByRole('link');
    await expect(tabs).toHaveText(screens);
    for (const name of screens) {
      await screen(page, name);
      await expect(page.getByText('Lecture…')).toHaveCount(0);
      await expect(page.getByRole('alert')).toHaveCount(0);
    }
    if (account === ADMIN) {
      await expect(page.getByRole('heading', { name: 'Importer une couche' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Enregistrer' })).toHaveCount(0);
    }
    if (account === LEAD) {
      await page.getByLabel('Étiquette collée').fill('Tablette de relève');
      await page.getByRole('button', { name: 'Obtenir un code' }).click();
      await expect(page.locator('[data-enrolment-code]')).toBeVisible();
    }
    expect(refused, account).toEqual([]);
    await leave(page);
  }
});

test('who could not be logged out is told so, and whoever logs in next ends the session before', async ({
  page,
  served,
}) => {
  await enter(page, served);
  const cookies = async (): Promise<string> =>
    (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const former = await cookies();
  await page.route('**/api/logout', (route) => route.abort());
  await page.getByRole('button', { name: 'Se déconnecter' }).click();
  await expect(page.getByRole('alert')).toContainText('encore connecté');
  await noFault(page);
  const known = async (cookie: string): Promise<number> =>
    (await fetch(`${served.base}/api/me`, { headers: { cookie } })).status;
  // Control: what was said is true.
  expect(await known(former)).toBe(200);
  await page.evaluate(
    async ([name, password]) =>
      fetch('/api/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, password }),
      }),
    [ADMIN, PASSWORD],
  );
  expect(await known(former)).toBe(401);
  expect(await known(await cookies())).toBe(200);
  await page.unroute('**/api/logout');
  await page.reload();
  await leave(page);
});
