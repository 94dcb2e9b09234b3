/**
 * Signs that stand beside a state's word and on the map, so that no state is told by colour alone.
 */

/** A sector's state. */
export const SECTOR_SIGNS: Readonly<Record<string, string>> = {
  waiting: '○',
  walking: '◐',
  covered: '●',
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
