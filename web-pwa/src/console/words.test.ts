import { describe, expect, it } from 'vitest';
import { consoleEn } from '../locale/console.en';
import { consoleFr } from '../locale/console.fr';
import { answerInWords, questionInWords } from './questionnaire';

/** Every path of a tree of words that ends in a text or a sentence. */
function paths(tree: unknown, at = ''): string[] {
  if (typeof tree !== 'object' || tree === null) return [at];
  return Object.entries(tree).flatMap(([name, value]) => paths(value, `${at}/${name}`));
}

describe('words', () => {
  it('are as many in English as in French', () => {
    expect(paths(consoleEn).sort()).toEqual(paths(consoleFr).sort());
  });

  it('never promise that nothing is lost, and never call observations anonymous', () => {
    const texts = JSON.stringify([consoleFr, consoleEn]).toLowerCase();
    expect(texts).not.toContain('rien n’est perdu');
    expect(texts).not.toContain('anonym');
  });

  it('tell of each refusal what happened, what is safe, what to do', () => {
    for (const problems of [consoleFr.problems, consoleEn.problems]) {
      for (const [code, said] of Object.entries(problems)) {
        expect(said.what && said.safe && said.act, code).toBeTruthy();
      }
    }
  });

  it('read a question by its name or its role, as the questionnaire says it', () => {
    expect(answerInWords('gender', 'f', 'fr')).toBe('Femme');
    expect(answerInWords('household', 'alone', 'fr')).toBe('Seul·e');
    expect(answerInWords('dogs', '2', 'fr')).toBe('2');
    expect(answerInWords('marks', 'glasses cap bleu', 'fr')).toBe(
      'Lunettes, Bonnet, casquette, bleu',
    );
    expect(questionInWords('n_dogs', 'fr')).toBe('Chiens');
    expect(questionInWords('of_another_form', 'fr')).toBe('of another form');
  });
});
