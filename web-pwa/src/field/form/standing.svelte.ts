/**
 * Where the person stands in the open form beside the card, which the core keeps: on the summary or
 * not, details unfolded or not.
 *
 * For: `FormScreen`, which is taken off the screen by a lock or by *Urgence* and must come back the
 * same; `Field`, which forgets it once the form is closed.
 */

/** Nothing known of a form that was not shown yet. */
export const standing: { recap: boolean | null; more: boolean } = $state({
  recap: null,
  more: false,
});

/** The form is closed. */
export function leaveForm(): void {
  standing.recap = null;
  standing.more = false;
}
