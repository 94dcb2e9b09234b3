/**
 * A published map read back for the preview: what is shown is what the file holds, nothing else.
 * Pure; *Diffusion* calls it.
 */

import type { Feature, FeatureCollection } from 'geojson';
import { boxOf, type Box } from '../geometry';

/** A line of the preview's table. */
export interface PublishedLine {
  readonly code: string;
  readonly name: string;
  readonly level: string;
  readonly subject: string;
  /** The figure as published: a number, or a text such as an interval; absent when withheld. */
  readonly figure: string | null;
  /** The base it was rounded to; 0 where it was not. */
  readonly roundedTo: number;
  readonly reason: string;
  readonly feature: Feature;
}

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** Reads the published GeoJSON; nothing where it is none. */
export function readPublished(geojson: string): PublishedLine[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(geojson);
  } catch {
    return null;
  }
  const features = (parsed as Partial<FeatureCollection> | null)?.features;
  if (!Array.isArray(features)) return null;
  return features.map((feature): PublishedLine => {
    const properties = feature.properties ?? {};
    const figure = text(properties['figure']);
    return {
      code: text(properties['code']),
      name: text(properties['name']),
      level: text(properties['level']),
      subject: text(properties['subject']),
      figure: figure === '' ? null : figure,
      roundedTo: Number(text(properties['rounded_to'])) || 0,
      reason: text(properties['reason']),
      feature,
    };
  });
}

/** Every vertex of a geometry. */
function* vertices(coordinates: unknown): Generator<[number, number]> {
  if (!Array.isArray(coordinates)) return;
  if (typeof coordinates[0] === 'number' && typeof coordinates[1] === 'number') {
    yield [coordinates[0], coordinates[1]];
    return;
  }
  for (const part of coordinates) yield* vertices(part);
}

/** The box of everything published. */
export function publishedBox(lines: readonly PublishedLine[]): Box | null {
  function* all(): Generator<[number, number]> {
    for (const { feature } of lines) {
      if (feature.geometry && 'coordinates' in feature.geometry) {
        yield* vertices(feature.geometry.coordinates);
      }
    }
  }
  return boxOf(all());
}

/** Levels from the widest to the finest, then the others as they come. */
const LEVELS = ['perimeter', 'commune', 'commune_group', 'group', 'quartier', 'sous_quartier'];

/** The order of the table: by subject, then from wide to fine, then by name. */
export function inOrder(lines: readonly PublishedLine[]): PublishedLine[] {
  const rank = (level: string): number => {
    const found = LEVELS.indexOf(level);
    return found === -1 ? LEVELS.length : found;
  };
  return [...lines].sort(
    (a, b) =>
      b.subject.localeCompare(a.subject) ||
      rank(a.level) - rank(b.level) ||
      a.name.localeCompare(b.name) ||
      a.code.localeCompare(b.code),
  );
}

/** A cell of a table by attribute. */
export interface AttributeCell {
  readonly code: string;
  readonly attribute: string;
  readonly category: string;
  /** Absent when withheld. */
  readonly figure: string | null;
  /** The base it was rounded to; 0 where it was not. */
  readonly roundedTo: number;
}

/** What the published file says about itself. */
function head(geojson: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(geojson) as { maraude?: unknown } | null;
    const told = parsed?.maraude;
    return typeof told === 'object' && told !== null ? (told as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const objects = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((one) => typeof one === 'object' && one !== null)
    : [];

/** Tables by attribute, in the order of the file. */
export function readAttributes(geojson: string): AttributeCell[] {
  return objects(head(geojson)['attributes']).map((line) => {
    const figure = text(line['figure']);
    return {
      code: text(line['code']),
      attribute: text(line['attribute']),
      category: text(line['category']),
      figure: figure === '' ? null : figure,
      roundedTo: Number(text(line['rounded_to'])) || 0,
    };
  });
}

/** What a correction changes. */
export interface Errata {
  readonly corrects: number;
  readonly lines: readonly {
    readonly code: string;
    readonly subject: string;
    readonly was: string | null;
    readonly now: string | null;
  }[];
}

/** The errata of a correction; nothing for another release. */
export function readErrata(geojson: string): Errata | null {
  const told = head(geojson);
  const corrects = Number(text(told['corrects']));
  if (!corrects) return null;
  const figure = (value: unknown): string | null => {
    const shown = text((value as Record<string, unknown> | null)?.['figure']);
    return shown === '' ? null : shown;
  };
  return {
    corrects,
    lines: objects(told['errata']).map((line) => ({
      code: text(line['code']),
      subject: text(line['subject']),
      was: figure(line['was']),
      now: figure(line['now']),
    })),
  };
}
