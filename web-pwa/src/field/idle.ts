/**
 * Locks the tablet when nobody touches it, or as soon as it goes to the background.
 *
 * For: `Field`. The core keeps the form that was open, sealed; the screens keep their place.
 */
import { dispatch, tablet } from '../core/tablet.svelte';

/** What holds while the view is not there yet; nothing is open then. */
const UNKNOWN_MINUTES = 5;

const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'input', 'scroll', 'wheel'] as const;

function lock(): void {
  if (tablet.view?.phase.phase === 'unlocked') dispatch({ event: 'lock' });
}

/** Starts watching. Called once. */
export function idleLock(): void {
  let touchedAt = Date.now();
  for (const sign of SIGNS_OF_LIFE) {
    addEventListener(
      sign,
      () => {
        touchedAt = Date.now();
      },
      { passive: true, capture: true },
    );
  }
  const hidden = (): boolean => document.visibilityState === 'hidden';
  document.addEventListener('visibilitychange', () => {
    if (hidden()) lock();
  });
  setInterval(() => {
    const idleMs = (tablet.view?.lock_minutes ?? UNKNOWN_MINUTES) * 60_000;
    // A frozen page runs no timer: what should have been locked is locked on return.
    if (hidden() || Date.now() - touchedAt >= idleMs) lock();
  }, 1_000);
}
