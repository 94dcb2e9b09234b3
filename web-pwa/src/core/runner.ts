/**
 * Feeds the core with events, one after the other, and carries its effects out.
 *
 * For: `worker`. It knows storage, network and time only through what it is given, so that a test
 * drives it without a browser. Must never tell `stored` before the flush has returned.
 */
import { WriteFailed, type FileStore } from '../platform/storage';
import type { WireAnswer, WireRequest } from '../platform/request';
import { toBase64 } from '../platform/base64';
import type { Door } from './door';
import type { Effect, Event, StorageOperation } from './generated/tablet';
import type { FromWorker, PageEffect } from './message';

/** What the runner needs from outside. */
export interface Surroundings {
  readonly store: FileStore;
  readonly door: Door;
  send(request: WireRequest): Promise<WireAnswer | null>;
  say(message: FromWorker): void;
  now(): number;
  /** How long this worker has been running, by a clock that nobody can set, milliseconds. */
  awakeMs(): number;
  /** Calls back at a time; replaces the former wish. */
  wakeAt(atMs: number, act: () => void): void;
}

/** See the module. */
export class Runner {
  private readonly waiting: Event[] = [];
  private storing: Promise<void> = Promise.resolve();
  private running = false;
  private broken = false;

  constructor(private readonly around: Surroundings) {}

  /** Gives the core what is on disk and shows the first view. */
  async start(): Promise<void> {
    const files = await this.around.store.readAll();
    this.guard(() => {
      const stored = files.map(({ name, bytes }) => ({ name, bytes: toBase64(bytes) }));
      this.carryOut(this.around.door.open(stored, this.around.now()));
    });
    this.around.say({ kind: 'ready', backend: this.around.store.backend });
    this.show();
    this.run();
  }

  /** Something happened. */
  dispatch(event: Event): void {
    this.waiting.push(this.measured(event));
    this.run();
  }

  /** Adds what only the platform can measure. */
  private measured(event: Event): Event {
    switch (event.event) {
      case 'choose_pin':
        return event.cost === undefined
          ? { ...event, cost: this.around.door.affordablePin() }
          : event;
      case 'unlock':
        return { ...event, awake_ms: Math.round(this.around.awakeMs()) };
      default:
        return event;
    }
  }

  /** Waits for writes under way, then lets go of the files. */
  async close(): Promise<void> {
    await this.storing;
    this.around.store.close();
  }

  private run(): void {
    if (this.running || this.broken) return;
    this.running = true;
    let moved = false;
    for (let event = this.waiting.shift(); event; event = this.waiting.shift()) {
      const next = event;
      if (!this.guard(() => this.carryOut(this.around.door.dispatch(next, this.around.now())))) {
        return;
      }
      moved = true;
    }
    this.running = false;
    if (moved) this.show();
  }

  private show(): void {
    this.guard(() => {
      this.around.say({ kind: 'view', view: this.around.door.view(this.around.now()) });
    });
  }

  /** Runs a call into the core; after a panic nothing of this worker is used any more. */
  private guard(call: () => void): boolean {
    if (this.broken) return false;
    try {
      call();
      return true;
    } catch (error) {
      this.broken = true;
      console.error('core', error instanceof Error ? error.name : 'unknown');
      void this.leaveWords().finally(() => this.around.say({ kind: 'panicked' }));
      return false;
    }
  }

  /** Writes down what the core died of, so that the next one does not die of the same. */
  private async leaveWords(): Promise<void> {
    try {
      const words = this.around.door.lastWords();
      await this.storing;
      if (words.length > 0) await this.around.store.apply(words);
    } catch {
      // A core that died of this too, or a full disk: the next one meets the same again.
    }
    await this.close();
  }

  private carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) this.carryOutOne(effect);
  }

  private carryOutOne(effect: Effect): void {
    switch (effect.effect) {
      case 'store':
        // Batches reach the disk in the order the core asked for them.
        this.storing = this.storing.then(() => this.storeBatch(effect.ticket, effect.operations));
        return;
      case 'request':
        void this.around.send(effect).then((answer) => {
          this.dispatch(
            answer
              ? { event: 'answered', ticket: effect.ticket, ...answer }
              : { event: 'unreachable', ticket: effect.ticket },
          );
        });
        return;
      case 'wake':
        this.around.wakeAt(effect.at, () => this.dispatch({ event: 'tick' }));
        return;
      default:
        this.around.say({ kind: 'effect', effect: effect satisfies PageEffect });
    }
  }

  private async storeBatch(ticket: number, operations: readonly StorageOperation[]): Promise<void> {
    try {
      await this.around.store.apply(operations);
      this.dispatch({ event: 'stored', ticket });
    } catch (error) {
      const reason = error instanceof WriteFailed ? error.reason : 'other';
      this.dispatch({ event: 'not_stored', ticket, reason });
    }
  }
}
