/**
 * Signs that stand beside a state's word and on the map, so that no state is told by colour alone.
 */

import type { SectorLine } from '../../core/generated/console';

/** A sector's state as it is shown: walked whole and nobody there is a state of its own. */
export const shownState = (sector: SectorLine): string =>
  sector.state === 'covered' && sector.nobody ? 'zero' : sector.state;

/** A sector's state. */
export const SECTOR_SIGNS: Readonly<Record<string, string>> = {
  waiting: '○',
  walking: '◐',
  covered: '●',
  zero: '◎',
  partial: '◑',
  not_walked: '✕',
};

/** A team's state. */
export const TEAM_SIGNS: Readonly<Record<string, string>> = {
  expected: '○',
  out: '▶',
  closed: '✓',
  silent: '⚠',
};
