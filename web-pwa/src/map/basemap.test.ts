import { describe, expect, it } from 'vitest';
import { flavour } from './basemap';

const COLOURS = {
  ground: '#010101',
  land: '#020202',
  street: '#030303',
  water: '#040404',
  line: '#050505',
  text: '#060606',
  muted: '#070707',
};

describe('the background map', () => {
  it('takes all its colours from the theme, so that the red theme stays red', () => {
    const own = new Set<string>(Object.values(COLOURS));
    for (const [name, value] of Object.entries(flavour(COLOURS))) {
      if (['regular', 'bold', 'italic'].includes(name)) continue;
      expect(own.has(value as string), `${name}: ${String(value)}`).toBe(true);
    }
  });

  it('tells streets from the ground they lie on', () => {
    const painted = flavour(COLOURS);
    expect(painted.minor_b).toBe(COLOURS.street);
    expect(painted.earth).toBe(COLOURS.land);
    expect(painted.roads_label_minor_halo).toBe(COLOURS.ground);
  });
});
