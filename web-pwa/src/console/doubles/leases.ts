/**
 * Which pairs this window holds, so that two coordinators never decide the same one. Pure.
 *
 * A window asks for the pair on screen and the few behind it before it shows them; what it was not
 * granted it does not show. *Doublons* calls it.
 */

import type { HeldPair, LookedAt, SlotRef } from '../../core/generated/console';

/** Two slots, as a pair card or a lease has them. */
export interface SlotPairLike {
  readonly one: SlotRef;
  readonly other: SlotRef;
}

/** What this window knows of leases. */
export interface Leases {
  /** Observations of the pairs it holds. */
  readonly granted: ReadonlySet<string>;
  /** Who holds the others. */
  readonly elsewhere: ReadonlyMap<string, string>;
  /** Pairs that each other coordinator holds. */
  readonly others: ReadonlyMap<string, number>;
}

export const NO_LEASE: Leases = { granted: new Set(), elsewhere: new Map(), others: new Map() };

/** Pairs asked for at once: the one on screen and those a quick hand reaches meanwhile. */
export const AHEAD = 8;

/** One name for the two observations of a pair: what is decided on one person goes for all. */
export function heldKey({ one, other }: SlotPairLike): string {
  return [one.observation, other.observation].sort().join('|');
}

/** Takes in the server's answer. */
export function looked(answer: LookedAt): Leases {
  const others = new Map<string, number>();
  for (const { by } of answer.others) others.set(by, (others.get(by) ?? 0) + 1);
  return {
    granted: new Set(answer.granted.map(heldKey)),
    elsewhere: new Map(answer.others.map((held: HeldPair) => [heldKey(held), held.by])),
    others,
  };
}

/** The same pairs in the same order. */
export function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}
