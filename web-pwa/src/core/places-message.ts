/** What the page and the worker that searches places say to each other. */

/** A text to look for, and where the team stands. */
export interface ToPlaces {
  readonly number: number;
  readonly text: string;
  readonly near: { readonly longitude: number; readonly latitude: number } | null;
}

/** Candidates, best first; nothing where no place is kept on the tablet. */
export interface FromPlaces {
  readonly number: number;
  readonly found: PlaceFound[] | null;
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
