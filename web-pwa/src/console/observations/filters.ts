/**
 * The filters of the table of observations and their query. Pure; *Observations* calls it.
 */

/** What the coordinator wants to see; an empty text or `false` filters nothing. */
export interface Filters {
  readonly kind: string;
  readonly unit: string;
  readonly night: string;
  readonly team: string;
  readonly doubtful: boolean;
  readonly set_apart: boolean;
  readonly outliers: boolean;
  readonly conflicts: boolean;
  readonly unread: boolean;
}

export const NO_FILTER: Filters = {
  kind: '',
  unit: '',
  night: '',
  team: '',
  doubtful: false,
  set_apart: false,
  outliers: false,
  conflicts: false,
  unread: false,
};

/** The filters that are a yes or no, in the order of the screen. */
export const SWITCHES = ['doubtful', 'set_apart', 'outliers', 'conflicts', 'unread'] as const;

/** Most lines the server sends at once. */
export const PAGE_LINES = 200;

/** The query of the request, `?` included; empty where nothing is filtered. */
export function filterQuery(filters: Filters, offset = 0): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters) as [string, string | boolean][]) {
    if (value === true) query.set(name, 'true');
    else if (typeof value === 'string' && value !== '') query.set(name, value);
  }
  if (offset > 0) query.set('offset', String(offset));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** How many filters are set. */
export function filterCount(filters: Filters): number {
  return Object.values(filters).filter((value) => value !== '' && value !== false).length;
}
