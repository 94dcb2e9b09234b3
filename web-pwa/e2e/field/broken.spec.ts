/**
 * The app when something of it breaks: a core that traps, files that another page holds, a browser
 * that keeps nothing, a part that is missing, and a newer version that comes in the middle of a form.
 */
import type { Browser, BrowserContext, Page, Worker } from '@playwright/test';
import { Front, NO_STORAGE, TRAPS } from './front';
import { look } from './look';
import { HERE, type Server } from './server';
import { Tablet, expect, test as base } from './tablet';

/** More panics than these within a minute, and the app says that it is broken. */
const PANICS_ALLOWED = 3;

/** A tablet behind a server of the test's own. */
const test = base.extend<{ front: Front; own: BrowserContext }>({
  front: async ({ server }, use) => {
    const front = await Front.before(server.base);
    await use(front);
    front.close();
  },
  own: async ({ browser }, use) => {
    const context = await contextOf(browser);
    await use(context);
    await context.close();
  },
});

/** A browser's profile without the page's own policy, so that a test may run a worker of its own. */
function contextOf(
  browser: Browser,
  serviceWorkers: 'allow' | 'block' = 'allow',
): Promise<BrowserContext> {
  return browser.newContext({
    serviceWorkers,
    geolocation: HERE,
    permissions: ['geolocation'],
    hasTouch: true,
    bypassCSP: true,
  });
}

async function enrolled(front: Front, server: Server, page: Page, label: string): Promise<Tablet> {
  const tablet = new Tablet(page);
  await tablet.enrol(`${front.base}/#enrol=${await server.enrolmentCode(label)}`);
  await tablet.depart();
  return tablet;
}

/** The worker that holds the core, once it has started; another one than `former`, where that is given. */
async function core(page: Page, former?: Worker): Promise<Worker> {
  let found: Worker | undefined;
  const started = async (): Promise<boolean> => {
    found = page
      .workers()
      .find((worker) => worker !== former && /\/assets\/worker-/.test(worker.url()));
    // One that is ending answers no more.
    return (await found?.evaluate(() => 'trapsToCome' in self).catch(() => false)) ?? false;
  };
  await expect.poll(started, { timeout: 30_000 }).toBe(true);
  if (!found) throw new Error('the core is not started');
  return found;
}

const trapNext = (worker: Worker): Promise<void> =>
  worker.evaluate(() => {
    (self as unknown as { trapsToCome: number }).trapsToCome = 1;
  });

test('the core traps while a count is saved: it starts again, and nothing shown as saved is lost', async ({
  front,
  own,
  server,
}) => {
  front.beforeWorker = TRAPS;
  const tablet = await enrolled(front, server, await own.newPage(), 'Tablette qui bute');
  await tablet.count({ Hommes: 1 });
  await tablet.tap('Comptage');
  await tablet.tap('Hommes : un de plus');
  await tablet.tap('Femmes : un de plus');
  await tablet.choose('Rue, trottoir');
  // Control: as long as nothing traps, the same form stays where it is.
  await expect(tablet.title('Déverrouiller')).toBeHidden();
  await trapNext(await core(tablet.page));
  await tablet.tap(/^Enregistrer/);

  await tablet.unlock();
  await expect(tablet.page.getByText(/a dû redémarrer/)).toBeVisible();
  // Not shown as saved, so not saved: the form is there as it was left.
  await expect(tablet.button(/^Hommes : 1/)).toBeVisible();
  await expect(tablet.button(/^Femmes : 1/)).toBeVisible();
  await tablet.tap(/^Enregistrer/);
  await expect(tablet.counted()).toHaveText('2');
  await tablet.sendNow();
});

test('a core that traps again and again is said to be broken, and works after it', async ({
  front,
  own,
  server,
}) => {
  front.beforeWorker = TRAPS;
  const tablet = await enrolled(front, server, await own.newPage(), 'Tablette brisée');
  await tablet.count({ Femmes: 2 });
  const broken = tablet.title('L’application s’arrête à chaque essai');
  let worker: Worker | undefined;
  for (let traps = 0; traps <= PANICS_ALLOWED; traps += 1) {
    await expect(broken).toBeHidden();
    worker = await core(tablet.page, worker);
    await trapNext(worker);
    await tablet.page.evaluate(() => dispatchEvent(new Event('online')));
    if (traps < PANICS_ALLOWED) await expect(tablet.title('Déverrouiller')).toBeVisible();
  }
  await expect(broken).toBeVisible();
  // Nothing is being sent, and nothing has started again.
  await expect(tablet.button(/envoyé|à envoyer|Envoi…/)).toBeHidden();
  await expect(tablet.page.getByText(/a dû redémarrer/)).toBeHidden();
  await look(tablet.page, 'broken');
  await tablet.tap('Réessayer');
  await tablet.unlock();
  await expect(tablet.counted()).toHaveText('1');
});

test('files that another page still holds are waited for', async ({ front, own, server }) => {
  const first = await enrolled(front, server, await own.newPage(), 'Tablette occupée');
  await first.count({ Hommes: 3 });
  await first.page.close();
  const holder = await own.newPage();
  await holder.goto(`${front.base}/health`);
  await holder.evaluate(async () => {
    const script = `(async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('maraude');
      self.held = [];
      for await (const file of folder.values()) self.held.push(await file.createSyncAccessHandle());
      postMessage(self.held.length);
    })();`;
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const held = await new Promise((done, fail) => {
      const worker = new Worker(address);
      Object.assign(globalThis, { holder: worker });
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = () => fail(new Error('the files could not be held'));
    });
    if (!held) throw new Error('there was no file to hold');
  });
  const tablet = new Tablet(await own.newPage());
  await tablet.page.goto(front.base);
  await expect(tablet.title('Les données sont encore occupées')).toBeVisible({ timeout: 30_000 });
  await look(tablet.page, 'storage held');
  await holder.close();
  await tablet.tap('Réessayer');
  await tablet.unlock();
  await expect(tablet.counted()).toHaveText('1');
});

test('a browser that keeps nothing, and an app with a part missing, are told', async ({
  browser,
  front,
}) => {
  for (const [before, missing, title] of [
    [NO_STORAGE, null, 'Cette page ne peut rien garder'],
    ['', /_wasm_bg-.*\.wasm$/, 'L’application ne démarre pas'],
  ] as const) {
    front.beforeWorker = before;
    front.missing = missing;
    // What is kept for starts without a network would keep the fault too.
    const context = await contextOf(browser, 'block');
    const tablet = new Tablet(await context.newPage());
    await tablet.page.goto(front.base);
    await expect(tablet.title(title)).toBeVisible({ timeout: 30_000 });
    await look(tablet.page, title);
    // Once it is mended the same page goes on.
    front.beforeWorker = '';
    front.missing = null;
    await tablet.tap('Réessayer');
    await expect(tablet.page.locator('#code')).toBeVisible({ timeout: 30_000 });
    await context.close();
  }
});

test('on the page it was enrolled in, never loaded again, the map opens without network', async ({
  front,
  own,
  server,
}) => {
  const tablet = await enrolled(front, server, await own.newPage(), 'Tablette toute neuve');
  await tablet.keptOffline();
  await expect
    .poll(() => tablet.page.evaluate(() => navigator.serviceWorker.controller !== null))
    .toBe(true);
  front.missing = /./;
  await tablet.tap(/^Carte ·/);
  await expect(tablet.page.locator('.maplibregl-canvas')).toBeVisible({ timeout: 30_000 });
});

test('a newer version waits for the form, and starts with everything there', async ({
  front,
  own,
  server,
}) => {
  const tablet = await enrolled(front, server, await own.newPage(), 'Tablette à jour');
  await tablet.keptOffline();
  await tablet.count({ Hommes: 2 });
  await tablet.tap('Comptage');
  await tablet.tap('Femmes : un de plus');
  front.version = 1;
  await tablet.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
  });
  await expect
    .poll(() =>
      tablet.page.evaluate(async () => (await navigator.serviceWorker.ready).waiting !== null),
    )
    .toBe(true);
  const offer = tablet.button('Mettre à jour maintenant');
  await expect(offer).toBeHidden();
  await tablet.choose('Rue, trottoir');
  await tablet.tap(/^Enregistrer/);
  await expect(offer).toBeVisible();
  await look(tablet.page, 'newer version');
  await tablet.tap('Mettre à jour maintenant');
  await tablet.unlock();
  await expect(tablet.counted()).toHaveText('2');
  await expect(offer).toBeHidden();
  expect(
    await tablet.page.evaluate(async () => (await navigator.serviceWorker.ready).waiting),
  ).toBeNull();
});
