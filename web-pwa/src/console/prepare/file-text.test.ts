import { expect, test } from 'vitest';
import { textOf } from './file-text';

test('accents of either encoding are read', () => {
  expect(textOf(new TextEncoder().encode('E01;Équipe «\u00a0été\u00a0»'))).toBe('E01;Équipe «\u00a0été\u00a0»');
  const spreadsheet = [0x45, 0x30, 0x31, 0x3b, 0xc9, 0x71, 0x75, 0x69, 0x70, 0x65];
  expect(textOf(new Uint8Array(spreadsheet))).toBe('E01;Équipe');
  expect(textOf(new Uint8Array([0xef, 0xbb, 0xbf, 0x63]))).toBe('c');
});
