import { describe, expect, it } from 'vitest';
import type { GroupPerson, PairDecision } from '../../core/generated/console';
import { labelled, letterOf, mapLabels, move, partable, slotName, split, targets } from './groups';

const person = (...names: string[]): GroupPerson =>
  ({
    within: true,
    members: names.map((observation) => ({ slot: { observation, slot: 0 } })),
  }) as unknown as GroupPerson;

const said = (decisions: PairDecision[]): string[] =>
  decisions.map(
    ({ one, other, verdict }) =>
      `${one.observation}${verdict === 'same' ? '=' : '≠'}${other.observation}`,
  );

describe('gestures on a group', () => {
  const people = [person('a', 'b', 'c', 'd'), person('x', 'y'), person('z')];
  const members = labelled(people);
  const tick = (...names: string[]): Set<string> =>
    new Set(names.map((observation) => slotName({ observation, slot: 0 })));
  const member = (name: string) => {
    const found = members.find(({ card }) => card.slot.observation === name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  it('label people by letter and their observations by number', () => {
    expect(members.map(({ label }) => label)).toEqual(['A1', 'A2', 'A3', 'A4', 'B1', 'B2', 'C']);
    expect(letterOf(25) + letterOf(26)).toBe('ZA2');
  });

  it('part some from every other of the same person, and from nobody else', () => {
    const apart = partable(members, tick('a', 'd'));
    expect(said(split(members, apart))).toEqual(['a≠b', 'a≠c', 'd≠b', 'd≠c']);
  });

  it('part nothing of several people, of nobody, or a whole person', () => {
    expect(partable(members, tick('a', 'x'))).toEqual([]);
    expect(partable(members, tick())).toEqual([]);
    expect(partable(members, tick('x', 'y'))).toEqual([]);
  });

  it('move one away from those it leaves and to all it joins', () => {
    expect(said(move(members, member('y'), 2))).toEqual(['y≠x', 'y=z']);
    expect(said(move(members, member('z'), 1))).toEqual(['z=x', 'z=y']);
  });

  it('label a place once for all of one observation', () => {
    const members = labelled([person('a', 'x'), person('a')]);
    const located = members.map((member) => ({ ...member, place: [0, 0] as [number, number] }));
    expect(mapLabels(located).map(({ text }) => text)).toEqual(['A1 B', 'A2']);
  });

  it('never join two people of one observation', () => {
    const together = [person('a', 'b'), person('a', 'c'), person('d')];
    const first = labelled(together)[0];
    expect(first && targets(together, first)).toEqual([2]);
  });
});
