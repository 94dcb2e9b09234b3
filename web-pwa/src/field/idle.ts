/**
 * Locks the tablet when nobody touches it, or when it goes to the background.
 *
 * For: `Field`. The core keeps the form that was open, sealed; the screens keep their place.
 */
import { dispatch, tablet } from '../core/tablet.svelte';

/** Untouched this long, the tablet locks. */
const IDLE_MS = 180_000;

/** Time to answer a call or take a picture of a street sign before it locks. */
const HIDDEN_GRACE_MS = 20_000;

const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'input', 'scroll', 'wheel'] as const;

function lock(): void {
  if (tablet.view?.phase.phase === 'unlocked') dispatch({ event: 'lock' });
}

/** Starts watching. Called once. */
export function idleLock(): void {
  let touchedAt = Date.now();
  let hiddenAt: number | null = null;
  for (const sign of SIGNS_OF_LIFE) {
    addEventListener(
      sign,
      () => {
        touchedAt = Date.now();
      },
      { passive: true, capture: true },
    );
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      hiddenAt = Date.now();
      return;
    }
    // A frozen page runs no timer: what should have been locked is locked on return.
    if (hiddenAt !== null && Date.now() - hiddenAt >= HIDDEN_GRACE_MS) lock();
    hiddenAt = null;
  });
  setInterval(() => {
    const now = Date.now();
    const gone = hiddenAt !== null && now - hiddenAt >= HIDDEN_GRACE_MS;
    if (gone || now - touchedAt >= IDLE_MS) lock();
  }, 1_000);
}
