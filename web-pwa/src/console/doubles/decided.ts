/**
 * Decisions as gestures: what one coordinator decided at one instant stands and falls together. Pure.
 */

import type { DecidedPair } from '../../core/generated/console';

/** Decisions taken together, in the order of the list. */
export interface Gesture {
  readonly key: string;
  readonly pairs: readonly [DecidedPair, ...DecidedPair[]];
}

/** Gathers decisions of one author and instant, undone or not together. */
export function gestures(decided: readonly DecidedPair[]): Gesture[] {
  const found = new Map<string, [DecidedPair, ...DecidedPair[]]>();
  for (const pair of decided) {
    const key = `${pair.by} ${pair.at} ${pair.undone}`;
    const held = found.get(key);
    if (held === undefined) found.set(key, [pair]);
    else held.push(pair);
  }
  return [...found].map(([, pairs]) => ({ key: pairs[0].decision, pairs }));
}
