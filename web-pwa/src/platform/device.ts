/**
 * What the page can ask of the tablet itself: screen kept on, battery, room, vibration.
 *
 * For: `core`, on the page. Each of these may be refused: the answer says so and nothing depends on
 * it.
 */

interface Battery {
  readonly level: number;
}

/** Battery, per cent; nothing where the browser does not tell. */
export async function batteryPercent(): Promise<number | null> {
  const source = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  try {
    const battery = await source.getBattery?.();
    return battery ? Math.round(battery.level * 100) : null;
  } catch {
    return null;
  }
}

/** Asks that the files survive pressure on storage; tells whether they do. */
export async function persistStorage(): Promise<boolean | null> {
  try {
    if (await navigator.storage.persisted()) return true;
    return await navigator.storage.persist();
  } catch {
    return null;
  }
}

/** Room left for this app, bytes. */
export async function freeBytes(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  } catch {
    return null;
  }
}

/** Installed on the home screen rather than open in a tab. */
export function installed(): boolean {
  const apple = (navigator as Navigator & { standalone?: boolean }).standalone === true;
  return apple || matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches;
}

/** A tab of Apple's browsers on a tablet or telephone: they forget a page's files after a week. */
export function appleTab(): boolean {
  return 'standalone' in navigator && navigator.maxTouchPoints > 1 && !installed();
}

/** Lets the hand feel it, where the device can. */
export function vibrate(patternMs: readonly number[]): void {
  try {
    navigator.vibrate?.([...patternMs]);
  } catch {
    // The screen says the same.
  }
}

let sentinel: WakeLockSentinel | null = null;
let wanted = false;

/** Keeps the screen on, or no longer; tells whether it is kept on. */
export async function keepAwake(on: boolean): Promise<boolean> {
  wanted = on;
  if (!on) {
    await sentinel?.release().catch(() => undefined);
    sentinel = null;
    return false;
  }
  if (sentinel && !sentinel.released) return true;
  try {
    sentinel = await navigator.wakeLock.request('screen');
    return true;
  } catch {
    return false;
  }
}

/** The browser drops the lock when the page is hidden: takes it again. */
export function retakeAwake(): void {
  if (wanted && document.visibilityState === 'visible') void keepAwake(true);
}

/** Whether the screen can be kept on, by trying once. */
export async function awakePossible(): Promise<boolean | null> {
  if (!('wakeLock' in navigator)) return false;
  if (document.visibilityState !== 'visible') return null;
  const held = await keepAwake(true);
  if (!wanted) await keepAwake(false);
  return held;
}
