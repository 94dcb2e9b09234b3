/** The hour on screen, for clocks and countdowns; one timer for all of them. */
let now = $state(Date.now());

setInterval(() => {
  now = Date.now();
}, 1000);

/** Milliseconds since 1970, renewed every second. */
export function nowMs(): number {
  return now;
}
