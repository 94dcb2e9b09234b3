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
  'estimation',
  'indicators',
  'comparison',
  'observations',
  'devices',
  'prepare',
  'release',
] as const;

/** A screen of a campaign. */
export type Screen = (typeof SCREENS)[number];

/**
 * What an account may ask of the server, by the routes it is let through: `plan` reads a campaign's
 * plan, `order` changes it and decides, `create` makes a campaign, `ground` imports layers, `tablets`
 * hands them out, `night` reads observations and builds releases, `figures` reads releases,
 * `estimates` reads indicators, comparisons and what was not seen, `tokens` opens maps to programs,
 * `dates` sees when campaigns end, `persons` answers somebody who comes with their slip of paper,
 * `oppositions` enters who is not to be recorded, `oversight` ends campaigns and reads the log of what
 * was done.
 */
export type Power =
  | 'plan'
  | 'order'
  | 'create'
  | 'ground'
  | 'tablets'
  | 'night'
  | 'figures'
  | 'estimates'
  | 'tokens'
  | 'dates'
  | 'persons'
  | 'oppositions'
  | 'oversight';

/** As the server's table of routes says; a test holds them equal. */
const POWERS: Readonly<Record<string, readonly Power[]>> = {
  coordinator: [
    'plan',
    'order',
    'create',
    'ground',
    'tablets',
    'night',
    'figures',
    'estimates',
    'tokens',
    'dates',
    'persons',
  ],
  analyst: ['figures', 'estimates', 'tokens'],
  lead: ['plan', 'tablets'],
  dpo: ['figures', 'dates', 'persons', 'oppositions', 'oversight'],
  admin: ['plan', 'create', 'ground', 'tablets', 'dates', 'oversight'],
};

/** An account of this role may do this; a screen shows nothing that the server would refuse. */
export function may(role: string | undefined, power: Power): boolean {
  return POWERS[role ?? '']?.includes(power) ?? false;
}

const NEEDED: Readonly<Record<Screen, readonly Power[]>> = {
  tonight: ['night'],
  doubles: ['night'],
  quality: ['night'],
  estimation: ['estimates'],
  indicators: ['estimates'],
  comparison: ['estimates'],
  observations: ['night'],
  devices: ['tablets'],
  prepare: ['order', 'ground'],
  release: ['figures'],
};

/** The screens that an account may open: those of which it may do something. */
export function screensOf(role: string | undefined): readonly Screen[] {
  return SCREENS.filter((screen) => NEEDED[screen].some((power) => may(role, power)));
}

/** The screens that still show something of a campaign whose documents ended. */
export function screensOfEnded(role: string | undefined): readonly Screen[] {
  return screensOf(role).filter((screen) => screen === 'comparison' || screen === 'release');
}

/** The pages beside the campaigns, in the order of their menu. */
export const PAGES = ['campaigns', 'retention', 'audit', 'account'] as const;

/** A page beside the campaigns. */
export type Page = (typeof PAGES)[number];

/** The pages that an account may open. */
export function pagesOf(role: string | undefined): readonly Page[] {
  return PAGES.filter((page) => {
    if (page === 'retention') return may(role, 'dates');
    return page !== 'audit' || may(role, 'oversight');
  });
}

/** The page an address leads to where it names no campaign; anything odd is the campaigns. */
export function readPage(hash: string): Page {
  const name = hash.replace(/^#?\/?/, '');
  return PAGES.find((page) => page === name) ?? 'campaigns';
}

/** A page's address. */
export function writePage(page: Page): string {
  return page === 'campaigns' ? '#/' : `#/${page}`;
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
