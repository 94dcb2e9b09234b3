import { describe, expect, it } from 'vitest';
import { readTeams } from './teams';

const sectors = new Set(['S1', 'S2']);

describe('a list of teams', () => {
  it('reads commas, semicolons and tabs, with columns in any order', () => {
    for (const mark of [',', ';', '\t']) {
      const text = ['sector', 'code', 'professional'].join(mark) + '\r\n' + ['S1', 'E01', 'oui'].join(mark);
      const list = readTeams(text, sectors);
      expect(list.faults).toEqual([]);
      expect(list.rows).toEqual([
        { line: 2, code: 'E01', organisation: '', professional: true, sector: 'S1' },
      ]);
    }
  });

  it('says which line is faulty and why, and keeps the others', () => {
    const text = [
      'code,organisation,professional,sector',
      'E01,Abri,non,S1',
      ',Abri,non,S1',
      'E01,Abri,non,S2',
      '',
      'E02,Abri,peut-être,S2',
      'E03,Abri,,S9',
      'E04,"Abri,oui,S1',
      'E05,"Abri, le grand",oui,',
    ].join('\n');
    const list = readTeams(text, sectors);
    expect(list.rows.map((row) => row.code)).toEqual(['E01', 'E05']);
    expect(list.faults.map(({ line, fault }) => [line, fault])).toEqual([
      [3, 'no-code'],
      [4, 'code-twice'],
      [6, 'odd-professional'],
      [7, 'unknown-sector'],
      [8, 'open-quote'],
    ]);
  });

  it('sends what it read with the header the server expects', () => {
    const list = readTeams('\uFEFFcode;organisation\nE05;"Abri, le ""grand"""', sectors);
    expect(list.csv).toBe(
      'code,organisation,professional,sector\nE05,"Abri, le ""grand""",no,',
    );
  });

  it('asks for a header', () => {
    expect(readTeams('E01,Abri', sectors).headerMissing).toBe(true);
  });
});
