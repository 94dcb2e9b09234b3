/**
 * A look at a screen: no accessibility fault in three themes, nothing too small to touch or to read.
 *
 * For: the tablet's browser tests.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './tablet';

const THEMES = ['nuit', 'rouge', 'jour'] as const;
const SMALLEST_TARGET_PX = 56;
const SMALLEST_TEXT_PX = 18;

async function dress(page: Page, theme: string, language: string): Promise<void> {
  await page.evaluate(
    ([look, tongue]) => {
      document.documentElement.dataset['theme'] = look;
      document.documentElement.lang = tongue ?? 'fr';
    },
    [theme, language],
  );
}

async function faults(page: Page, everything: boolean): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  // A theme changes colours alone.
  const found = await (everything ? builder : builder.withRules(['color-contrast'])).analyze();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary ?? ''}`),
  );
}

/** Buttons, links, fields and tiles too small to touch, and texts too small to read. */
async function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(
    ([target, letter]) => {
      const small: string[] = [];
      const seen = (element: Element): boolean =>
        element.checkVisibility() && !element.closest('.visually-hidden, .skip, .maplibregl-map');
      for (const element of document.querySelectorAll('button, a[href], label.tile, .field')) {
        if (!seen(element)) continue;
        const { width, height } = element.getBoundingClientRect();
        const words = element.textContent?.trim().slice(0, 30);
        if (Math.min(width, height) < (target ?? 0) - 0.5) {
          small.push(`${element.tagName} ${words} ${Math.round(width)}×${Math.round(height)}`);
        }
      }
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const holder = node.parentElement;
        if (!holder || !node.textContent?.trim() || !seen(holder)) continue;
        const size = parseFloat(getComputedStyle(holder).fontSize);
        if (size < (letter ?? 0) - 0.1) small.push(`text ${size}: ${node.textContent.trim()}`);
      }
      return small;
    },
    [SMALLEST_TARGET_PX, SMALLEST_TEXT_PX],
  );
}

/** Looks at the screen as it is. */
export async function look(page: Page, where: string, language = 'fr'): Promise<void> {
  // Colours do not depend on words: the other themes are looked at in French.
  for (const theme of language === 'fr' ? THEMES : THEMES.slice(0, 1)) {
    await dress(page, theme, language);
    const found = await faults(page, theme === 'nuit');
    expect.soft(found, `${where}, ${theme}, ${language}`).toEqual([]);
  }
  expect.soft(await tooSmall(page), `${where}, ${language}`).toEqual([]);
  await dress(page, 'nuit', language);
}
