/**
 * Where the person is in the field app: a pile of screens, and the browser's back key.
 *
 * For: the field screens. It never leaves the app on a back key: a tablet in a pocket must not close
 * a form.
 */
import type { ObservationId } from '../core/generated/tablet';

/** A screen that can be put on top of the main one. */
export type Place =
  | { readonly screen: 'departure' }
  | { readonly screen: 'start' }
  | { readonly screen: 'entry'; readonly observation: ObservationId }
  | { readonly screen: 'form' }
  | { readonly screen: 'pin' }
  | { readonly screen: 'map' }
  | { readonly screen: 'send' }
  | { readonly screen: 'finish' }
  | { readonly screen: 'give' }
  | { readonly screen: 'receive' }
  | { readonly screen: 'streets' }
  | { readonly screen: 'settings' }
  | { readonly screen: 'enrol' }
  | { readonly screen: 'emergency' };

const pile: Place[] = $state([]);

/** The screen on top; nothing means the main one. */
export function top(): Place | null {
  return pile.at(-1) ?? null;
}

/** Puts a screen on top. */
export function go(place: Place): void {
  if (pile.at(-1)?.screen === place.screen) pile.pop();
  pile.push(place);
}

/** Takes the screen on top away. */
export function back(): void {
  pile.pop();
}

/** Takes everything away: the main screen. */
export function goHome(): void {
  pile.length = 0;
}

/** Takes everything away but Urgence: what was open was about a night that is over. */
export function startOver(): void {
  pile.splice(0, pile.length, ...pile.filter(({ screen }) => screen === 'emergency'));
}

/** Takes away a screen and all above it. */
export function leave(screen: Place['screen']): void {
  const at = pile.findIndex((place) => place.screen === screen);
  if (at >= 0) pile.length = at;
}

/** Whether a screen is somewhere in the pile. */
export function holds(screen: Place['screen']): boolean {
  return pile.some((place) => place.screen === screen);
}

/** What the back key does before anything else; answers whether it did something. */
let first: (() => boolean) | null = null;

/** A screen takes the back key over for as long as it is shown. */
export function onBackKey(act: () => boolean): () => void {
  first = act;
  return () => {
    if (first === act) first = null;
  };
}

/** Listens to the back key. Called once. */
export function startNavigation(): void {
  history.replaceState({ maraude: 'base' }, '');
  history.pushState({ maraude: 'guard' }, '');
  addEventListener('popstate', () => {
    history.pushState({ maraude: 'guard' }, '');
    if (!first?.()) back();
  });
}
