/**
 * How cards are shown: what is missing, what goes on by itself.
 *
 * For: the form's screens. The core alone decides whether a form may be saved; this only says which
 * question to look at.
 */
import type { CardView, FormView, QuestionView } from '../../core/generated/tablet';

/** A question that keeps the form from being saved. */
export interface Lack {
  readonly card: number;
  readonly name: string;
  readonly label: Record<string, string>;
}

/** Questions that must still be answered, or whose answer is not accepted, in order. */
export function lacking(cards: readonly CardView[]): Lack[] {
  return cards.flatMap((card, at) =>
    card.questions
      .filter(
        ({ required, answer, problem }) =>
          problem !== null || (required && answer.state === 'not_asked'),
      )
      .map(({ name, label }) => ({ card: at, name, label })),
  );
}

/** Whether the next card comes by itself once this question is answered. */
export function advancesAlone(card: CardView, name: string): boolean {
  const asked = card.questions.filter(({ kind }) => kind !== 'note');
  const only = asked.length === 1 ? asked[0] : undefined;
  return (
    only?.name === name && only.kind === 'select_one' && only.appearance !== 'toggle'
  );
}

/** Whether something was put in the form that leaving would erase. */
export function isTouched(form: FormView): boolean {
  const answered = form.cards.some((card) =>
    card.questions.some(({ answer }) => answer.state !== 'not_asked'),
  );
  return form.observation !== null || answered || form.typed_place !== '';
}

/** The number of a counter; nothing where it was not asked. */
export function numberOf(question: QuestionView): number | null {
  const { answer } = question;
  return answer.state === 'known' && 'integer' in answer.value ? answer.value.integer : null;
}

/** The chosen codes. */
export function chosen(question: QuestionView): readonly string[] {
  const { answer } = question;
  if (answer.state !== 'known') return [];
  if ('choice' in answer.value) return [answer.value.choice];
  return 'choices' in answer.value ? answer.value.choices : [];
}

/** The text typed. */
export function textOf(question: QuestionView): string {
  const { answer } = question;
  return answer.state === 'known' && 'text' in answer.value ? answer.value.text : '';
}
