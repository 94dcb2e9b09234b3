/**
 * What a night also is: a code dictated, a team hors secteur, partners, refusals, a closed tent, a
 * sleeper spoken to later, a pin by hand, nobody met, a round opened again, a call for help. Each
 * ends in what the server received.
 */
import type { ObservationDetail, ObservationPage, Tonight } from '../../src/core/generated/console';
import { look } from './look';
import { HERE, type Server } from './server';
import { Tablet, expect, test } from './tablet';

/** What the server holds of the test's own team, newest first. */
async function received(server: Server): Promise<ObservationDetail[]> {
  const { rows } = await server.api<ObservationPage>('GET', `${server.at()}/observations`);
  const own = rows.filter(({ team }) => team === server.teamCode);
  return Promise.all(
    own.map(({ id }) => server.api<ObservationDetail>('GET', `${server.at()}/observations/${id}`)),
  );
}

/** The only one of them that is so. */
function only(
  all: readonly ObservationDetail[],
  is: (row: ObservationDetail['row']) => boolean,
): ObservationDetail {
  const found = all.filter(({ row }) => is(row));
  expect(found).toHaveLength(1);
  return found[0] as ObservationDetail;
}

/** Everybody who can be called, and where the tablet is. */
async function expectHelp(tablet: Tablet): Promise<void> {
  for (const [number, href] of [
    ['115', 'tel:115'],
    ['15', 'tel:15'],
    ['112', 'tel:112'],
    ['114', 'sms:114'],
    ['04 99 00 00 00', 'tel:0499000000'],
  ] as const) {
    const call = tablet.page.locator(`a.call[href="${href}"]`);
    await expect(call).toBeVisible();
    await expect(call).toContainText(number);
  }
  for (const degrees of [HERE.latitude.toFixed(5), HERE.longitude.toFixed(5)]) {
    await expect(tablet.page.getByText(degrees)).toBeInViewport({ ratio: 1 });
  }
}

/** A tablet without a camera is given the code as it is dictated. */
async function enrolByTyping(tablet: Tablet, server: Server, label: string): Promise<void> {
  await tablet.page.goto(server.base);
  await tablet.tap('Scanner le QR');
  await expect(tablet.page.getByText('La caméra n’est pas disponible')).toBeVisible();
  await look(tablet.page, 'enrol, no camera');
  const code = await server.enrolmentCode(label);
  await tablet.page.getByLabel('Code ou lien').fill(code.toLowerCase().replaceAll('-', ' '));
  await tablet.tap('Enrôler la tablette');
  await tablet.choosePin();
}

/** A closed tent: one tap says that nobody knows how many. */
async function closedTent(tablet: Tablet): Promise<void> {
  await tablet.tap('Sans contact');
  await tablet.choose('Vu·e de loin');
  await tablet.card('Lieu');
  await look(tablet.page, 'no contact, place');
  await tablet.choose('Tente isolée');
  await tablet.tap(/^Suivant/);
  await tablet.card('Nombre');
  await look(tablet.page, 'no contact, number');
  await tablet.choose('Nombre inconnu');
  await look(tablet.page, 'no contact, number unknown');
  await tablet.tap(/^Suivant/);
  await tablet.card('Ce qui se voit');
  await look(tablet.page, 'no contact, what is seen');
  await tablet.finish();
  await expect(tablet.entries().first()).toContainText('1 à 3 personnes');
}

/** Somebody asleep wakes up and answers: the same observation becomes an interview. */
async function sleeperSpokenTo(tablet: Tablet): Promise<void> {
  await tablet.noContact('Endormi');
  await expect(tablet.entries().first()).toContainText('endormi');
  const before = await tablet.entries().count();
  await tablet.entries().first().click();
  await look(tablet.page, 'entry to complete');
  await tablet.tap('Compléter par un entretien');
  await tablet.choose('Oui');
  await tablet.card('Cette nuit');
  await tablet.choose('Non');
  await tablet.card('Lieu');
  await expect(tablet.page.getByRole('radio', { name: 'Rue, trottoir' })).toBeChecked();
  await tablet.tap(/^Suivant/);
  await tablet.card('Avec qui');
  await tablet.choose('En couple');
  await tablet.card('Combien êtes-vous ?');
  await look(tablet.page, 'interview, company');
  await tablet.tap('Femmes : un de plus');
  await tablet.tap('Hommes : un de plus');
  await tablet.finish();
  await expect(tablet.title('2 personnes')).toBeVisible();
  await tablet.tap('Retour');
  await expect(tablet.entries()).toHaveCount(before);
}

async function pinByHand(tablet: Tablet): Promise<void> {
  await tablet.tap('Comptage');
  await tablet.tap('Hommes : un de plus');
  await tablet.choose('Parc, jardin');
  await tablet.tap('Corriger');
  await tablet.tap(/Placer sur la carte/);
  await expect(tablet.page.locator('.maplibregl-canvas')).toBeVisible({ timeout: 30_000 });
  await expect(tablet.page.getByText('Chargement de la carte')).toBeHidden();
  await tablet.tap('Monter');
  await tablet.tap('Placer ici');
  await expect(tablet.page.getByText(/placée à la main/)).toBeVisible();
  await look(tablet.page, 'count, placed by hand');
  await tablet.tap(/^Enregistrer/);
  await expect(tablet.page.getByText('Enregistré sur cette tablette.')).toBeVisible();
}

test('hors secteur: partner, refusal, some questions, closed tent, sleeper and pin arrive', async ({
  server,
  tablet,
}) => {
  await enrolByTyping(tablet, server, 'Tablette dictée');
  await expect(tablet.page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
  await tablet.tap(/Choisir le secteur/);
  await tablet.choose('Hors secteur');
  await tablet.tap('Partir');
  await expect(tablet.title('Hors secteur')).toBeVisible();

  await tablet.tap('Partenaire');
  await look(tablet.page, 'partner');
  await tablet.tap(/^Suivant/);
  await expect(tablet.page.getByText('Il manque : Où ?')).toBeVisible();
  await look(tablet.page, 'partner, something missing');
  await tablet.choose('Hôpital');
  await tablet.tap('Au moins : un de plus');
  await tablet.finish();
  await expect(tablet.page.getByText('dits par des partenaires')).toBeVisible();

  await tablet.tap('Questionnaire');
  await tablet.choose('Non');
  await tablet.card('Nombre apparent');
  await look(tablet.page, 'interview refused');
  await tablet.tap('Personnes : un de plus');
  await tablet.finish();
  await expect(tablet.entries().first()).toContainText('refus');
  await tablet.interview();
  await expect(tablet.entries().first()).toContainText('a répondu en partie');
  await closedTent(tablet);
  await sleeperSpokenTo(tablet);
  await pinByHand(tablet);
  await look(tablet.page, 'home with partners');
  await tablet.tap('Fin de maraude');
  await expect(tablet.page.getByText('Dits par des partenaires : 1 personne.')).toBeVisible();
  await look(tablet.page, 'finish with partners');
  await tablet.tap('Retour');
  await tablet.entries().first().click();
  await tablet.tap('Retirer');
  await tablet.tap('Erreur de saisie');
  await look(tablet.page, 'entry withdrawn');
  await tablet.tap('Reprendre cette observation');
  await expect(tablet.button('Modifier')).toBeVisible();
  await tablet.tap('Retour');

  await tablet.sendNow();
  const seen = await received(server);
  expect(seen).toHaveLength(6);
  expect(seen.map(({ row }) => row.sector)).toEqual(Array(6).fill(null));
  expect(seen.map(({ row }) => row.contact)).not.toContain('asleep');
  const partner = only(seen, ({ kind }) => kind === 'partner_count');
  expect(partner.row.heads).toMatchObject({ at_least: 1, at_most: 1 });
  const refusal = only(seen, ({ contact }) => contact === 'refused');
  expect(Object.keys(refusal.answers).sort()).toEqual(['consent', 'people_at_least']);
  const some = only(seen, ({ contact }) => contact === 'partial');
  expect(some.answers['consent']).toEqual({ state: 'known', value: { choice: 'some' } });
  const tent = only(seen, ({ heads }) => heads.at_most === 3);
  expect(tent.row.heads).toMatchObject({ at_least: 1, at_most: 3, method: 'estimated' });
  const spoken = only(seen, ({ contact, kind }) => contact === 'answered' && kind === 'group');
  expect(spoken.row.heads).toMatchObject({ at_least: 2, at_most: 2 });
  const pinned = seen.filter(({ position }) => position?.source === 'hand');
  expect(pinned).toHaveLength(1);
  expect(pinned[0]?.position?.latitude).toBeGreaterThan(HERE.latitude);
});

test('nobody met is a result; a finished round opens again to count a known place', async ({
  server,
  tablet,
}) => {
  await server.ownSector('Q01', 'SQ-91');
  const told = async (): Promise<Tonight['sectors'][number] | undefined> => {
    const { sectors } = await server.api<Tonight>('GET', `${server.at()}/tonight`);
    return sectors.find(({ code }) => code === 'Q01');
  };
  await tablet.enrol(await server.enrolmentLink('Tablette qui finit'));
  await expect(tablet.page.getByText(/Plan de la campagne : \d/)).toBeVisible({ timeout: 30_000 });
  await tablet.tap(/Choisir le secteur/);
  await tablet.choose('Q01');
  await tablet.tap('Partir');
  await expect(tablet.title(/Q01/)).toBeVisible();

  await tablet.tap('Fin de maraude');
  await look(tablet.page, 'finish, nobody met');
  await tablet.choose('Nous avons cherché');
  await tablet.choose('en entier');
  // A glance at Urgence, or a lock, keeps what was said so far.
  await tablet.tap('Urgence');
  await expectHelp(tablet);
  await tablet.tap('Retour');
  await tablet.tap('Verrouiller');
  await tablet.tap('Urgence');
  await expectHelp(tablet);
  await tablet.tap('Retour');
  await tablet.unlock();
  await tablet.tap('Terminer la maraude');
  await expect(tablet.page.getByText('Cette maraude est terminée.')).toBeVisible();
  await expect(tablet.button('Comptage')).toHaveCount(0);
  await expect(tablet.button('Commencer une autre maraude')).toBeVisible();
  await expect(tablet.button('Tout est envoyé')).toBeVisible({ timeout: 30_000 });
  await look(tablet.page, 'home, finished');
  expect(await told()).toMatchObject({ state: 'covered', coverage: 'full', zero_found: true });

  await tablet.tap(/^Carte ·/);
  await tablet.tap('Liste');
  await expect(tablet.page.getByText('rouvrez-la pour compter un lieu')).toBeVisible();
  await expect(tablet.button('Compter ce lieu')).toHaveCount(0);
  await look(tablet.page, 'places, finished');
  await tablet.tap('Rouvrir cette maraude');
  await tablet.tap('Compter ce lieu');
  await look(tablet.page, 'site, kind');
  await tablet.tap(/^Suivant/);
  await tablet.card('Habitant');
  await look(tablet.page, 'site, people');
  await tablet.tap('Comptés par l’équipe : un de plus');
  await tablet.tap('Comptés par l’équipe : un de plus');
  await tablet.tap(/^Suivant/);
  await tablet.card('Conditions de vie');
  await look(tablet.page, 'site, conditions');
  await tablet.toRecap();
  await look(tablet.page, 'site, recap');
  await tablet.tap(/^Enregistrer/);
  await expect(tablet.page.getByText('déjà compté cette nuit')).toBeVisible();
  await look(tablet.page, 'places, counted');
  await tablet.tap('Retour');
  await tablet.tap('Fin de maraude');
  await expect(tablet.page.getByText('2 personnes, 1 observation.')).toBeVisible();
  await tablet.choose('en partie');
  await tablet.page.getByLabel('Ce qui n’a pas été parcouru').fill('Le quai, en travaux.');
  await tablet.tap('Terminer la maraude');
  await tablet.sendNow();

  expect(await told()).toMatchObject({ state: 'partial', coverage: 'partial', zero_found: false });
  const counted = only(await received(server), ({ kind }) => kind === 'site');
  expect(counted.row).toMatchObject({ unit: 'squat', sector: 'Q01' });
  expect(counted.row.heads).toMatchObject({ at_least: 2, at_most: 2, method: 'counted' });
  expect(counted.position?.longitude).toBeCloseTo(3.887, 4);
});
