/** Words of what goes from screen to camera, loaded with the screens that use them. */
import { codesEn } from '../../locale/codes.en';
import { codesFr } from '../../locale/codes.fr';
import { language } from '../../locale/index.svelte';

/** In the language at hand. */
export function words(): typeof codesFr {
  return language() === 'fr' ? codesFr : codesEn;
}
