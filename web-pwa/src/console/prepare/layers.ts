/**
 * A GeoJSON file as the coordinator picks it: what its features hold, which columns are likely the
 * code and the name. Pure; the server reads the file again. *Préparer* calls it.
 */

import { drawingOf, type Drawing, type LooseFeature } from './drawing';

/** Files that can be picked; the last two are made GeoJSON by the server first. */
export const LAYER_FILES = '.geojson,.json,application/geo+json,.gpkg,.zip';

/** A property of the features, with examples. */
export interface Column {
  readonly name: string;
  readonly examples: readonly string[];
  /** On how many features it has a value. */
  readonly filled: number;
  /** All its values differ. */
  readonly distinct: boolean;
}

/** What a file holds. */
export interface GeoJsonSummary {
  readonly features: number;
  /** Geometry types and how many of each. */
  readonly geometries: Readonly<Record<string, number>>;
  readonly columns: readonly Column[];
  /** What of it can be drawn. */
  readonly drawing: Drawing;
  /** Likely columns; empty where none stands out. */
  readonly code: string;
  readonly name: string;
}

/** Why a file cannot be read. */
export type GeoJsonFault = 'not-json' | 'not-a-collection' | 'no-features' | 'too-large';

/** Largest file sent, characters; the server has its own cap. */
export const LARGEST_FILE = 60_000_000;

/** Reads a file's text. */
export function readGeoJson(text: string): GeoJsonSummary | GeoJsonFault {
  if (text.length > LARGEST_FILE) return 'too-large';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  const features = (parsed as { features?: unknown } | null)?.features;
  if (!Array.isArray(features)) return 'not-a-collection';
  if (features.length === 0) return 'no-features';
  const geometries: Record<string, number> = {};
  const values = new Map<string, string[]>();
  for (const feature of features as LooseFeature[]) {
    const type = String(feature?.geometry?.type ?? '—');
    geometries[type] = (geometries[type] ?? 0) + 1;
    for (const [name, value] of Object.entries(feature?.properties ?? {})) {
      if (value === null || typeof value === 'object') continue;
      const list = values.get(name) ?? [];
      list.push(String(value));
      values.set(name, list);
    }
  }
  const columns = [...values].map(([name, list]): Column => {
    const set = new Set(list);
    return {
      name,
      examples: [...set].slice(0, 3),
      filled: list.length,
      distinct: set.size === list.length && list.length === features.length,
    };
  });
  return {
    features: features.length,
    geometries,
    columns,
    drawing: drawingOf(features as LooseFeature[]),
    // Files of IRIS and QPV hold the commune's code and name beside their own.
    code: likely(columns, ['code_iris', 'code_qp', 'code', 'insee', 'code_insee', 'id', 'ref', 'num'], true),
    name: likely(columns, ['nom_iris', 'lib_iris', 'nom_qp', 'lib_qp', 'name', 'nom', 'nom_com', 'libelle', 'label'], false),
  };
}

function likely(columns: readonly Column[], names: readonly string[], distinct: boolean): string {
  const fit = columns.filter((column) => !distinct || column.distinct);
  for (const name of names) {
    const exact = fit.find((column) => column.name.toLowerCase() === name);
    if (exact) return exact.name;
  }
  for (const name of names) {
    const near = fit.find((column) => column.name.toLowerCase().includes(name));
    if (near) return near.name;
  }
  return '';
}
