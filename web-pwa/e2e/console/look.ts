/** Screens that are looked at: by axe in the three themes, and as pictures by a person. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './served';

/** Where screenshots to look at are put; nowhere unless asked. */
const LOOK = process.env['LOOK'];

/** Keeps a picture of the whole page, where somebody asked for pictures. */
export async function look(page: Page, name: string): Promise<void> {
  if (LOOK) await page.screenshot({ path: `${LOOK}/${name}.png`, fullPage: true });
}

/** No fault in the night theme, and no colour too weak in the others. */
export async function noFault(page: Page, name: string): Promise<void> {
  for (const theme of ['rouge', 'jour', 'nuit']) {
    await page.getByRole('combobox', { name: 'Couleurs' }).selectOption(theme);
    const axe = new AxeBuilder({ page });
    const { violations } = await (theme === 'nuit' ? axe : axe.withRules(['color-contrast'])).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`);
    expect(found, `${name}, ${theme}`).toEqual([]);
    await look(page, `${name}-${theme}`);
  }
}
