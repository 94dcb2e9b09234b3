/**
 * Two tablets of one team in one round, both without network: one document, both fields survive,
 * and of one field written twice both values are shown and one is chosen.
 */
import { look } from './look';
import { Tablet, expect, test } from './tablet';
import { HERE } from './server';

/** Sends now and waits until nothing is left. */
async function meet(tablet: Tablet): Promise<void> {
  await tablet.page.context().setOffline(false);
  await tablet.sendNow();
  await tablet.tap('Retour');
}

/** Corrects the only observation: taps on counters by their labels. */
async function correct(tablet: Tablet, taps: Record<string, number>): Promise<void> {
  await tablet.entries().first().click();
  await tablet.tap('Modifier');
  await expect(tablet.title('Comptage')).toBeVisible();
  if (!(await tablet.button('Chiens : un de plus').isVisible())) {
    await tablet.page.locator('.fold').click();
  }
  for (const [label, times] of Object.entries(taps)) {
    for (let tap = 0; tap < times; tap += 1) await tablet.tap(`${label} : un de plus`);
  }
  await tablet.tap(/^Enregistrer/);
  await expect(tablet.button('Modifier')).toBeVisible();
  await tablet.tap('Retour');
}

test('two tablets meet in one round; a field written twice shows both values to choose from', async ({
  browser,
  server,
}) => {
  test.setTimeout(300_000);
  const options = { geolocation: HERE, permissions: ['geolocation'] };
  const tablets: Tablet[] = [];
  for (const label of ['Tablette A', 'Tablette B']) {
    const context = await browser.newContext(options);
    const tablet = new Tablet(await context.newPage());
    await tablet.enrol(await server.enrolmentLink(label));
    await expect(tablet.page.getByText(/Plan de la campagne : \d/)).toBeVisible();
    await tablet.keptOffline();
    // The round is begun out of network on both, in a sector nobody else of the tests walks.
    await context.setOffline(true);
    await tablet.tap(/Choisir le secteur/);
    await tablet.choose('T02');
    await tablet.tap('Partir');
    await expect(tablet.title(/T02/)).toBeVisible();
    tablets.push(tablet);
  }
  const [one, other] = tablets as [Tablet, Tablet];
  await one.count({ Hommes: 2 });
  await meet(one);
  await meet(other);
  await expect(other.entries()).toHaveCount(1);

  for (const tablet of tablets) await tablet.page.context().setOffline(true);
  await correct(one, { Femmes: 1, Chiens: 1 });
  await correct(other, { 'Mineur·es': 1, Chiens: 3 });
  await meet(one);
  await meet(other);
  await meet(one);
  for (const tablet of tablets) {
    await expect(tablet.entries()).toHaveCount(1);
    // Each changed another counter: both stand, and are counted together.
    await expect(tablet.entries().first()).toContainText('4 personnes');
    await expect(tablet.entries().first()).toContainText('Deux tablettes ont écrit');
  }

  await one.entries().first().click();
  await look(one.page, 'entry with a conflict');
  const dogs = one.page.getByRole('group', { name: 'Chiens' });
  await expect(dogs.getByRole('button')).toHaveCount(2);
  await expect(one.page.locator('.conflict')).not.toContainText('n_dogs');
  await dogs.getByRole('button', { name: 'Chiens : choisir 3' }).click();
  await expect(one.page.locator('.conflict')).toHaveCount(0);
  await one.tap('Retour');
  await meet(one);
  await meet(other);
  await other.entries().first().click();
  await expect(other.page.locator('.conflict')).toHaveCount(0);
  await expect(other.page.getByRole('definition').filter({ hasText: /^3$/ })).toBeVisible();

  // One ends the round: the other is told who did, and may open it again.
  await other.tap('Retour');
  await one.tap('Fin de maraude');
  await one.choose('en entier');
  await one.tap('Terminer la maraude');
  await meet(one);
  await meet(other);
  await expect(other.page.getByText('Une autre tablette de l’équipe a terminé')).toBeVisible();
  await look(other.page, 'home, finished elsewhere');
  for (const tablet of tablets) await tablet.page.context().close();
});
