/**
 * One fix, within a budget of time: never a track.
 *
 * For: the page, when the core asks. Must never keep or log where the tablet is.
 */

/** A fix as the device gives it. */
export interface Fix {
  readonly longitude: number;
  readonly latitude: number;
  /** Metres. */
  readonly accuracyM: number;
  /** Device clock, milliseconds since 1970. */
  readonly atMs: number;
}

/** Better than this, waiting longer gains nothing in a street. */
const GOOD_ENOUGH_M = 15;

/** A fix of the former form, a moment ago and good, is taken again. */
const REUSE_MS = 20_000;

let last: Fix | null = null;

const asFix = ({ coords, timestamp }: GeolocationPosition): Fix => ({
  longitude: coords.longitude,
  latitude: coords.latitude,
  accuracyM: coords.accuracy,
  atMs: Math.round(timestamp),
});

/** The best fix that comes within the budget; nothing where none comes or it is forbidden. */
export function locate(budgetMs: number): Promise<Fix | null> {
  if (last && Date.now() - last.atMs < REUSE_MS && last.accuracyM <= GOOD_ENOUGH_M) {
    return Promise.resolve(last);
  }
  if (!('geolocation' in navigator)) return Promise.resolve(null);
  return new Promise((done) => {
    let best: Fix | null = null;
    let watch: number | null = null;
    let over = false;
    const finish = (): void => {
      if (over) return;
      over = true;
      if (watch !== null) navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      if (best) last = best;
      done(best);
    };
    const timer = setTimeout(finish, budgetMs);
    watch = navigator.geolocation.watchPosition(
      (position) => {
        const fix = asFix(position);
        if (!best || fix.accuracyM <= best.accuracyM) best = fix;
        if (best.accuracyM <= GOOD_ENOUGH_M) finish();
      },
      (error) => {
        if (error.code === error.PERMISSION_DENIED) finish();
      },
      { enableHighAccuracy: true, maximumAge: REUSE_MS, timeout: budgetMs },
    );
    if (over) navigator.geolocation.clearWatch(watch);
  });
}

/** Forgets the last fix, so that the next one is new. */
export function forgetFix(): void {
  last = null;
}

/** Whether position is allowed; nothing where the browser does not say before asking. */
export async function positionAllowed(): Promise<boolean | null> {
  if (!('geolocation' in navigator)) return false;
  try {
    const answer = await navigator.permissions.query({ name: 'geolocation' });
    return answer.state === 'prompt' ? null : answer.state === 'granted';
  } catch {
    return null;
  }
}
