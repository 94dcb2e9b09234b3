/**
 * The console beside a tablet: a coordinator logs in and opens a page.
 *
 * For: browser tests of what tablet and console do together.
 */
import type { Page } from '@playwright/test';
import type { Server } from './server';

/** Logs in. */
export async function logIn(page: Page, server: Server): Promise<void> {
  await page.goto(`${server.base}/console`);
  await page.getByLabel('Nom du compte').fill(server.account);
  await page.getByLabel('Mot de passe').fill(server.password);
  await page.getByRole('button', { name: 'Entrer' }).click();
}

/** The campaign's *Tablettes*, logged in. */
export async function openTablets(page: Page, server: Server): Promise<void> {
  await logIn(page, server);
  await page.getByText('Nuit d’essai').first().click();
  await page
    .getByRole('navigation', { name: 'Écrans de la campagne' })
    .getByRole('link', { name: 'Tablettes' })
    .click();
}
