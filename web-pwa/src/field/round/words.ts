/**
 * Observations in words, for lists and details.
 *
 * For: the screens of a round. Reads values and words; decides nothing.
 */
import type {
  AnswerValue,
  ConflictValue,
  ConflictView,
  EntryView,
  Fact,
  Position,
} from '../../core/generated/tablet';
import type { IconName } from '../../components/Icon.svelte';
import { formatNumber, say, t } from '../../locale/index.svelte';

/** "3 personnes", "1 à 3 personnes". */
export function headsWords(entry: Pick<EntryView, 'heads'>): string {
  return t().units.peopleRange(entry.heads.at_least, entry.heads.at_most);
}

/** What it is: "Groupe", "Une personne, endormi". */
export function kindWords(entry: EntryView): string {
  const kind = t().entry.kinds[entry.kind];
  const met = entry.form === 'interview' || entry.form === 'no_contact';
  return met ? `${kind}, ${t().entry.contacts[entry.contact]}` : kind;
}

/** The drawing of a form. */
export function entryIcon(entry: EntryView): IconName {
  switch (entry.form) {
    case 'count':
      return 'people';
    case 'interview':
      return 'talk';
    case 'no_contact':
      return 'moon';
    case 'site':
      return 'house';
    case 'partner_count':
      return 'hand';
    case 'zero_sector':
      return 'flag';
  }
}

/** An answer in words. */
export function answerWords(fact: Pick<Fact, 'answer' | 'choices'>): string {
  const { answer } = fact;
  switch (answer.state) {
    case 'known':
      return fact.choices.length > 0
        ? fact.choices.map((choice) => say(choice)).join(', ')
        : valueWords(answer.value);
    case 'refused':
      return t().form.refused;
    case 'does_not_know':
      return t().form.doesNotKnow;
    case 'not_observed':
      return t().form.notObserved;
    case 'not_applicable':
      return t().form.notApplicable;
    case 'not_asked':
      return t().form.noAnswer;
  }
}

/** A value as it is. */
export function valueWords(value: AnswerValue): string {
  if ('integer' in value) return formatNumber(value.integer);
  if ('text' in value) return value.text;
  if ('choice' in value) return value.choice;
  return value.choices.join(', ');
}

/** "± 12 m, par la tablette". */
export function positionWords(position: Position): string {
  const source = t().place.sources[position.source];
  return position.accuracy_m === null
    ? source
    : `${t().units.metres(Math.round(position.accuracy_m))}, ${source}`;
}

/** The question, or the name of the field, that two tablets answered differently. */
export function conflictLabel({ field, label }: ConflictView): string {
  return label ? say(label) : (t().entry.fields[field] ?? t().entry.otherField);
}

/** One of the values of a conflict in words; a place or an hour is told by which one it is. */
export function conflictValue(conflict: ConflictView, choice: number): string {
  const value: ConflictValue | undefined = conflict.values[choice];
  if (value?.answer) return answerWords({ answer: value.answer, choices: value.choices });
  if (conflict.field === 'typed_place' && value?.text) return value.text;
  return choice === 0 ? t().entry.shownValue : t().entry.otherValue;
}
