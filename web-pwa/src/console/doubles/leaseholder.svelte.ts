/**
 * Holds the pairs that *Doublons* shows, and says so again before the server forgets.
 *
 * It must never decide what is shown: `queue.ts` does, from what was granted.
 */

import * as server from '../../core/console';
import { Refused, drawUuid } from '../../core/console';
import type { PairCard } from '../../core/generated/console';
import { pairKey } from './queue';
import { looked, sameSet, type Leases } from './leases';

/** The server forgets after 30 s. */
const AGAIN_MS = 10_000;

/** While nothing may be shown because others hold it, it is asked for this often. */
const WAITING_MS = 2_000;

/** One window's leases. */
export class Leaseholder {
  readonly #window = drawUuid();
  #asked: readonly string[] = [];
  #askedAt = 0;
  #running: Promise<void> | null = null;
  #again = false;
  #over = false;

  constructor(
    private readonly campaign: string,
    private readonly wanted: () => readonly PairCard[],
    private readonly taken: (leases: Leases) => void,
    private readonly waits: () => boolean,
  ) {}

  /** Keeps asking until the returned function is called, which gives everything back. */
  start(): () => void {
    const timer = setInterval(() => {
      const since = Date.now() - this.#askedAt;
      if (since >= AGAIN_MS || this.waits()) void this.ask(true);
    }, WAITING_MS);
    return () => {
      this.#over = true;
      clearInterval(timer);
      void server.look(this.campaign, { window: this.#window, pairs: [] }).catch(() => undefined);
    };
  }

  /** Asks for what is wanted, if it is not what was asked for last; resolves once it is known. */
  async ask(always = false): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#ask(always).finally(() => {
      this.#running = null;
    });
    await this.#running;
    if (this.#again && !this.#over) {
      this.#again = false;
      await this.ask();
    }
  }

  async #ask(always: boolean): Promise<void> {
    const pairs = this.wanted();
    const keys = pairs.map(pairKey);
    if (this.#over || (!always && sameSet(keys, this.#asked))) return;
    this.#askedAt = Date.now();
    this.#asked = keys;
    try {
      const answer = await server.look(this.campaign, {
        window: this.#window,
        pairs: pairs.map(({ one, other }) => ({ one: one.slot, other: other.slot })),
      });
      if (!this.#over) this.taken(looked(answer));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // Out of reach: nothing could be decided either. It is asked for again.
      this.#asked = [];
    }
  }
}
