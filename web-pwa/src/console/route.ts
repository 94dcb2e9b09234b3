/**
 * The console's address: `#/tonight/CAMPAIGN`. Pure; the root component reads and writes it.
 *
 * Only a screen's name and a campaign's identifier ever stand in it: no place, no observation.
 */

/** The screens of a campaign, in the order of the menu. */
export const SCREENS = [
  'tonight',
  'doubles',
  'quality',
  'observations',
  'devices',
  'prepare',
  'release',
] as const;

/** A screen of a campaign. */
export type Screen = (typeof SCREENS)[number];

/** The screens that an account may open; the server refuses the others' requests. */
export function screensOf(role: string): readonly Screen[] {
  if (role === 'analyst') return ['release'];
  if (role === 'dpo') return ['release'];
  if (role === 'lead') return ['devices'];
  if (role === 'administrator' || role === 'admin') return ['devices', 'prepare'];
  return SCREENS;
}

/** Where the coordinator is. */
export interface Route {
  readonly campaign: string | null;
  readonly screen: Screen;
  /** A part of the screen (a step of *Préparer*); empty is its first. */
  readonly part: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads an address; anything odd leads to the list of campaigns. */
export function readRoute(hash: string): Route {
  const [screen = '', campaign = '', part = ''] = hash.replace(/^#?\/?/, '').split('/');
  const known = SCREENS.find((name) => name === screen);
  if (known === undefined || !UUID.test(campaign)) {
    return { campaign: null, screen: 'tonight', part: '' };
  }
  return { campaign, screen: known, part: /^[a-z]*$/.test(part) ? part : '' };
}

/** Writes an address. */
export function writeRoute(route: Route): string {
  if (route.campaign === null) return '#/';
  const part = route.part === '' ? '' : `/${route.part}`;
  return `#/${route.screen}/${route.campaign}${part}`;
}
