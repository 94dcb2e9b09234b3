import { describe, expect, it } from 'vitest';
import type { Doubles, PairCard } from '../../core/generated/console';
import { looked } from './leases';
import { AT_HAND, goesOn, joined, readPages, waitingInAll } from './pages';
import { decide, EMPTY_QUEUE, receive, shownPair, wantedPairs, withLeases, type Queue } from './queue';

function pair(number: number): PairCard {
  const side = (which: string) => ({ slot: { observation: `${number}${which}`, slot: 0 } });
  return { one: side('a'), other: side('b') } as PairCard;
}

const PAGE = 50;
const TOTAL = 240;

/** A server on which 240 pairs wait, told by pages; what it was asked is kept. */
function served(): { page: (after: string | null) => Promise<Doubles>; asked: (string | null)[] } {
  const asked: (string | null)[] = [];
  const page = (after: string | null): Promise<Doubles> => {
    asked.push(after);
    const from = after === null ? 0 : Number(after);
    const queue = Array.from({ length: Math.min(PAGE, TOTAL - from) }, (_, at) => pair(from + at));
    const next = from + PAGE < TOTAL ? String(from + PAGE) : null;
    const decided: unknown[] = after === null ? [{ decision: 'z', undone: false }] : [];
    return Promise.resolve({ position: 1, queue, waiting: TOTAL, next, decided } as Doubles);
  };
  return { page, asked };
}

/** Somebody else holds the first so many pairs. */
const heldElsewhere = (queue: Queue, count: number): Queue =>
  withLeases(
    queue,
    looked({
      granted: [],
      others: Array.from({ length: count }, (_, number) => ({
        one: pair(number).one.slot,
        other: pair(number).other.slot,
        by: 'paul',
      })),
    }),
  );

const read = async (queue: Queue): Promise<{ all: Doubles; asked: (string | null)[] }> => {
  const { page, asked } = served();
  return { all: await readPages(page, (told) => goesOn(queue, told)), asked };
};

describe('the pages of the queue', () => {
  it('reads one page while that is enough', async () => {
    const { all, asked } = await read(EMPTY_QUEUE);
    expect(asked).toEqual([null]);
    expect(all.queue).toHaveLength(PAGE);
    expect(waitingInAll(receive(EMPTY_QUEUE, all), all)).toBe(TOTAL);
  });

  it('goes on behind the pages that others hold, and wants the pairs there', async () => {
    const queue = heldElsewhere(EMPTY_QUEUE, 2 * PAGE);
    const { all, asked } = await read(queue);
    expect(asked).toEqual([null, '50', '100']);
    const full = receive(queue, all);
    expect(wantedPairs(full)[0]?.one.slot.observation).toBe('100a');
    expect(waitingInAll(full, all)).toBe(TOTAL);
    // The control: with the first page alone nothing is left to be shown.
    const first = receive(queue, await served().page(null));
    expect(wantedPairs(first)).toEqual([]);
  });

  it('reads on before the last pairs at hand are decided', async () => {
    const { all } = await read(EMPTY_QUEUE);
    let queue = receive(EMPTY_QUEUE, all);
    const granted = all.queue.map(({ one, other }) => ({ one: one.slot, other: other.slot }));
    queue = withLeases(queue, looked({ granted, others: [] }));
    let decided = 0;
    while (goesOn(queue, all)) {
      queue = decide(queue, 'same').queue;
      decided += 1;
      expect(waitingInAll(queue, all)).toBe(TOTAL - decided);
    }
    expect(decided).toBe(PAGE - AT_HAND + 1);
    expect(shownPair(queue)).not.toBeNull();
    const more = await read(queue);
    expect(more.asked).toEqual([null, '50']);
    expect(goesOn(queue, more.all)).toBe(true);
  });

  it('ends with the queue, however much of it others hold', async () => {
    const { all, asked } = await read(heldElsewhere(EMPTY_QUEUE, TOTAL));
    expect(asked).toHaveLength(Math.ceil(TOTAL / PAGE));
    expect(all.queue).toHaveLength(TOTAL);
    expect(all.next).toBeNull();
  });

  it('keeps the first page’s decisions, and no pair twice', async () => {
    const { page } = served();
    const [first, again] = [await page(null), await page('25')];
    const both = joined(first, again);
    expect(both.decided).toHaveLength(1);
    expect(both.queue).toHaveLength(75);
    expect(both.next).toBe('75');
  });
});
