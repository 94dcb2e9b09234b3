/** Which of the campaigns that still hold persons a panel is about. */

import type { RetentionLine } from '../../core/generated/console';

/** The first one until another is chosen. */
export class KeptCampaign {
  readonly #lines: () => readonly RetentionLine[];
  #chosen = $state('');
  readonly open = $derived.by(() => this.#lines().filter((line) => line.purged_at === null));
  readonly id = $derived(this.#chosen === '' ? (this.open[0]?.campaign ?? '') : this.#chosen);

  constructor(lines: () => readonly RetentionLine[]) {
    this.#lines = lines;
  }

  choose(campaign: string): void {
    this.#chosen = campaign;
  }
}
