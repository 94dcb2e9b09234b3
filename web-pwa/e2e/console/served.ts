/**
 * A real server with an account, in a folder of its own, for the console's browser tests.
 *
 * `MARAUDE_BIN` is the server, `MARAUDE_NIGHT` collects a simulated night through the real sync.
 */
import { test as base, expect, type Page } from '@playwright/test';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PASSWORD, TALKATIVE, logIn, noteLog } from '../logged';
import { firstPort } from '../ports';

export { PASSWORD };

const TARGET = resolve(import.meta.dirname, '../../../target/debug');
const SERVER = process.env['MARAUDE_BIN'] ?? join(TARGET, 'maraude');
const NIGHT = process.env['MARAUDE_NIGHT'] ?? join(TARGET, 'simulated_night');

export const ACCOUNT = 'claire';
/** A second coordinator, with the same words. */
export const OTHER_ACCOUNT = 'paul';
/** One account of each other role, with the same words. */
export const ANALYST = 'ana';
export const LEAD = 'lea';
export const DPO = 'dora';
export const ADMIN = 'adam';
const ACCOUNTS: readonly (readonly [string, string])[] = [
  [ACCOUNT, 'coordinator'],
  [OTHER_ACCOUNT, 'coordinator'],
  [ANALYST, 'analyst'],
  [LEAD, 'lead'],
  [DPO, 'dpo'],
  [ADMIN, 'admin'],
];

/** First port of this folder's tests. */
const FIRST_PORT = firstPort('CONSOLE_PORT', 8651);

/** How long the server may take to answer after its start. */
const START_WITHIN_MS = 30_000;

/** A running server. */
export interface Served {
  readonly base: string;
  /** A command of the binary, asked of the running server. */
  readonly command: (args: string[]) => void;
  /** Collects one more night, in a campaign of its own on the same ground. */
  readonly anotherNight: (seed: number) => void;
}

function run(args: string[], data: string, input?: string): void {
  const done = spawnSync(SERVER, args, {
    env: { ...process.env, MARAUDE_DATA: data },
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
  if (done.status !== 0) throw new Error(`maraude ${args[0]}: ${done.stderr}`);
}

async function healthy(address: string): Promise<void> {
  const end = Date.now() + START_WITHIN_MS;
  while (Date.now() < end) {
    const answer = await fetch(`${address}/health`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no answer from ${address}`);
}

async function start(
  port: number,
  withNight: boolean,
  more: readonly string[] = [],
): Promise<Served & { stop: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'maraude-console-'));
  const data = join(folder, 'data');
  const key = join(folder, 'master.key');
  run(['init', '--master-key', key], data);
  for (const [name, role] of ACCOUNTS) {
    const account = ['user', 'add', '--name', name, '--role', role];
    run([...account, '--password-stdin', '--master-key', key], data, `${PASSWORD}\n`);
  }
  const serve = ['serve', '--listen', `127.0.0.1:${port}`, '--master-key', key, ...more];
  const child: ChildProcess = spawn(SERVER, serve, {
    env: { ...process.env, ...TALKATIVE, MARAUDE_DATA: data },
    stdio: ['ignore', 'ignore', logIn(folder)],
  });
  const stop = (): void => {
    child.kill('SIGTERM');
    noteLog(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  const address = `http://localhost:${port}`;
  try {
    await healthy(address);
    const night = (seed: number, more: string[] = []): void => {
      if (!existsSync(NIGHT)) throw new Error(`${NIGHT} is missing: cargo xtask test builds it`);
      const args = ['--base', address, '--account', ACCOUNT, '--password', PASSWORD];
      const done = spawnSync(NIGHT, [...args, '--seed', String(seed), ...more], {
        encoding: 'utf8',
      });
      if (done.status !== 0) throw new Error(`simulated night: ${done.stderr}`);
    };
    if (withNight) night(7, ['--with-layers']);
    const command = (args: string[]): void => run([...args, '--master-key', key], data);
    return { base: address, command, anotherNight: (seed) => night(seed), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/**
 * `served`: an empty server. `night`: one with a night already collected. `elsewhere`: an empty one that
 * stands behind a proxy, so that others than this machine may ask; the browser plays the proxy.
 */
export const test = base.extend<object, { served: Served; night: Served; elsewhere: Served }>({
  elsewhere: [
    async ({}, use) => {
      const port = FIRST_PORT + 2;
      const told = ['--behind-proxy', '--public-url', `http://localhost:${port}`];
      const served = await start(port, false, told);
      await use(served);
      served.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  served: [
    async ({}, use) => {
      const served = await start(FIRST_PORT, false);
      await use(served);
      served.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  night: [
    async ({}, use) => {
      const served = await start(FIRST_PORT + 1, true);
      await use(served);
      served.stop();
    },
    { scope: 'worker', timeout: 900_000 },
  ],
});

/** Logs in and shows the list of campaigns. */
export async function enter(page: Page, served: Served, account = ACCOUNT): Promise<void> {
  await page.goto(`${served.base}/console`);
  await page.getByLabel('Nom du compte').fill(account);
  await page.getByLabel('Mot de passe').fill(PASSWORD);
  await page.getByRole('button', { name: 'Entrer' }).click();
  await expect(page.getByRole('heading', { name: 'Campagnes' })).toBeVisible();
}

/** Logs out. */
export async function leave(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Se déconnecter' }).click();
  await expect(page.getByLabel('Nom du compte')).toBeVisible();
}

/** Creates a campaign and shows its *Préparer*. */
export async function createCampaign(
  page: Page,
  name: string,
  mode: 'Réelle' | 'Exercice',
): Promise<void> {
  await page.getByLabel('Nom', { exact: false }).first().fill(name);
  await page.getByLabel(mode).check();
  if (mode === 'Réelle') {
    await page.getByLabel('Signes et lieux exacts détruits le').fill('2027-06-01');
    await page.getByLabel('Toute la campagne effacée le').fill('2027-12-31');
  }
  await page.getByRole('button', { name: 'Créer la campagne' }).click();
  await expect(page.getByRole('heading', { name: 'Préparer' })).toBeVisible();
}

/** Opens a step of *Préparer*. */
export async function step(page: Page, name: string): Promise<void> {
  const link = page.getByRole('navigation', { name: 'Préparer' }).getByRole('link', { name });
  await link.click();
  // Two steps have fields of the same name: what is filled next must be the new one's.
  await expect(link).toHaveAttribute('aria-current');
}

/** Opens a screen of the campaign. */
export async function screen(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Écrans de la campagne' })
    .getByRole('link', { name })
    .click();
}

export { expect };
