/**
 * What a gesture on a group of linked observations comes to, as decisions on pairs. Pure.
 *
 * A gesture never erases: parting two people holds every pair across to be two, so that no third
 * observation joins them again; moving somebody parts them from those they leave and holds them to be
 * one with those they join. *Groupes* calls it.
 */

import type { GroupPerson, PairDecision, SlotCard, SlotRef } from '../../core/generated/console';

/** One name for a slot. */
export const slotName = (slot: SlotRef): string => `${slot.observation}/${slot.slot}`;

/** The letter of a person: A to Z, then A2... */
export function letterOf(person: number): string {
  const letter = String.fromCharCode(65 + (person % 26));
  const turn = Math.floor(person / 26);
  return turn === 0 ? letter : `${letter}${turn + 1}`;
}

/** A member with its label: A1, A2, B1. */
export interface Labelled {
  readonly card: SlotCard;
  readonly person: number;
  readonly label: string;
}

/** Everybody's label. */
export function labelled(people: readonly GroupPerson[]): Labelled[] {
  return people.flatMap((person, number) =>
    person.members.map((card, index) => ({
      card,
      person: number,
      label: `${letterOf(number)}${person.members.length > 1 ? index + 1 : ''}`,
    })),
  );
}

/** Labels for the map: members of one observation share one. */
export function mapLabels(
  located: readonly (Labelled & { place: [number, number] })[],
): { id: string; place: [number, number]; text: string; beside: true }[] {
  const found = new Map<string, { place: [number, number]; texts: string[] }>();
  for (const { card, place, label } of located) {
    const held = found.get(card.slot.observation);
    if (held === undefined) found.set(card.slot.observation, { place, texts: [label] });
    else held.texts.push(label);
  }
  return [...found].map(([id, { place, texts }]) => ({
    id,
    place,
    text: texts.join(' '),
    beside: true,
  }));
}

const pairsAcross = (
  ones: readonly SlotRef[],
  others: readonly SlotRef[],
  verdict: 'same' | 'different',
): PairDecision[] => ones.flatMap((one) => others.map((other) => ({ one, other, verdict })));

const slotsOf = (members: readonly Labelled[]): SlotRef[] => members.map(({ card }) => card.slot);

/** The ticked members of one person who are not all of them; empty otherwise. */
export function partable(members: readonly Labelled[], ticked: ReadonlySet<string>): Labelled[] {
  const chosen = members.filter(({ card }) => ticked.has(slotName(card.slot)));
  const [first] = chosen;
  if (first === undefined || chosen.some(({ person }) => person !== first.person)) return [];
  const whole = members.filter(({ person }) => person === first.person);
  return chosen.length < whole.length ? chosen : [];
}

/** Decisions that part some members of a person from the others. */
export function split(members: readonly Labelled[], apart: readonly Labelled[]): PairDecision[] {
  const gone = new Set(apart);
  const rest = members.filter((one) => one.person === apart[0]?.person && !gone.has(one));
  return pairsAcross(slotsOf(apart), slotsOf(rest), 'different');
}

/** Whom a member may be moved to: everybody else without a slot of the same observation. */
export function targets(people: readonly GroupPerson[], moved: Labelled): number[] {
  const { observation } = moved.card.slot;
  return people.flatMap((person, number) => {
    const together = person.members.some((card) => card.slot.observation === observation);
    return number === moved.person || together ? [] : [number];
  });
}

/** Decisions that move a member to another person. */
export function move(members: readonly Labelled[], moved: Labelled, to: number): PairDecision[] {
  const slots = [moved.card.slot];
  const left = members.filter((one) => one.person === moved.person && one !== moved);
  const joined = members.filter((one) => one.person === to);
  return [
    ...pairsAcross(slots, slotsOf(left), 'different'),
    ...pairsAcross(slots, slotsOf(joined), 'same'),
  ];
}
