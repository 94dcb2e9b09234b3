/** Screens that are looked at: by axe in the three themes, and as pictures by a person. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect } from './served';

/** Where screenshots to look at are put; nowhere unless asked. */
export const LOOK = process.env['LOOK'];

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

const SIZES = [
  { width: 1280, height: 800 },
  { width: 800, height: 1280 },
] as const;

/** Held either way, no fault and nothing beyond the edge; kept as pictures of the page, or of a part. */
export async function eitherWay(page: Page, name: string, part?: Locator): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`);
    expect(found, `${name}, ${size.width}`).toEqual([]);
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(beyond, `${name}, ${size.width}`).toBeLessThanOrEqual(0);
    const path = `${LOOK}/${name}-${size.width}.png`;
    if (LOOK) await (part?.screenshot({ path }) ?? page.screenshot({ path, fullPage: true }));
  }
  await page.setViewportSize(SIZES[0]);
}
