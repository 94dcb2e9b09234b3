/**
 * The queue of pairs to review, as one coordinator works through it. Pure: values in, values out.
 *
 * A decision leaves the screen at once and travels behind; what the server answers is then laid
 * over it. The pair on screen never changes under the coordinator's hand. *Doublons* calls it.
 */

import type { DecidedPair, Doubles, PairCard, SlotRef, Verdict } from '../../core/generated/console';
import { AHEAD, heldKey, NO_LEASE, type Leases } from './leases';

/** A decision of this screen that the server has not shown back yet. */
export interface Pending {
  /** Number of the decision on this screen, from 1. */
  readonly turn: number;
  readonly pair: PairCard;
  readonly verdict: Verdict;
  /** Identifier given by the server; absent while it travels. */
  readonly decision: string | null;
}

/** What the screen holds. */
export interface Queue {
  readonly position: number;
  /** Pairs nobody decided, those this window shows first. */
  readonly waiting: readonly PairCard[];
  readonly pending: readonly Pending[];
  readonly decided: readonly DecidedPair[];
  /** Decisions of this screen, newest last: what U undoes. */
  readonly mine: readonly Pending[];
  /** Pairs whose decision is being undone: the server does not list them yet. */
  readonly returning: readonly PairCard[];
  /** What this window may show, and what others look at. */
  readonly leases: Leases;
  readonly turns: number;
}

export const EMPTY_QUEUE: Queue = {
  position: 0,
  waiting: [],
  pending: [],
  decided: [],
  mine: [],
  returning: [],
  leases: NO_LEASE,
  turns: 0,
};

const slotKey = (slot: SlotRef): string => `${slot.observation}:${slot.slot}`;

/** One name for a pair, whichever side comes first. */
export function pairKey(pair: { one: { slot: SlotRef }; other: { slot: SlotRef } }): string {
  return [slotKey(pair.one.slot), slotKey(pair.other.slot)].sort().join('|');
}

const held = (pair: PairCard): string => heldKey({ one: pair.one.slot, other: pair.other.slot });

/** The pair on screen: the first that this window holds, or has just taken back. */
export function shownPair(queue: Queue): PairCard | null {
  const back = new Set(queue.returning.map(pairKey));
  const mayShow = (pair: PairCard): boolean =>
    queue.leases.granted.has(held(pair)) || back.has(pairKey(pair));
  return queue.waiting.find(mayShow) ?? null;
}

/** Pairs at hand that nobody else holds. */
export function freePairs(queue: Queue): PairCard[] {
  return queue.waiting.filter((pair) => !queue.leases.elsewhere.has(held(pair)));
}

/** Pairs this window holds or wants: decisions that still travel, then the next ones nobody holds. */
export function wantedPairs(queue: Queue): PairCard[] {
  const free = freePairs(queue);
  const shown = shownPair(queue);
  const first = shown === null ? [] : [shown];
  const next = free.filter((pair) => pair !== shown).slice(0, AHEAD - first.length);
  return [...queue.pending.slice(-AHEAD).map((pending) => pending.pair), ...first, ...next];
}

/** Takes in what the server granted. */
export function withLeases(queue: Queue, leases: Leases): Queue {
  return { ...queue, leases };
}

/** Lays what the server says over the screen. */
export function receive(queue: Queue, doubles: Doubles): Queue {
  if (doubles.position < queue.position) return queue;
  const travelling = queue.pending.filter(
    (pending) =>
      pending.decision === null ||
      !doubles.decided.some((decided) => decided.decision === pending.decision),
  );
  const gone = new Set(travelling.map((pending) => pairKey(pending.pair)));
  const listed = doubles.queue.filter((pair) => !gone.has(pairKey(pair)));
  const keys = new Set(listed.map(pairKey));
  const returning = queue.returning.filter(
    (pair) => !keys.has(pairKey(pair)) && !gone.has(pairKey(pair)),
  );
  const fresh = [...returning, ...listed];
  const shown = shownPair(queue);
  const kept = shown && fresh.find((pair) => pairKey(pair) === pairKey(shown));
  const waiting = kept ? [kept, ...fresh.filter((pair) => pair !== kept)] : fresh;
  return {
    ...queue,
    position: doubles.position,
    waiting,
    returning,
    pending: travelling,
    decided: doubles.decided,
  };
}

/** Decides the pair on screen: it leaves at once. */
export function decide(queue: Queue, verdict: Verdict): { queue: Queue; made: Pending | null } {
  const pair = shownPair(queue);
  if (pair === null) return { queue, made: null };
  const waiting = queue.waiting.filter((other) => other !== pair);
  const made: Pending = { turn: queue.turns + 1, pair, verdict, decision: null };
  return {
    made,
    queue: {
      ...queue,
      waiting,
      returning: queue.returning.filter((other) => other !== pair),
      turns: made.turn,
      pending: [...queue.pending, made],
      mine: [...queue.mine, made],
    },
  };
}

/** The server took a decision in under this identifier. */
export function accepted(queue: Queue, turn: number, decision: string, position: number): Queue {
  const named = (pending: Pending): Pending =>
    pending.turn === turn ? { ...pending, decision } : pending;
  return {
    ...queue,
    position: Math.max(queue.position, position),
    pending: queue.pending.map(named),
    mine: queue.mine.map(named),
  };
}

/** The server refused a decision: its pair comes back on screen. */
export function refused(queue: Queue, turn: number): Queue {
  const back = queue.pending.find((pending) => pending.turn === turn);
  if (back === undefined) return queue;
  const others = queue.waiting.filter((pair) => pairKey(pair) !== pairKey(back.pair));
  return {
    ...queue,
    waiting: [back.pair, ...others],
    pending: queue.pending.filter((pending) => pending.turn !== turn),
    mine: queue.mine.filter((pending) => pending.turn !== turn),
  };
}

/** What U undoes: this screen's last decision, else the newest one that stands. */
export function lastStanding(queue: Queue): { turn: number | null; decision: string | null } | null {
  const mine = queue.mine[queue.mine.length - 1];
  if (mine !== undefined) return { turn: mine.turn, decision: mine.decision };
  const newest = queue.decided.find((decided) => !decided.undone);
  return newest === undefined ? null : { turn: null, decision: newest.decision };
}

/** Takes one of this screen's decisions back: its pair comes back on screen at once. */
export function undo(queue: Queue, turn: number): Queue {
  const taken = queue.mine.find((pending) => pending.turn === turn);
  if (taken === undefined) return queue;
  const others = queue.waiting.filter((pair) => pairKey(pair) !== pairKey(taken.pair));
  return {
    ...queue,
    waiting: [taken.pair, ...others],
    pending: queue.pending.filter((pending) => pending.turn !== turn),
    mine: queue.mine.filter((pending) => pending.turn !== turn),
    returning: [taken.pair, ...queue.returning],
  };
}

/** Everything taken back has reached the server: from here its list alone counts. */
export function settled(queue: Queue): Queue {
  return { ...queue, returning: [] };
}
