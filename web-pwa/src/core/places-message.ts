/** What the page and the worker that searches places say to each other. */

/** A text to look for, and where the team stands. */
export interface TextAsked {
  readonly text: string;
  readonly near: { readonly longitude: number; readonly latitude: number } | null;
}

/** The ground whose streets are wanted: coordinates of a GeoJSON `MultiPolygon`. */
export interface StreetsAsked {
  readonly polygons: readonly Polygon[];
}

/** A polygon's rings of points, longitude first. */
export type Polygon = readonly (readonly (readonly [number, number])[])[];

/** What is asked. */
export type ToPlaces = { readonly number: number } & (TextAsked | StreetsAsked);

/** Candidates, best first, or streets; nothing where no place is kept on the tablet. */
export interface FromPlaces {
  readonly number: number;
  readonly found: unknown[] | null;
}

/** A street as far as it lies in a sector. */
export interface StreetFound {
  /** What the team declares. */
  readonly key: string;
  readonly name: string;
  readonly lengthM: number;
}

/** A candidate. */
export interface PlaceFound {
  /** As people read it: number, street, commune. */
  readonly label: string;
  readonly kind: 'address' | 'interpolated' | 'street' | 'landmark' | 'crossing';
  readonly longitude: number;
  readonly latitude: number;
  readonly accuracyM: number;
  /** It is one place beyond doubt. */
  readonly sure: boolean;
}
