/**
 * The screens that come later: fetched as soon as the first one stands, so that a start waits for
 * less.
 *
 * For: `Field.svelte`. The service worker holds the file, with or without network. A file that could
 * not be read is asked for again.
 */
type Screens = typeof import('./later-screens');

const AGAIN_MS = 1000;

let screens = $state.raw<Screens | null>(null);
let asked = false;

/** The screens, once they are there. */
export function later(): Screens | null {
  return screens;
}

/** Fetches them; asking twice is asking once. */
export function fetchLater(): void {
  if (asked) return;
  asked = true;
  import('./later-screens').then(
    (loaded) => {
      screens = loaded;
    },
    () => {
      asked = false;
      setTimeout(fetchLater, AGAIN_MS);
    },
  );
}
