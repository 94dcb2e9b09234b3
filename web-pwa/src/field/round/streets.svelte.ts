/**
 * The streets of the round's sector, and what is ticked of them.
 *
 * For: *Rues parcourues* and *Fin de maraude*. What is ticked is the core's; this only lists and sums.
 */
import { sectorStreets, type StreetFound } from '../../core/places';
import type { RoundView } from '../../core/generated/tablet';
import { language } from '../../locale/index.svelte';
import { streetsEn } from '../../locale/streets.en';
import { streetsFr, type StreetsText } from '../../locale/streets.fr';

/** The core takes so many streets at once. */
export const AT_ONCE = 300;

/** The words of both screens. */
export const streetWords = (): StreetsText => (language() === 'en' ? streetsEn : streetsFr);

/** What the ticked streets come to. */
export interface Told {
  readonly walked: number;
  readonly all: number;
  readonly walkedM: number;
  readonly allM: number;
}

/** Sums over the sector's streets; keys that are none of them are left out. */
export function told(streets: readonly StreetFound[], walked: readonly string[]): Told {
  const ticked = new Set(walked);
  const own = streets.filter(({ key }) => ticked.has(key));
  const metres = (of: readonly StreetFound[]): number =>
    of.reduce((sum, { lengthM }) => sum + lengthM, 0);
  return { walked: own.length, all: streets.length, walkedM: metres(own), allM: metres(streets) };
}

/** Parts of a list that the core takes at once. */
export function parts<T>(list: readonly T[], most: number): T[][] {
  const count = Math.ceil(list.length / most);
  return Array.from({ length: count }, (_, at) => list.slice(at * most, (at + 1) * most));
}

/** A name as it is looked for: no case, no accent, no punctuation. */
export const folded = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

let found: { sector: string; streets: StreetFound[] | null } | null = $state.raw(null);

/** The streets of the round's sector by name; nothing while they are read, `null` where none is known. */
export function streetsOf(round: RoundView): StreetFound[] | null | undefined {
  const sector = round.sector?.id ?? '';
  return found?.sector === sector ? found.streets : undefined;
}

/** Reads them; asking again is reading again: squares may have come meanwhile. */
export async function readStreets(round: RoundView): Promise<void> {
  const { sector } = round;
  if (!sector) return;
  const read = await sectorStreets(sector.polygons);
  const streets = (read ?? []).sort((a, b) => a.name.localeCompare(b.name, 'fr'));
  found = { sector: sector.id, streets: streets.length === 0 ? null : streets };
}
