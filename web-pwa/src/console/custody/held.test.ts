import { describe, expect, it } from 'vitest';
import { observationsFr } from '../../locale/observations.fr';
import { heldInWords } from './held';

const tell = (field: string, text: string): string =>
  heldInWords(field, text, observationsFr, 'Europe/Paris', 'fr');

describe('what is held of a person', () => {
  it('is told in words', () => {
    expect(tell('kind', 'individual')).toBe('personne');
    expect(tell('contact', 'partial')).toBe('en partie');
    expect(tell('heads', '1 1 counted')).toBe('1, compté');
    expect(tell('heads', '2 4 estimated')).toBe('2–4, estimé');
    expect(tell('fix', '3.8645 43.6085 12 fix 1795996313353')).toBe('43.6085, 3.8645 (± 12 m)');
    expect(tell('pin', '3.8645 43.6085')).toBe('43.6085, 3.8645');
    expect(tell('observed_at', '1795996320406')).toContain('30/11/2026');
  });

  it('is told as it stands where its shape is unknown', () => {
    expect(tell('heads', 'many')).toBe('many');
    expect(tell('fix', 'nowhere')).toBe('nowhere');
    expect(tell('note', 'sous le pont 12')).toBe('sous le pont 12');
  });
});
