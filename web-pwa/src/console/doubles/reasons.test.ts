import { describe, expect, it } from 'vitest';
import type { WaterfallStep } from '../../core/generated/console';
import { evidenceEn } from '../../locale/evidence.en';
import { evidenceFr } from '../../locale/evidence.fr';
import { reasonInWords, reasonsInWords } from './reasons';

function step(field: string, level: string, bits: number, more: Partial<WaterfallStep> = {}): WaterfallStep {
  return { field, level, bits, sum: 0, values: ['', ''], shares: null, common: [], ...more };
}
const mark = (thing: string, colour: string | null, twoColours = false) => ({
  thing,
  colour,
  two_colours: twoColours,
});

describe('reasons in words', () => {
  it('says what the brief of a coordinator would', () => {
    const told = reasonsInWords(
      [
        step('prior', 'other_team', -2),
        step('distance', 'within_one_sigma', 4),
        step('dogs', 'both_some', 3),
        step('marks', 'common_words', 2, { common: [mark('veste', null)] }),
        step('age_band', 'neighbouring', -0.4),
      ],
      evidenceFr,
      'fr',
    );
    expect(told).toEqual({ for: 'même chien, même veste', against: 'âge voisin' });
  });

  it('names things in common with their colour, and those of two colours apart', () => {
    const common = [mark('veste', 'noir'), mark('sac', null, true)];
    const told = step('marks', 'common_words', 1, { common });
    expect(reasonInWords(told, evidenceFr, 'fr')).toBe(
      'même veste (noir), sac, pas de la même couleur',
    );
  });

  it('puts codes of the questionnaire and colours into the language', () => {
    const told = step('marks', 'common_words', 1, { common: [mark('beard', null), mark('sac', 'noir')] });
    expect(reasonInWords(told, evidenceFr, 'fr')).toBe('même barbe, sac (noir)');
    expect(reasonInWords(told, evidenceEn, 'en')).toBe('same beard, sac (black)');
  });

  it('words every field and level in both languages, and none it does not know', () => {
    expect(Object.keys(evidenceEn.says)).toEqual(Object.keys(evidenceFr.says));
    expect(reasonInWords(step('shoes', 'new_level', 1), evidenceFr, 'fr')).toBe('shoes new_level');
  });
});
