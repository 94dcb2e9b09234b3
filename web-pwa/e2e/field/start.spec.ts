/** A tablet is enrolled, leaves, counts, and what it counted reaches the server. */
import { look } from './look';
import { Tablet, expect, test } from './tablet';

/** Taps to count a group of five, from the home screen. */
const COUNT_TAPS = 10;

test('a tablet enrols by a link, counts a group in ten taps, and sends it', async ({
  server,
  tablet,
}) => {
  await tablet.enrol(await server.enrolmentLink('Tablette 1'));
  expect(new URL(tablet.page.url()).hash).toBe('');
  await tablet.depart();

  let taps = 0;
  const tap = async (name: string | RegExp): Promise<void> => {
    taps += 1;
    await tablet.tap(name);
  };
  await tap('Comptage');
  // Nothing on the way asks for a keyboard.
  await expect(tablet.page.locator('input:not([type=radio], [type=checkbox]), textarea')).toHaveCount(0);
  for (const label of ['Hommes', 'Hommes', 'Hommes', 'Femmes', 'Mineur·es']) {
    await tap(`${label} : un de plus`);
  }
  taps += 1;
  await tablet.choose('Rue, trottoir');
  await tap('Enregistrer 5 personnes');
  expect(taps).toBeLessThanOrEqual(COUNT_TAPS);

  await expect(tablet.page.getByText('Enregistré sur cette tablette.')).toBeVisible();
  await expect(tablet.entries()).toHaveCount(1);
  await expect(tablet.entries().first()).toContainText('5 personnes');
  await expect(tablet.entries().first()).toContainText('envoyé', { timeout: 30_000 });
  await tablet.tap(/Tout est envoyé/);
  await expect(tablet.page.getByText('Reçus du serveur')).toBeVisible();
  await expect(tablet.page.locator('.code')).toHaveText(/\w{4}/);
  await expect
    .poll(async () => {
      const page = await server.api<{ total: number }>('GET', `${server.at()}/observations`);
      return page.total;
    })
    .toBeGreaterThan(0);
});

test('a second tab is refused, and may take over from the first', async ({ server, tablet }) => {
  await tablet.enrol(await server.enrolmentLink('Tablette 2'));
  const second = new Tablet(await tablet.page.context().newPage());
  await second.page.goto(server.base);
  await expect(second.title('Déjà ouverte dans un autre onglet')).toBeVisible();
  await second.tap('Continuer ici');
  await second.unlock();
  await expect(second.title('Avant de partir')).toBeVisible();
  await expect(tablet.title('Maraude continue dans un autre onglet')).toBeVisible();
});

test('a wrong code is refused with what to do', async ({ server, tablet }) => {
  await tablet.page.goto(server.base);
  await tablet.page.getByLabel('Code ou lien').fill('ABCD-EFGH');
  await tablet.tap('Enrôler la tablette');
  await expect(tablet.page.getByText('Vérifiez-le avec la coordination')).toBeVisible();
  await look(tablet.page, 'enrol, code refused');
});
