/** A campaign is prepared and opened without a shell. */
import { createCampaign, enter, expect, screen, step, test } from './served';

const SQUARE = '3.870 43.605\n3.880 43.605\n3.880 43.612\n3.870 43.612';



test('a wrong password is refused in words, a right one opens the console', async ({
  page,
  served,
}) => {
  await page.goto(`${served.base}/console`);
  await page.getByLabel('Nom du compte').fill('claire');
  await page.getByLabel('Mot de passe').fill('pas-celui-ci');
  await page.getByRole('button', { name: 'Entrer' }).click();
  await expect(page.getByRole('alert')).toContainText('Nom ou mot de passe refusé.');
  await enter(page, served);
});

test('a real campaign says what keeps it from opening, then opens', async ({ page, served }) => {
  await enter(page, served);
  await createCampaign(page, 'Nuit réelle', 'Réelle');
  const missing = page.getByRole('region', { name: 'Avant d’ouvrir, il manque :' });
  await expect(missing).toContainText('Aucune nuit n’est fixée.');
  await expect(missing).toContainText('La base légale manque.');

  await page.getByLabel('Nuit à ajouter').fill('2027-01-21');
  await page.getByRole('button', { name: 'Ajouter la nuit' }).click();
  await page.getByLabel('Téléphone de la coordination').fill('04 00 00 00 00');
  await page.getByLabel('Responsable du traitement').fill('Ville d’exemple');
  await page.getByLabel('Base légale').fill('Mission d’intérêt public');
  await page.getByLabel('Référence de l’analyse d’impact').fill('AIPD-2027-1');
  await page.getByLabel('Texte à lire').fill('Nous comptons, sans noms.');
  await page.getByLabel('Où s’opposer').fill('dpo@exemple.invalid');
  await page.getByLabel('Signes et lieux exacts détruits le').fill('2027-03-01');
  await page.getByLabel('Campagne effacée le').fill('2027-02-01');
  await expect(page.getByText('L’effacement doit venir après la première date.')).toBeVisible();
  await page.getByLabel('Campagne effacée le').fill('2027-12-31');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.getByText('Enregistré sur le serveur.')).toBeVisible();
  await expect(missing).toBeHidden();

  await step(page, 'Ouverture');
  await page.getByRole('button', { name: 'Ouvrir la campagne' }).click();
  await expect(page.getByText('La campagne est ouverte : les maraudes comptent.')).toBeVisible();
});

test('zones, sectors, teams, assignments and known places are put in', async ({
  page,
  served,
}) => {
  await enter(page, served);
  await createCampaign(page, 'Exercice de printemps', 'Exercice');
  await expect(page.getByText('EXERCICE : ces chiffres ne comptent pas')).toBeVisible();
  await page.getByLabel('Nuit à ajouter').fill('2027-04-08');
  await page.getByRole('button', { name: 'Ajouter la nuit' }).click();
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.getByText('Enregistré sur le serveur.')).toBeVisible();

  await step(page, 'Secteurs');
  const zones = page.getByRole('region', { name: /^Zones/ });
  await zones.getByLabel('Code').fill('Z1');
  await zones.getByLabel('Nom').fill('Centre');
  await zones.getByRole('button', { name: 'Ajouter une zone' }).click();
  await expect(page.getByRole('heading', { name: 'Zones (1)' })).toBeVisible();

  await page.getByRole('button', { name: 'Dessiner un secteur' }).click();
  await page.getByLabel('Code').fill('S1');
  await page.getByLabel('Nom').fill('Gare');
  await page.getByLabel('Zone').selectOption({ label: 'Z1 Centre' });
  await page.getByLabel('Sommets').fill('3.87 43.605\nici\n3.88 43.605');
  await expect(page.getByText('Lignes illisibles : 2.')).toBeVisible();
  await page.getByLabel('Sommets').fill(SQUARE);
  await expect(page.getByText('4 sommets, 63 ha')).toBeVisible();
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.locator('[data-sector="S1"]')).toContainText('Gare');

  await page.getByLabel(/^Fichier : GeoJSON/).setInputFiles({
    name: 'secteurs.geojson',
    mimeType: 'application/geo+json',
    buffer: Buffer.from(sectorsFile()),
  });
  await expect(page.getByText('2 objets : Polygon 2.')).toBeVisible();
  // Where they lie is seen before anything is sent.
  const picked = page.locator('[data-drawn="2"]');
  await expect(picked.locator('canvas')).toBeVisible();
  await expect(picked.locator('.map-label')).toHaveText(['Comédie', 'Port']);
  await expect(page.locator('[data-sector="S3"]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Importer un GeoJSON' }).click();
  await expect(page.locator('[data-sector="S3"]')).toContainText('Port');

  // Another one by clicks on the map: four corners, the last one taken back and put elsewhere.
  await page.getByRole('button', { name: 'Dessiner un secteur' }).click();
  await page.getByLabel('Code').fill('S4');
  await page.getByLabel('Nom').fill('À la souris');
  const map = page.locator('.map .maplibregl-canvas');
  await expect(map).toBeVisible();
  const size = (await map.boundingBox()) ?? { width: 0, height: 0 };
  const click = (right: number, down: number): Promise<void> =>
    map.click({ position: { x: size.width * right, y: size.height * down } });
  // The map takes clicks a moment after it shows.
  const begun = page.getByText(/^[1-9] sommets?$/);
  await expect(async () => {
    if (!(await begun.isVisible())) await click(0.3, 0.3);
    await expect(begun).toBeVisible({ timeout: 1_000 });
  }).toPass();
  for (const [right, down] of [[0.6, 0.3], [0.6, 0.6], [0.9, 0.9]] as const) {
    await click(right, down);
  }
  await expect(page.getByText(/^4 sommets, /)).toBeVisible();
  await page.getByRole('button', { name: 'Retirer le dernier sommet' }).click();
  await expect(page.getByText(/^3 sommets, /)).toBeVisible();
  await click(0.3, 0.6);
  await expect(page.getByLabel('Sommets')).toHaveValue(/^(3\.8\d* 43\.6\d*\n?){4}$/);
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.locator('[data-sector="S4"]')).toContainText('À la souris');

  // A zone that goes leaves its sectors.
  await page.locator('[data-zone="Z1"]').getByRole('button', { name: 'Retirer Z1' }).click();
  const asked = page.getByRole('dialog');
  await expect(asked).toContainText('Elle range 1 secteur : ils restent, sans zone.');
  await asked.getByRole('button', { name: 'Retirer' }).click();
  await expect(page.getByRole('heading', { name: 'Zones (0)' })).toBeVisible();
  await expect(page.locator('[data-sector="S1"]')).not.toContainText('Z1');
  await page.locator('[data-sector="S4"]').getByRole('button', { name: 'Retirer' }).click();
  await asked.getByRole('button', { name: 'Retirer' }).click();
  await expect(page.locator('[data-sector="S4"]')).toHaveCount(0);

  await step(page, 'Équipes');
  await page.getByLabel('ou collez la liste ici').fill(
    'code;organisation;professional;sector\nE01;Abri;non;S1\nE02;;oui;S9\nE03;;non;S2',
  );
  await expect(page.getByText('Ligne 3 : aucun secteur n’a le code « S9 »')).toBeVisible();
  await page.getByRole('button', { name: 'Importer 2 équipes' }).click();
  await expect(page.locator('[data-team="E03"]')).toBeVisible();
  await expect(page.locator('[data-team="E02"]')).toHaveCount(0);
  await expect(page.getByText('Secteurs sans équipe cette nuit : S3.')).toBeVisible();
  await page.getByLabel('Envoyer l’équipe E01 dans un secteur').selectOption({ label: 'S3 Port' });
  await expect(page.getByText('Chaque secteur a une équipe cette nuit.')).toBeVisible();

  await step(page, 'Lieux connus');
  await page.getByLabel('Code').fill('L1');
  await page.getByLabel('Longitude latitude').fill('43.61 3.87 1');
  await expect(page.getByText('Écrivez une longitude puis une latitude')).toBeVisible();
  await page.getByLabel('Longitude latitude').fill('3.872, 43.607');
  await page.getByLabel('Qui peut y aller').selectOption('professionals');
  await page.getByLabel('Au moins').fill('8');
  await page.getByLabel('Au plus').fill('12');
  await page.getByRole('button', { name: 'Ajouter un lieu' }).click();
  await expect(page.locator('[data-site="L1"]')).toContainText('8 à 12');
  await expect(page.locator('[data-site="L1"]')).toContainText('professionnels seulement');
});

test('somebody else’s change is kept, and the late one is told so', async ({ page, served }) => {
  await enter(page, served);
  await createCampaign(page, 'À deux', 'Exercice');
  const address = page.url();
  const other = await page.context().newPage();
  await other.goto(address);
  await expect(other.getByRole('heading', { name: 'Préparer' })).toBeVisible();
  // This page holds unsaved work, so it does not follow the other's change.
  await page.getByLabel('Téléphone de la coordination').fill('04 11 11 11 11');
  await other.getByLabel('Téléphone de la coordination').fill('04 22 22 22 22');
  await other.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(other.getByText('Enregistré sur le serveur.')).toBeVisible();
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.getByRole('alert')).toContainText('Quelqu’un d’autre vient de changer cela.');
  await expect(page.getByLabel('Téléphone de la coordination')).toHaveValue('04 11 11 11 11');
});

test('a tablet’s code is shown large with its QR code', async ({ page, served }) => {
  await enter(page, served);
  await createCampaign(page, 'Tablettes', 'Exercice');
  await screen(page, 'Tablettes');
  await page.getByLabel('Étiquette collée').fill('Tablette 7');
  await page.getByRole('button', { name: 'Obtenir un code' }).click();
  await expect(page.locator('[data-enrolment-code]')).toHaveText(/^\w{4}([- ]\w{4})+$/);
  await expect(page.locator('[data-enrolment-link]')).toContainText('#enrol=');
  const drawn = page.getByRole('img', { name: 'Code QR d’enrôlement' });
  await expect(drawn).toBeVisible();
  expect(await drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
});

test('an expired session asks for the password over the screen', async ({ page, served }) => {
  await enter(page, served);
  await createCampaign(page, 'Session', 'Exercice');
  const number = page.getByLabel('Téléphone de la coordination');
  await number.fill('04 33 33 33 33');
  await page.context().clearCookies();
  // A reading in the background may meet the expiry before the save does: the dialogue then lies
  // over the button already, and a pointer would wait for ever.
  await page.getByRole('button', { name: 'Enregistrer' }).dispatchEvent('click');
  const dialogue = page.getByRole('dialog');
  await expect(dialogue).toContainText('La session a expiré');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(dialogue).toBeVisible();
  await dialogue.getByLabel('Mot de passe').fill('une-longue-phrase-de-passe');
  await dialogue.getByRole('button', { name: 'Entrer' }).click();
  await expect(dialogue).toBeHidden();
  await expect(number).toHaveValue('04 33 33 33 33');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.getByText('Enregistré sur le serveur.')).toBeVisible();
});

test('a session that ends while nobody touches the screen asks at the next reading', async ({
  page,
  served,
}) => {
  await enter(page, served);
  await createCampaign(page, 'Session lue', 'Exercice');
  const other = await page.context().browser()?.newPage();
  if (!other) throw new Error('no browser');
  await enter(other, served);
  await other.goto(page.url());
  await expect(other.getByRole('heading', { name: 'Préparer' })).toBeVisible();
  await page.getByLabel('Téléphone de la coordination').fill('04 44 44 44 44');
  await page.context().clearCookies();
  await other.getByLabel('Responsable du traitement').fill('Ville d’exemple');
  await other.getByRole('button', { name: 'Enregistrer' }).click();
  const dialogue = page.getByRole('dialog');
  await expect(dialogue).toContainText('La session a expiré');
  await dialogue.getByLabel('Mot de passe').fill('une-longue-phrase-de-passe');
  await dialogue.getByRole('button', { name: 'Entrer' }).click();
  await expect(page.getByLabel('Téléphone de la coordination')).toHaveValue('04 44 44 44 44');
  await other.close();
});

function sectorsFile(): string {
  const square = (west: number, code: string, name: string): object => ({
    type: 'Feature',
    properties: { code, nom: name },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [west, 43.605],
          [west + 0.01, 43.605],
          [west + 0.01, 43.612],
          [west, 43.612],
          [west, 43.605],
        ],
      ],
    },
  });
  const features = [square(3.88, 'S2', 'Comédie'), square(3.89, 'S3', 'Port')];
  return JSON.stringify({ type: 'FeatureCollection', features });
}
