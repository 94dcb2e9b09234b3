/**
 * Two coordinators review doubles by keyboard at the same time, groups are parted and put together
 * again, doubtful observations reach their team, and the committee's log adds up.
 */
import type { Page } from '@playwright/test';
import { enter, expect, OTHER_ACCOUNT, screen, test, type Served } from './served';

/** Pairs reviewed by one hand, by keyboard alone. */
const PAIRS = 30;

/** What the project aims at from key to next pair, milliseconds: printed beside what was measured. */
const AIM_MS = 100;

/** A key that decides, and how often it may be struck for one pair. */
const KEYS = ['m', 'd', 's'] as const;
const STROKES_PER_PAIR = 3;

async function openNight(page: Page, night: Served, account?: string): Promise<void> {
  await enter(page, night, account);
  await page.getByRole('button', { name: /ouverte/ }).first().click();
  await expect(page.getByRole('heading', { name: 'Ce soir' })).toBeVisible();
}

async function part(page: Page, name: string): Promise<void> {
  const nav = page.getByRole('navigation', { name: 'Doublons' });
  await nav.getByRole('link', { name }).click();
}

/** Times, in the page, from each key to the next pair in the document, and painted. */
async function timeKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times: { laid: number; painted: number }[] = [];
    let struck = 0;
    let shown = document.querySelector('[data-pair]')?.getAttribute('data-pair');
    Object.assign(window, { keyTimes: times });
    addEventListener('keydown', () => (struck = performance.now()), true);
    new MutationObserver(() => {
      const now = document.querySelector('[data-pair]')?.getAttribute('data-pair');
      if (now === undefined || now === shown) return;
      shown = now;
      if (struck === 0) return;
      const at = struck;
      struck = 0;
      const laid = performance.now() - at;
      requestAnimationFrame(() => times.push({ laid, painted: performance.now() - at }));
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}

interface KeyTime {
  laid: number;
  painted: number;
}

const keyTimes = (page: Page): Promise<KeyTime[]> =>
  page.evaluate(() => (window as unknown as { keyTimes: KeyTime[] }).keyTimes);

const shownPair = async (page: Page): Promise<string | null> => {
  const pair = page.locator('[data-pair]');
  return (await pair.count()) === 0 ? null : pair.getAttribute('data-pair');
};

/** Notes which pair is shown as a key is struck: news may bring another one just before. */
async function notePairAtKey(page: Page): Promise<() => Promise<string | null>> {
  await page.evaluate(() => {
    const noted = window as unknown as { pairAtKey: string | null };
    const shown = (): string | null =>
      document.querySelector('[data-pair]')?.getAttribute('data-pair') ?? null;
    window.addEventListener('keydown', () => (noted.pairAtKey = shown()), { capture: true });
  });
  return () => page.evaluate(() => (window as unknown as { pairAtKey: string | null }).pairAtKey);
}

/** A window that was closed without a word keeps its pairs for half a minute. */
const LEASES_RUN_OUT_MS = 45_000;

/** Strikes keys while pairs may be taken from those both have to do; the pairs, and keys struck. */
async function reviewPairs(
  page: Page,
  todo: { left: number },
): Promise<{ decided: string[]; strokes: number }> {
  const decided: string[] = [];
  let strokes = 0;
  const pairAtKey = await notePairAtKey(page);
  while (todo.left > 0) {
    if ((await shownPair(page)) === null) {
      // The other holds what is left, for now.
      await page.waitForTimeout(50);
      continue;
    }
    if (todo.left <= 0) break;
    todo.left -= 1;
    await page.keyboard.press(KEYS[decided.length % 2] ?? 'm');
    strokes += 1;
    const at = await pairAtKey();
    if (at === null) {
      // Nothing was shown any more: nobody was asked anything.
      todo.left += 1;
      continue;
    }
    decided.push(at);
    await expect.poll(() => shownPair(page), { intervals: [5, 10, 20] }).not.toBe(at);
  }
  return { decided, strokes };
}

interface Standing {
  decision: string;
  by: string;
  one: { slot: { observation: string; slot: number } };
  other: { slot: { observation: string; slot: number } };
  undone: boolean;
}

/** Decisions as the server has them. */
async function decisions(page: Page): Promise<Standing[]> {
  const campaign = /#\/doubles\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? '';
  const answer = await page.request.get(`${new URL(page.url()).origin}/api/campaigns/${campaign}/doubles`);
  return ((await answer.json()) as { decided: Standing[] }).decided;
}

const standing = async (page: Page): Promise<Standing[]> =>
  (await decisions(page)).filter((decision) => !decision.undone);

/** Lines of the log that say what two people are to each other: not rulings on one. */
const ACTS = '[data-act]:has(.side strong)';

const pairOf = ({ one, other }: Standing): string =>
  [one, other].map(({ slot }) => `${slot.observation}:${slot.slot}`).sort().join('|');

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

test('thirty pairs are reviewed by keyboard, undone, and redone by two coordinators at once', async ({
  page,
  night,
  browser,
}) => {
  test.slow();
  await openNight(page, night);
  await screen(page, 'Doublons');
  await expect(page.locator('[data-pair]')).toBeVisible({ timeout: LEASES_RUN_OUT_MS });
  const earlier = (await standing(page)).length;
  await timeKeys(page);

  const first = await reviewPairs(page, { left: PAIRS });
  expect(first.decided).toHaveLength(PAIRS);
  expect(first.strokes).toBeLessThanOrEqual(PAIRS * STROKES_PER_PAIR);
  await expect.poll(async () => (await standing(page)).length).toBe(earlier + PAIRS);
  const times = await keyTimes(page);
  const told = (of: (time: KeyTime) => number): string =>
    [0.5, 0.95, 1].map((share) => Math.round(quantile(times.map(of), share))).join(' / ');
  console.log(
    `key to next pair over ${times.length} pairs, median / p95 / worst: in the document ` +
      `${told((time) => time.laid)} ms, painted ${told((time) => time.painted)} ms ` +
      `(aim ${AIM_MS} ms); ${first.strokes} key strokes for ${PAIRS} pairs`,
  );

  for (let undone = 1; undone <= PAIRS; undone += 1) {
    await page.keyboard.press('u');
    await expect.poll(async () => (await standing(page)).length).toBe(earlier + PAIRS - undone);
  }

  const elsewhere = await browser.newContext({
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 800 },
  });
  const other = await elsewhere.newPage();
  await openNight(other, night, OTHER_ACCOUNT);
  await screen(other, 'Doublons');
  await expect(other.locator('[data-pair]')).toBeVisible();
  await expect(page.locator('[data-other="paul"]')).toBeVisible({ timeout: 15_000 });
  expect(await shownPair(other)).not.toBe(await shownPair(page));
  // An order that is refused would leave a pair undecided: it is told rather than waited for.
  const refusals: string[] = [];
  for (const who of [page, other]) {
    who.on('response', (answer) => {
      if (answer.url().endsWith('/commands') && !answer.ok()) refusals.push(String(answer.status()));
    });
  }
  const todo = { left: PAIRS };
  const [ours, theirs] = await Promise.all([reviewPairs(page, todo), reviewPairs(other, todo)]);
  const both = [...ours.decided, ...theirs.decided];
  expect(new Set(both).size, 'nobody was shown a pair that the other decided').toBe(both.length);
  expect(both).toHaveLength(PAIRS);
  expect(theirs.decided.length).toBeGreaterThan(0);
  expect(ours.decided.length).toBeGreaterThan(0);
  await expect
    .poll(async () => (await standing(page)).length, { timeout: 60_000 })
    .toBe(earlier + PAIRS);
  expect(refusals).toEqual([]);
  const stand = await standing(page);
  const pairs = stand.map(pairOf);
  expect(new Set(pairs).size, 'no pair is decided twice').toBe(pairs.length);
  const by = (name: string): number => stand.filter((decision) => decision.by === name).length;
  console.log(`redone at the same time: claire ${by('claire')}, paul ${by('paul')}, no pair twice`);
  expect(by('paul')).toBe(theirs.decided.length);
  await elsewhere.close();

  // What the committee prints holds every one of both, with what was undone.
  const all = await decisions(page);
  await part(page, 'Journal');
  await expect(page.locator(ACTS)).toHaveCount(all.length);
  const stands = page.locator(`${ACTS}:not(.undone)`);
  const authors = await stands.locator('td:nth-child(3) .small').allInnerTexts();
  const acts = [...new Set(authors)].map((who) => authors.filter((one) => one === who).length);
  expect(acts.sort()).toEqual([by('claire'), by('paul')].sort());
  await expect(page.locator(`${ACTS}.undone`)).toHaveCount(all.length - stand.length);
});

/** Pairs of a page in the test below: a night of this size has one page on the server. */
const PAGE_PAIRS = 3;

interface Told {
  queue: { one: { slot: object }; other: { slot: object } }[];
  waiting: number;
  next: string | null;
}

/** The server's queue told in pages of three, the first alone where nothing follows it. */
async function inPages(page: Page, follows: boolean): Promise<void> {
  await page.route(/\/doubles(\?.*)?$/, async (route) => {
    const asked = new URL(route.request().url());
    const from = Number(asked.searchParams.get('after') ?? 0);
    const answer = await route.fetch({ url: `${asked.origin}${asked.pathname}` });
    const whole = (await answer.json()) as Told;
    const goesOn = follows && from + PAGE_PAIRS < whole.queue.length;
    const queue = whole.queue.slice(from, from + PAGE_PAIRS);
    const next = goesOn ? String(from + PAGE_PAIRS) : null;
    await route.fulfill({ json: { ...whole, queue, next } });
  });
}

/** Holds the first page of the queue, as a window of this account would; what was told. */
async function holdFirstPage(page: Page): Promise<Told> {
  return page.evaluate(async (most) => {
    const campaign = /#\/[a-z]+\/([0-9a-f-]+)/.exec(location.hash)?.[1] ?? '';
    const doubles = `/api/campaigns/${campaign}/doubles`;
    const told = (await (await fetch(doubles)).json()) as Told;
    const pairs = told.queue.slice(0, most);
    const hold = (): Promise<Response> =>
      fetch(`${doubles}/looking`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          window: 'held',
          pairs: pairs.map(({ one, other }) => ({ one: one.slot, other: other.slot })),
        }),
      });
    await hold();
    // A window asks again and again: what is not asked for is given to others after a while.
    setInterval(() => void hold(), 5_000);
    return { ...told, queue: pairs };
  }, PAGE_PAIRS);
}

test('where others hold the whole first page the next one is reviewed', async ({
  page,
  night,
  browser,
}) => {
  const elsewhere = await browser.newContext({ locale: 'fr-FR' });
  const other = await elsewhere.newPage();
  await openNight(other, night, OTHER_ACCOUNT);
  await openNight(page, night);
  const alone = await browser.newContext({ locale: 'fr-FR' });
  const blind = await alone.newPage();
  await openNight(blind, night);
  const first = await holdFirstPage(other);
  expect(first.waiting, 'more than a page').toBeGreaterThan(PAGE_PAIRS);
  // The control: told of the first page alone, there is nothing to review.
  await inPages(blind, false);
  await screen(blind, 'Doublons');
  await expect(blind.locator('[data-held]')).toContainText('paul');

  await inPages(page, true);
  await screen(page, 'Doublons');
  // The first page is read, then the next: on a busy machine that takes its time.
  await expect(page.locator('[data-pair]')).toBeVisible({ timeout: 30_000 });
  const shown = await shownPair(page);
  const keyOf = ({ one, other: that }: Told['queue'][number]): string =>
    [one, that]
      .map(({ slot }) => Object.values(slot).join(':'))
      .sort()
      .join('|');
  expect(first.queue.map(keyOf), 'a pair that paul holds is not offered').not.toContain(shown);
  const left = page.locator('[data-queue]');
  await expect(left).toHaveAttribute('data-queue', String(first.waiting));
  await page.keyboard.press('d');
  await expect(left).toHaveAttribute('data-queue', String(first.waiting - 1));
  await expect.poll(() => shownPair(page)).not.toBe(shown);
  await page.keyboard.press('u');
  await expect(left).toHaveAttribute('data-queue', String(first.waiting));
  // A reading may be under way.
  for (const told of [page, blind]) await told.unrouteAll({ behavior: 'ignoreErrors' });
  await alone.close();
  await elsewhere.close();
});

test('without leases both coordinators are shown the same pair', async ({ page, night, browser }) => {
  // The control of the test above: what is granted to everybody is shown to everybody.
  const grantAll = async (shown: Page): Promise<void> => {
    await shown.route('**/doubles/looking', async (route) => {
      const asked = route.request().postDataJSON() as { pairs: unknown[] };
      await route.fulfill({ json: { granted: asked.pairs, others: [] } });
    });
  };
  const elsewhere = await browser.newContext({ locale: 'fr-FR' });
  const other = await elsewhere.newPage();
  await grantAll(page);
  await grantAll(other);
  await openNight(page, night);
  await openNight(other, night, OTHER_ACCOUNT);
  await screen(page, 'Doublons');
  await screen(other, 'Doublons');
  await expect(page.locator('[data-pair]')).toBeVisible({ timeout: LEASES_RUN_OUT_MS });
  await expect(other.locator('[data-pair]')).toBeVisible();
  expect(await shownPair(other)).toBe(await shownPair(page));
  await elsewhere.close();
});

test('a group is parted with its effect told first, and put together again', async ({
  page,
  night,
}) => {
  await openNight(page, night);
  await screen(page, 'Doublons');
  const view = page.locator('[data-group-view]');
  const dialogue = page.getByRole('dialog');
  // A group that others hold together has no effect on the figure: the first that has one.
  for (let at = 0; at < 8; at += 1) {
    await part(page, 'Groupes');
    await page.locator('[data-group] button').nth(at).click();
    await expect(view).toBeVisible();
    const tickable = view
      .locator('.person:not(.near)')
      .filter({ has: page.locator('label:nth-of-type(2)') });
    if ((await tickable.count()) > 0) {
      await tickable.first().getByRole('checkbox').first().check();
      await page.getByRole('button', { name: 'Séparer ce qui est coché' }).click();
      await expect(dialogue.locator('[data-effect="true"]')).toBeVisible();
      if ((await dialogue.locator('[data-effect] table').count()) > 0) break;
      await page.keyboard.press('Escape');
    }
    await page.reload();
  }
  await expect(dialogue.getByText('Personnes différentes à la rue')).toBeVisible();
  const figures = await dialogue.locator('[data-effect] tr').first().locator('.number').allInnerTexts();
  const [was, will] = figures.map((text) => Number(text.replace(/\D/g, '')));
  expect(will).toBeGreaterThan(was ?? 0);
  await dialogue.getByLabel(/Pourquoi/).fill('vues ensemble au même moment');
  await dialogue.getByRole('button', { name: 'Confirmer' }).click();
  await expect(page.getByText('Décidé, et annulable')).toBeVisible();
  const gesture = page.locator('[data-decision]').first();
  await expect(gesture).toContainText('vues ensemble');
  // The count moved by what was told.
  await part(page, 'Paires');
  await expect(page.getByText(new RegExp(`^\\s*${will} personnes différentes`))).toBeVisible();
  await page.locator('[data-decision]').first().getByRole('button').click();
  await expect(page.getByText(new RegExp(`^\\s*${was} personnes différentes`))).toBeVisible();
});

test('a doubtful observation is asked of its team, answered and undone', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Doublons');
  await part(page, 'Douteuses');
  const line = page.locator('[data-doubtful]').first();
  await expect(line).toBeVisible();
  const id = await line.getAttribute('data-doubtful');
  const same = page.locator(`[data-doubtful="${id}"]`);
  await line.getByLabel(/Pourquoi/).fill('était-il seul sous le porche ?');
  await line.getByRole('button', { name: 'Demander à l’équipe' }).click();
  await expect(same).toContainText('équipe à interroger');
  await screen(page, 'Ce soir');
  const asked = page.locator(`[data-asked="${id}"]`);
  await expect(asked).toContainText('était-il seul sous le porche ?');
  await asked.getByLabel('Réponse de l’équipe').fill('oui, seul');
  await asked.getByRole('button', { name: 'Compter', exact: true }).click();
  await expect(asked).toHaveCount(0);
  await screen(page, 'Doublons');
  await part(page, 'Douteuses');
  await expect(same).toContainText('Réponse de l’équipe : oui, seul');
  for (const left of [1, 0]) {
    await same.getByRole('button', { name: 'Annuler', exact: true }).first().click();
    await expect(same.getByRole('button', { name: 'Annuler', exact: true })).toHaveCount(left);
  }
  await expect(same).toContainText('à trancher');
});

test('the committee’s log names nobody and adds up', async ({ page, night }) => {
  await openNight(page, night);
  await screen(page, 'Doublons');
  await expect(page.locator('[data-pair]')).toBeVisible({ timeout: LEASES_RUN_OUT_MS });
  await page.keyboard.press('m');
  await expect(page.locator('[data-decision]').first()).toContainText('même');
  await part(page, 'Journal');
  const log = page.locator('[data-log]');
  await expect(log).toBeVisible();
  await expect(log).not.toContainText('claire');
  await expect(log.locator('[data-act]').last()).toContainText('Même personne');
  const number = async (text: Promise<string>): Promise<number> =>
    Number((await text).replace('−', '-').replace(/[^\d-]/g, ''));
  const cells = log.locator('[data-unit="street"] td');
  const [before, change, now] = await Promise.all(
    [0, 1, 2].map((index) => number(cells.nth(index).innerText())),
  );
  expect((before ?? 0) + (change ?? 0)).toBe(now);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation', { name: 'Écrans de la campagne' })).toBeHidden();
  await expect(log.getByRole('button', { name: 'Imprimer' })).toBeHidden();
  await expect(log.locator('[data-act]').last()).toBeVisible();
});
