import { describe, expect, it } from 'vitest';
import { en } from '../locale/en';
import { fr } from '../locale/fr';
import { closestNight, nightOf } from './departure/night';
import { codeIn } from './enrol/link.svelte';
import { advancesAlone, lacking } from './form/card';
import type { CardView, QuestionView } from '../core/generated/tablet';
import { alongM } from '../map/nearest';

function question(change: Partial<QuestionView>): QuestionView {
  return {
    name: 'place',
    kind: 'select_one',
    appearance: 'plain',
    label: { fr: 'Lieu' },
    hint: null,
    choices: [],
    required: false,
    may_decline: false,
    answer: { state: 'not_asked' },
    problem: null,
    limit: null,
    ...change,
  };
}

const card = (...questions: QuestionView[]): CardView => ({ name: 'c', label: {}, questions });

describe('a night', () => {
  it('is the one that began before the next noon', () => {
    expect(nightOf(new Date(2026, 0, 23, 1, 30).getTime())).toBe('2026-01-22');
    expect(nightOf(new Date(2026, 0, 22, 21, 0).getTime())).toBe('2026-01-22');
  });

  it('is offered as the one under way, else the next, else the last', () => {
    const at = new Date(2026, 0, 23, 1, 30).getTime();
    expect(closestNight(['2026-01-23', '2026-01-22'], at)).toBe('2026-01-22');
    expect(closestNight(['2026-02-01', '2026-03-01'], at)).toBe('2026-02-01');
    expect(closestNight(['2025-12-01'], at)).toBe('2025-12-01');
    expect(closestNight([], at)).toBeNull();
  });
});

describe('an enrolment link', () => {
  it('holds its code in the fragment', () => {
    expect(codeIn('#enrol=K7QM-4TXD')).toBe('K7QM-4TXD');
    expect(codeIn('#other=1')).toBeNull();
    expect(codeIn('#enrol=')).toBeNull();
  });
});

describe('a card', () => {
  it('goes on by itself only when its one choice is made', () => {
    expect(advancesAlone(card(question({})), 'place')).toBe(true);
    expect(advancesAlone(card(question({ kind: 'note', name: 'n' }), question({})), 'place')).toBe(
      true,
    );
    expect(advancesAlone(card(question({}), question({ name: 'b' })), 'place')).toBe(false);
    expect(advancesAlone(card(question({ kind: 'select_multiple' })), 'place')).toBe(false);
    expect(advancesAlone(card(question({ appearance: 'toggle' })), 'place')).toBe(false);
  });

  it('says what is missing', () => {
    const cards = [card(question({ required: true })), card(question({ name: 'b' }))];
    expect(lacking(cards).map(({ name }) => name)).toEqual(['place']);
    expect(lacking([card(question({ problem: { fr: 'Trop' } }))])).toHaveLength(1);
  });
});

describe('a distance', () => {
  it('is measured to the nearest part of a line, in metres', () => {
    const from = { longitude: 3.87, latitude: 43.61 };
    const north = alongM(
      [
        [3.86, 43.611],
        [3.88, 43.611],
      ],
      from,
    );
    expect(Math.round(north)).toBe(111);
    expect(alongM([], from)).toBe(Infinity);
  });
});

describe('the words', () => {
  it('exist in English for every code said in French', () => {
    expect(Object.keys(en.messages).sort()).toEqual(Object.keys(fr.messages).sort());
    expect(Object.keys(en.send.problems).sort()).toEqual(Object.keys(fr.send.problems).sort());
    expect(Object.keys(en.departure.checks).sort()).toEqual(Object.keys(fr.departure.checks).sort());
    expect(Object.keys(en.departure.advice).sort()).toEqual(Object.keys(fr.departure.advice).sort());
    expect(Object.keys(en.entry.fields).sort()).toEqual(Object.keys(fr.entry.fields).sort());
  });

  it('never call what is recorded anonymous', () => {
    const all = JSON.stringify([fr, en], (_, value: unknown) =>
      typeof value === 'function' ? String(value) : value,
    );
    expect(all).not.toMatch(/anonym/i);
  });
});
