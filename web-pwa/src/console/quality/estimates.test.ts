import { describe, expect, it } from 'vitest';
import type { EstimateModel } from '../../core/generated/console';
import { estimationEn } from '../../locale/estimation.en';
import { estimationFr } from '../../locale/estimation.fr';
import { countName, modelName, scaleOf } from './estimates';

const model = (people: number, interval: [number, number] | null, pairs: [number, number][] = []): EstimateModel => ({
  model: pairs.length > 0 ? 'log_linear' : 'chao',
  pairs,
  people,
  interval,
  aic: null,
});

describe('estimates on one scale', () => {
  it('holds every end, and survives a single number', () => {
    const scale = scaleOf([model(120, [90, 200]), model(110, null)]);
    expect(scale(90)).toBeCloseTo(2);
    expect(scale(200)).toBeCloseTo(98);
    expect(Number.isFinite(scaleOf([model(7, null)])(7))).toBe(true);
  });

  it('names lists that go together, and zones without a name', () => {
    const counts = ['2026-01-22', '2026-01-23', '2026-01-24'].map((name) => ({
      name,
      people: 1,
      sectors: null,
    }));
    expect(modelName(model(5, null, [[0, 2]]), counts, estimationFr)).toContain('2026-01-22–2026-01-24');
    const zone = { name: '', people: 0, sectors: null };
    expect(countName('sectors', zone, 'en', estimationEn)).toBe(estimationEn.noZone);
  });

  it('words every assumption, refusal and method in both languages', () => {
    for (const table of ['assumptions', 'refusals', 'methods', 'methodNotes', 'models'] as const) {
      expect(Object.keys(estimationEn[table])).toEqual(Object.keys(estimationFr[table]));
    }
  });
});
