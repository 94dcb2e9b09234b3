/**
 * What was chosen while the tablet locked itself behind the file chooser: it waits for the PIN.
 *
 * For: *Passer la main* and *Recevoir*.
 */
import { otherFile, tablet } from '../../core/tablet.svelte';

interface Pending {
  call: string | null;
  pack: string | null;
}

const pending: Pending = $state({ call: null, pack: null });

/** Asks for a file and keeps it until [`takeChosen`] finds the tablet open. */
export async function choose(what: keyof Pending): Promise<void> {
  const file = await otherFile();
  if (file !== null) pending[what] = file;
}

/** What was chosen, once, on an open tablet. */
export function takeChosen(what: keyof Pending): string | null {
  const chosen = pending[what];
  if (chosen === null || tablet.view?.phase.phase !== 'unlocked') return null;
  pending[what] = null;
  return chosen;
}
