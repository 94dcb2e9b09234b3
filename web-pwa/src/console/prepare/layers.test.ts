import { describe, expect, it } from 'vitest';
import { readGeoJson } from './layers';

function file(properties: Record<string, unknown>[]): string {
  const features = properties.map((one) => ({
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: [] },
    properties: one,
  }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}

describe('a GeoJSON file', () => {
  it('tells its features and guesses code and name', () => {
    const read = readGeoJson(
      file([
        { insee_com: '34172', nom: 'Ville', statut: 'a' },
        { insee_com: '34057', nom: 'Bourg', statut: 'a' },
      ]),
    );
    expect(read).toMatchObject({
      features: 2,
      geometries: { Polygon: 2 },
      code: 'insee_com',
      name: 'nom',
    });
  });

  it('takes the columns of IRIS and priority districts, not those of their commune', () => {
    const iris = (code: string, nom: string) => ({
      INSEE_COM: '99001',
      NOM_COM: 'Clapas',
      CODE_IRIS: code,
      NOM_IRIS: nom,
    });
    const read = readGeoJson(file([iris('990010101', 'Centre'), iris('990010102', 'Gare')]));
    expect(read).toMatchObject({ code: 'CODE_IRIS', name: 'NOM_IRIS' });
    const district = (code: string) => ({ insee_com: code, code_qp: `QN${code}`, lib_qp: 'Nord' });
    const districts = readGeoJson(file([district('1'), district('2')]));
    expect(districts).toMatchObject({ code: 'code_qp', name: 'lib_qp' });
  });

  it('never guesses a code that repeats', () => {
    expect(readGeoJson(file([{ code: 'x' }, { code: 'x' }]))).toMatchObject({ code: '' });
  });

  it('says what is wrong with a file', () => {
    expect(readGeoJson('{')).toBe('not-json');
    expect(readGeoJson('{"type":"Feature"}')).toBe('not-a-collection');
    expect(readGeoJson('null')).toBe('not-a-collection');
    expect(readGeoJson(file([]))).toBe('no-features');
  });

  it('stands features without properties or geometry', () => {
    const text = '{"features":[{"type":"Feature","geometry":null,"properties":null}]}';
    expect(readGeoJson(text)).toMatchObject({ features: 1, columns: [] });
  });
});
