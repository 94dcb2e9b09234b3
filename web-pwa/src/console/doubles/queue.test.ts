import { describe, expect, it } from 'vitest';
import type { Doubles, PairCard } from '../../core/generated/console';
import { accepted, decide, EMPTY_QUEUE, lastStanding, pairKey, receive } from './queue';
import { refused, settled, shownPair, undo, wantedPairs, withLeases, type Queue } from './queue';
import { AHEAD, looked } from './leases';

function pair(name: string): PairCard {
  const side = (which: string) => ({ slot: { observation: `${name}${which}`, slot: 0 } });
  return { one: side('1'), other: side('2') } as PairCard;
}

/** All of these pairs are this window's. */
const allHeld = (queue: Queue): Queue =>
  withLeases(
    queue,
    looked({
      granted: queue.waiting.map((card) => ({ one: card.one.slot, other: card.other.slot })),
      others: [],
    }),
  );

function doubles(position: number, names: string[], decisions: string[] = []): Doubles {
  return {
    position,
    queue: names.map(pair),
    decided: decisions.map((decision) => ({ ...pair(decision), decision, undone: false })),
  } as unknown as Doubles;
}

const names = (queue: Queue): string[] =>
  queue.waiting.map((waiting) => waiting.one.slot.observation.slice(0, -1));

function take(queue: Queue): { queue: Queue; turn: number } {
  const step = decide(queue, 'same');
  if (step.made === null) throw new Error('nothing to decide');
  return { queue: step.queue, turn: step.made.turn };
}

describe('the queue of doubles', () => {
  const start = allHeld(receive(EMPTY_QUEUE, doubles(1, ['a', 'b', 'c'])));

  it('shows the next pair as soon as one is decided', () => {
    expect(names(take(start).queue)).toEqual(['b', 'c']);
  });

  it('does not show a decided pair again while its decision travels', () => {
    const { queue } = take(start);
    expect(names(receive(queue, doubles(2, ['a', 'b', 'c'])))).toEqual(['b', 'c']);
  });

  it('keeps the pair on screen when the server puts another first', () => {
    expect(names(receive(start, doubles(2, ['c', 'b', 'a'])))).toEqual(['a', 'c', 'b']);
  });

  it('drops the pair on screen when somebody else decided it', () => {
    expect(names(receive(start, doubles(2, ['c', 'b'])))).toEqual(['c', 'b']);
  });

  it('ignores what was read before what it shows', () => {
    const newer = receive(start, doubles(5, ['c']));
    expect(receive(newer, doubles(4, ['a']))).toBe(newer);
  });

  it('brings a refused pair back on screen', () => {
    const { queue, turn } = take(start);
    expect(names(refused(queue, turn))).toEqual(['a', 'b', 'c']);
    expect(lastStanding(refused(queue, turn))).toBeNull();
  });

  it('undoes its own last decision first, then the newest that stands', () => {
    const { queue, turn } = take(allHeld(receive(start, doubles(2, ['a', 'b', 'c'], ['z']))));
    expect(lastStanding(queue)).toEqual({ turn, decision: null });
    const named = accepted(queue, turn, 'd1', 3);
    expect(lastStanding(named)).toEqual({ turn, decision: 'd1' });
    expect(lastStanding(undo(named, turn))).toEqual({ turn: null, decision: 'z' });
  });

  it('brings an undone pair back at once and keeps it until the server lists it', () => {
    const { queue, turn } = take(start);
    const back = undo(accepted(queue, turn, 'd1', 2), turn);
    expect(names(back)).toEqual(['a', 'b', 'c']);
    const early = receive(back, doubles(2, ['b', 'c'], ['d1']));
    expect(names(early)).toEqual(['a', 'b', 'c']);
    expect(names(receive(settled(early), doubles(3, ['b', 'c', 'a'])))).toEqual(['a', 'b', 'c']);
  });

  it('does not bring back a pair that was undone and decided again', () => {
    const first = take(start);
    const second = take(undo(first.queue, first.turn));
    expect(names(receive(second.queue, doubles(2, ['a', 'b', 'c'])))).toEqual(['b', 'c']);
  });

  it('lets the server’s list of decisions replace its own once it holds them', () => {
    const { queue, turn } = take(start);
    const named = accepted(queue, turn, 'd1', 2);
    expect(named.pending).toHaveLength(1);
    expect(receive(named, doubles(3, ['b', 'c'], ['d1'])).pending).toHaveLength(0);
  });

  it('names a pair alike from both sides', () => {
    const { one, other } = pair('a');
    expect(pairKey({ one, other })).toBe(pairKey({ one: other, other: one }));
  });

  it('shows only what this window holds, and decides nothing else', () => {
    const held = pair('b');
    const fresh = receive(EMPTY_QUEUE, doubles(1, ['a', 'b', 'c']));
    expect(shownPair(fresh)).toBeNull();
    expect(decide(fresh, 'same').made).toBeNull();
    const leases = looked({
      granted: [{ one: held.other.slot, other: held.one.slot }],
      others: [{ one: pair('a').one.slot, other: pair('a').other.slot, by: 'paul' }],
    });
    const mine = withLeases(fresh, leases);
    expect(shownPair(mine)?.one.slot.observation).toBe('b1');
    expect(wantedPairs(mine).map((card) => card.one.slot.observation)).toEqual(['b1', 'c1']);
    expect(leases.others).toEqual(new Map([['paul', 1]]));
  });

  it('keeps holding a pair whose decision still travels', () => {
    const { queue } = take(start);
    expect(wantedPairs(queue).map((card) => card.one.slot.observation)).toEqual(['a1', 'b1', 'c1']);
  });

  it('asks for a few pairs at a time', () => {
    const many = Array.from({ length: 40 }, (_, index) => `p${index}-`);
    expect(wantedPairs(receive(EMPTY_QUEUE, doubles(1, many)))).toHaveLength(AHEAD);
  });
});
