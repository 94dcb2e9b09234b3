/** Words of *Passer la main*, loaded with its screens. */
import { handoverEn } from '../../locale/handover.en';
import { handoverFr } from '../../locale/handover.fr';
import { language } from '../../locale/index.svelte';

/** In the language at hand. */
export function words(): typeof handoverFr {
  return language() === 'fr' ? handoverFr : handoverEn;
}
