import { expect, test } from 'vitest';
import { blankRow, refusedRows, writtenRows } from './rows';

test('rows left blank at the end are not on the sheet, those between are', () => {
  const written = { ...blankRow(), hour: '23:10', men: 1 };
  expect(writtenRows([blankRow()])).toEqual([]);
  expect(writtenRows([blankRow(), written, blankRow(), blankRow()])).toEqual([
    blankRow(),
    written,
  ]);
});

test('a refusal names its row and what is wrong with it', () => {
  expect(refusedRows(['3 hour', '12 sleeping-place'])).toEqual([
    ['3', 'hour'],
    ['12', 'sleeping-place'],
  ]);
});
