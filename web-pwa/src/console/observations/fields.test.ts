import { describe, expect, it } from 'vitest';
import { fieldsInWords } from './fields';

describe('the fields of a change', () => {
  it('are told as the questionnaire asks them, without what only documents need', () => {
    const told = fieldsInWords(['v', 'created', 'a.consent', 'heads'], { heads: 'nombre' }, 'fr');
    expect(told).toEqual(['« Êtes-vous d’accord pour répondre ? »', 'nombre']);
  });

  it('are told once, and by their own name where nobody has a word for them', () => {
    expect(fieldsInWords(['edited', 'heads', 'heads', 'new'], { heads: 'n' }, 'en')).toEqual(['n', 'new']);
  });
});
