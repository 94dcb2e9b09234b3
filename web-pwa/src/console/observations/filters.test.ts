import { expect, it } from 'vitest';
import { filterCount, filterQuery, NO_FILTER } from './filters';

it('asks only for the filters that are set', () => {
  expect(filterQuery(NO_FILTER)).toBe('');
  expect(filterQuery({ ...NO_FILTER, team: 'E 1&2', unread: true })).toBe(
    '?team=E+1%262&unread=true',
  );
  expect(filterQuery(NO_FILTER, 200)).toBe('?offset=200');
  expect(filterCount({ ...NO_FILTER, team: 'E01', unread: true })).toBe(2);
});
