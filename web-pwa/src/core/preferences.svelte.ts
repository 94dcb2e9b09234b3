/**
 * Language, theme, hand and dimmer, kept on this device and applied to the page.
 *
 * For: settings screens and `main.ts`. Knows nothing of the vault.
 */
import { setLanguage, type Language } from '../locale/index.svelte';
import { keep, readKept } from '../platform/preferences';

/** The three themes: night, red (eyes used to the dark), broad daylight. */
export type Theme = 'nuit' | 'rouge' | 'jour';

export const THEMES: readonly Theme[] = ['nuit', 'rouge', 'jour'];

/** How the screen is set up. */
export interface Preferences {
  language: Language;
  theme: Theme;
  leftHanded: boolean;
  /** Black laid over the screen, per cent, at most 70. */
  dimPercent: number;
}

const LARGEST_DIM_PERCENT = 70;

const GROUNDS: Record<Theme, string> = { nuit: '#0b0b0d', rouge: '#0a0000', jour: '#ffffff' };

function read(): Preferences {
  const kept = readKept();
  const found: Partial<Record<keyof Preferences, unknown>> =
    typeof kept === 'object' && kept !== null ? kept : {};
  const dim = typeof found.dimPercent === 'number' ? found.dimPercent : 0;
  return {
    language: found.language === 'en' ? 'en' : 'fr',
    theme: THEMES.find((theme) => theme === found.theme) ?? 'nuit',
    leftHanded: found.leftHanded === true,
    dimPercent: Math.min(Math.max(Math.round(dim), 0), LARGEST_DIM_PERCENT),
  };
}

/** The choices at hand; change them with `prefer`. */
export const preferences: Preferences = $state(read());

/** Changes some choices, keeps them and applies them. */
export function prefer(change: Partial<Preferences>): void {
  Object.assign(preferences, change);
  preferences.dimPercent = Math.min(Math.max(preferences.dimPercent, 0), LARGEST_DIM_PERCENT);
  keep({ ...preferences });
  void applyPreferences();
}

/** Puts language and theme on the page. */
export async function applyPreferences(): Promise<void> {
  const root = document.documentElement;
  root.dataset['theme'] = preferences.theme;
  root.dataset['hand'] = preferences.leftHanded ? 'left' : 'right';
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute('content', GROUNDS[preferences.theme]);
  // Words that cannot be fetched cost only the language.
  await setLanguage(preferences.language).catch(() => undefined);
}
