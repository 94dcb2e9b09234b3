import { describe, expect, it } from 'vitest';
import { readRoute, screensOf, writeRoute, type Route } from './route';

const campaign = '6f0c6d1e-2f6b-4f6e-9c2b-0a3a5a1d7e11';

describe('the address', () => {
  it('reads back what it writes', () => {
    const check = (route: Route): void => expect(readRoute(writeRoute(route))).toEqual(route);
    check({ campaign, screen: 'doubles', part: '' });
    check({ campaign, screen: 'prepare', part: 'sectors' });
    check({ campaign: null, screen: 'tonight', part: '' });
  });

  it('leads to the campaigns when it is odd', () => {
    for (const hash of ['', '#', '#/', '#/elsewhere/x', '#/doubles/1', `#/nothing/${campaign}`]) {
      expect(readRoute(hash).campaign).toBeNull();
    }
    expect(readRoute(`#/prepare/${campaign}/<b>`).part).toBe('');
  });

  it('offers each role the screens that the server answers', () => {
    expect(screensOf('analyst')).toEqual(['release']);
    expect(screensOf('coordinator')).toContain('doubles');
    expect(screensOf('administrator')).not.toContain('doubles');
  });
});
