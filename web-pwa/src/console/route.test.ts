import { describe, expect, it } from 'vitest';
import openapi from '../../../tests/approved/openapi.json?raw';
import {
  may,
  PAGES,
  pagesOf,
  readPage,
  readRoute,
  screensOf,
  screensOfEnded,
  writePage,
  writeRoute,
  type Power,
  type Route,
} from './route';

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

  it('leads to the pages beside the campaigns', () => {
    for (const page of PAGES) expect(readPage(writePage(page))).toBe(page);
    expect(readPage('#/elsewhere')).toBe('campaigns');
    expect(readPage(`#/doubles/${campaign}`)).toBe('campaigns');
  });

  it('offers each role the screens of which the server answers something', () => {
    expect(screensOf('analyst')).toEqual(['estimation', 'indicators', 'comparison', 'release']);
    expect(screensOf('coordinator')).toContain('doubles');
    expect(screensOf('admin')).toEqual(['devices', 'prepare']);
    expect(screensOf('lead')).toEqual(['devices']);
    expect(screensOf(undefined)).toEqual([]);
    expect(screensOfEnded('coordinator')).toEqual(['comparison', 'release']);
    expect(screensOfEnded('lead')).toEqual([]);
    expect(pagesOf('analyst')).toEqual(['campaigns', 'account']);
    expect(pagesOf('dpo')).toEqual([...PAGES]);
    expect(pagesOf('coordinator')).toEqual(['campaigns', 'retention', 'account']);
  });
});

describe('what a role may do', () => {
  const ROLES = ['coordinator', 'analyst', 'lead', 'dpo', 'admin'];
  const ROUTES: Record<Power, [string, string]> = {
    plan: ['get', '/api/campaigns/{campaign}'],
    order: ['post', '/api/campaigns/{campaign}/commands'],
    create: ['post', '/api/campaigns'],
    ground: ['post', '/api/layers/{kind}'],
    tablets: ['post', '/api/campaigns/{campaign}/enrolments'],
    night: ['get', '/api/campaigns/{campaign}/tonight'],
    figures: ['get', '/api/campaigns/{campaign}/releases'],
    estimates: ['get', '/api/campaigns/{campaign}/estimation'],
    tokens: ['post', '/api/account/tokens'],
    dates: ['get', '/api/retention'],
    persons: ['post', '/api/campaigns/{campaign}/persons/find'],
    oppositions: ['post', '/api/campaigns/{campaign}/oppositions'],
    oversight: ['get', '/api/audit'],
  };
  type Paths = Record<string, Record<string, { description: string }>>;
  const { paths } = JSON.parse(openapi) as { paths: Paths };

  it('is what the server lets it do', () => {
    for (const [power, [method, path]] of Object.entries(ROUTES) as [Power, [string, string]][]) {
      const told = paths[path]?.[method]?.description ?? '';
      for (const role of ROLES) {
        const allowed = new RegExp(`\\b${role}\\b`).test(told);
        expect(may(role, power), `${role} ${power}: ${told}`).toBe(allowed);
      }
    }
  });
});
