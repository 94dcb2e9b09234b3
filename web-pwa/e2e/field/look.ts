/**
 * A look at a screen: no accessibility fault in three themes; held either way, nothing too small to
 * touch or to read, nothing cut off or covered, and Urgence one tap away.
 *
 * For: the tablet's browser tests. With `LOOK_IMAGES` naming a folder, each look is also kept as two
 * pictures there.
 */
import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { join } from 'node:path';
import { expect } from './tablet';

const THEMES = ['nuit', 'rouge', 'jour'] as const;
const SMALLEST_TARGET_PX = 56;
const SMALLEST_TEXT_PX = 18;
/** How a tablet is held: lying, standing. */
const SIZES = [
  { width: 1280, height: 800 },
  { width: 800, height: 1280 },
] as const;
const IMAGES = process.env['LOOK_IMAGES'];

async function dress(page: Page, theme: string, language: string): Promise<void> {
  await page.evaluate(
    ([look, tongue]) => {
      document.documentElement.dataset['theme'] = look;
      document.documentElement.lang = tongue ?? 'fr';
    },
    [theme, language],
  );
}

/** What axe finds; put into the page once and asked there, for a look is had very often. */
async function faults(page: Page, everything: boolean): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(
    async (rules) => {
      const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
      const { violations } = await inPage.run(document, {
        resultTypes: ['violations'],
        ...(rules ? { runOnly: rules } : {}),
      });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary ?? ''}`),
      );
    },
    // A theme changes colours alone.
    everything ? null : ['color-contrast'],
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

/** Words that stick out of what holds them, controls on top of each other, and a hidden Urgence. */
async function outOfPlace(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wrong: string[] = [];
    const words = (element: Element): string =>
      element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30) ?? '';
    const seen = (element: Element): boolean =>
      element.checkVisibility() && !element.closest('.visually-hidden, .skip, .maplibregl-map');
    for (const element of [document.documentElement, ...document.querySelectorAll('main, dialog')]) {
      if (element.scrollWidth > element.clientWidth + 1) wrong.push(`${element.tagName} is too wide`);
    }
    const controls = [...document.querySelectorAll('button, a[href], label.tile, .field')].filter(seen);
    for (const element of controls) {
      const wide = element.scrollWidth > element.clientWidth + 1;
      const high = element.scrollHeight > element.clientHeight + 1;
      if (element.tagName !== 'TEXTAREA' && (wide || high)) wrong.push(`cut off: ${words(element)}`);
      const { left, right, top, bottom } = element.getBoundingClientRect();
      if (left < -0.5 || right > innerWidth + 0.5) wrong.push(`off the side: ${words(element)}`);
      const still = element.closest('body > * header, footer') && !element.closest('main');
      if (still && (top < -0.5 || bottom > innerHeight + 0.5)) {
        wrong.push(`off the end: ${words(element)}`);
      }
    }
    // What scrolls goes under what stands: only neighbours of one part are compared.
    const part = (element: Element): Element | null => element.closest('dialog, header, main, footer');
    const boxes = controls.map((element) => ({ element, box: element.getBoundingClientRect() }));
    for (const [at, { element: one, box: a }] of boxes.entries()) {
      for (const { element: other, box: b } of boxes.slice(at + 1)) {
        if (part(one) !== part(other) || one.contains(other) || other.contains(one)) continue;
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 1) wrong.push(`${words(one)} lies on ${words(other)}`);
      }
    }
    const emergencies = [...document.querySelectorAll('button')].filter((button) =>
      /^(Urgence|Emergency)$/.test(button.textContent?.trim() ?? ''),
    );
    const open = emergencies.some((button) => {
      const { left, top, width, height } = button.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      return hit !== null && button.contains(hit);
    });
    if (!open) wrong.push('Urgence cannot be touched');
    return wrong;
  });
}

/** Looks at the screen as it is. */
export async function look(page: Page, where: string, language = 'fr'): Promise<void> {
  // Colours do not depend on words: the other themes are looked at in French.
  for (const theme of language === 'fr' ? THEMES : THEMES.slice(0, 1)) {
    await dress(page, theme, language);
    const found = await faults(page, theme === 'nuit');
    expect.soft(found, `${where}, ${theme}, ${language}`).toEqual([]);
  }
  await dress(page, 'nuit', language);
  const before = page.viewportSize();
  for (const size of SIZES) {
    const held = `${where}, ${language}, ${size.width}×${size.height}`;
    await page.setViewportSize(size);
    expect.soft(await tooSmall(page), held).toEqual([]);
    expect.soft(await outOfPlace(page), held).toEqual([]);
    if (IMAGES) await page.screenshot({ path: join(IMAGES, `${held.replaceAll(/[ ,]+/g, '-')}.png`) });
  }
  if (before) await page.setViewportSize(before);
}
