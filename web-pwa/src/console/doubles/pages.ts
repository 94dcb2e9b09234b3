/**
 * The queue as the server pages it: as many pages as this window needs to go on. Pure but for what
 * it is given to read with. *Doublons* calls it.
 */

import type { Doubles } from '../../core/generated/console';
import { AHEAD } from './leases';
import { freePairs, pairKey, receive, type Queue } from './queue';

/** Pairs nobody else holds that a window wants at hand: while they last, it reads again. */
export const AT_HAND = 2 * AHEAD;

/** Whether a window that has read so far may go on without another page. */
export function goesOn(queue: Queue, read: Doubles): boolean {
  return read.next === null || freePairs(receive(queue, read)).length >= AT_HAND;
}

/** A page behind those read before it; what was read first tells everything but the pairs. */
export function joined(read: Doubles, page: Doubles): Doubles {
  const known = new Set(read.queue.map(pairKey));
  const fresh = page.queue.filter((pair) => !known.has(pairKey(pair)));
  return { ...read, queue: [...read.queue, ...fresh], next: page.next };
}

/** Reads from the beginning of the queue until `enough`. */
export async function readPages(
  page: (after: string | null) => Promise<Doubles>,
  enough: (read: Doubles) => boolean,
): Promise<Doubles> {
  let read = await page(null);
  while (read.next !== null && !enough(read)) read = joined(read, await page(read.next));
  return read;
}

/** Pairs that wait in all: those at hand, and those of pages that were not read. */
export function waitingInAll(queue: Queue, read: Doubles | null): number {
  const unread = read === null ? 0 : Math.max(0, read.waiting - read.queue.length);
  return queue.waiting.length + unread;
}
