/**
 * What a published map must not say, looked for in the file itself.
 *
 * For: the story of the night. Written from the design's numbers alone: it knows nothing of how the
 * server builds a release.
 */

/** Thresholds every consolidated file states and keeps. */
const STATED: Readonly<Record<string, number>> = {
  street_minimum_people: 5,
  site_minimum_people: 5,
  site_minimum_spots: 3,
  maximum_share_percent: 85,
  leaf_minimum_people: 11,
  leaf_minimum_spots: 3,
  complement_rounding: 5,
};
/** Levels at which each subject may be told. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  street: ['perimeter', 'commune', 'quartier', 'sous_quartier', 'leaf'],
  squat: ['perimeter', 'commune'],
  bidonville: ['perimeter', 'commune'],
  partner: ['perimeter'],
};
const PROPERTIES = [
  ...['code', 'name', 'level', 'parent', 'subject', 'figure', 'rounded_to', 'reason', 'walked'],
];
/** Decimals of degrees to which a published corner must differ from a place somebody was seen at:
 * one metre. */
const DECIMALS = 5;

/** A place that nobody may read in the file. */
export interface Secret {
  readonly id: string;
  readonly longitude: number;
  readonly latitude: number;
}

/** A figure as the file shows it. */
export interface Shown {
  readonly code: string;
  readonly level: string;
  readonly subject: string;
  readonly figure: number | null;
  readonly roundedTo: number;
  readonly walked: boolean;
}

interface PublishedFeature {
  properties: Record<string, unknown>;
  geometry: { type: string; coordinates: unknown };
}

/** A published file, as far as it is looked at here. */
export interface PublishedMap {
  maraude: { stage: string; exercise: boolean; settings: string[] };
  features: PublishedFeature[];
}

/** The figures of a file. */
export function shownIn(map: PublishedMap): Shown[] {
  return map.features.map(({ properties }) => ({
    code: String(properties['code']),
    level: String(properties['level']),
    subject: String(properties['subject']),
    figure: properties['figure'] === undefined ? null : Number(properties['figure']),
    roundedTo: Number(properties['rounded_to'] ?? 1),
    walked: properties['walked'] === true,
  }));
}

/** Everything the file says that it must not; nothing when it may be published. */
export function faultsOf(map: PublishedMap, secrets: readonly Secret[]): string[] {
  const text = JSON.stringify(map);
  return [
    ...Object.entries(STATED)
      .filter(([name, value]) => !map.maraude.settings.includes(`${name}=${value}`))
      .map(([name, value]) => `does not state ${name}=${value}`),
    ...shownIn(map).flatMap(belowThreshold),
    ...map.features.flatMap(({ properties }) =>
      Object.keys(properties)
        .filter((name) => !PROPERTIES.includes(name))
        .map((name) => `tells ${name}`),
    ),
    ...secrets.filter(({ id }) => text.includes(id)).map(({ id }) => `names observation ${id}`),
    ...placesTold(map, secrets),
  ];
}

function belowThreshold(one: Shown): string[] {
  const { level, subject, figure, roundedTo, walked, code } = one;
  const told = TOLD[subject] ?? [];
  if (!told.includes(level)) return [`${subject} at ${level} ${code}`];
  if (figure === null) return level === 'leaf' ? [`leaf ${code} without figure`] : [];
  if (roundedTo > 1 && figure % roundedTo === 0) return [];
  const nobody = figure === 0 && subject === 'street' && level !== 'leaf' && walked;
  const least = level === 'leaf' ? 11 : 5;
  return figure >= least || nobody ? [] : [`${figure} ${subject} in ${level} ${code}`];
}

function placesTold(map: PublishedMap, secrets: readonly Secret[]): string[] {
  const spot = (longitude: number, latitude: number): string =>
    `${longitude.toFixed(DECIMALS)} ${latitude.toFixed(DECIMALS)}`;
  const kept = new Set(secrets.map(({ longitude, latitude }) => spot(longitude, latitude)));
  const faults: string[] = [];
  for (const { geometry } of map.features) {
    if (geometry.type !== 'MultiPolygon') faults.push(`draws a ${geometry.type}`);
    for (const [longitude, latitude] of corners(geometry.coordinates)) {
      if (kept.has(spot(longitude, latitude))) faults.push('draws the place of an observation');
    }
  }
  return faults;
}

function* corners(coordinates: unknown): Generator<[number, number]> {
  if (!Array.isArray(coordinates)) return;
  const [longitude, latitude] = coordinates as unknown[];
  if (typeof longitude === 'number' && typeof latitude === 'number') yield [longitude, latitude];
  else for (const part of coordinates) yield* corners(part);
}
