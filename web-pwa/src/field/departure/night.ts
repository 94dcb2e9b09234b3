/**
 * Which of the plan's nights is offered first: the one under way, else the next, else the last.
 *
 * For: `Start`. It only puts a choice under the thumb; the person picks.
 */

/** A night begins at noon of its date and lasts until the next noon (local time). */
const NOON_HOUR = 12;

/** The night that holds an instant of this device's clock, `2026-01-22`. */
export function nightOf(atMs: number): string {
  const began = new Date(atMs - NOON_HOUR * 3_600_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${began.getFullYear()}-${two(began.getMonth() + 1)}-${two(began.getDate())}`;
}

/** The night to offer; nothing where the plan has none. */
export function closestNight(nights: readonly string[], atMs: number): string | null {
  const sorted = [...nights].sort();
  const tonight = nightOf(atMs);
  return sorted.find((night) => night >= tonight) ?? sorted.at(-1) ?? null;
}
