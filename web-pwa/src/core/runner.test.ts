import { describe, expect, it } from 'vitest';
import type { FileStore } from '../platform/storage';
import { WriteFailed } from '../platform/storage';
import type { Door } from './door';
import type { Effect, Event, StorageOperation, View } from './generated/tablet';
import type { FromWorker } from './message';
import { Runner } from './runner';

interface Told {
  events: Event[];
  said: FromWorker[];
}

function run(
  answers: (event: Event) => Effect[],
  apply: FileStore['apply'] = () => Promise.resolve(),
  lastWords: Door['lastWords'] = () => [],
): { runner: Runner; told: Told } {
  const told: Told = { events: [], said: [] };
  const door: Door = {
    open: () => [],
    dispatch(event) {
      told.events.push(event);
      return answers(event);
    },
    view: () => ({ seen: told.events.length }) as unknown as View,
    affordablePin: () => ({ memory_kib: 19_456, passes: 2 }),
    lastWords,
  };
  const store: FileStore = {
    backend: 'opfs',
    readAll: () => Promise.resolve([]),
    apply,
    close: () => undefined,
  };
  const runner = new Runner({
    door,
    store,
    send: () => Promise.resolve(null),
    say: (message) => told.said.push(message),
    now: () => 0,
    awakeMs: () => 0,
    wakeAt: () => undefined,
  });
  return { runner, told };
}

const quiet = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
const store = (ticket: number): Effect => ({ effect: 'store', ticket, operations: [] });

describe('the runner', () => {
  it('tells stored only once the write has returned, in the order asked', async () => {
    const order: string[] = [];
    let write = 0;
    const { runner, told } = run(
      (event) => (event.event === 'save_form' ? [store(1), store(2)] : []),
      async () => {
        write += 1;
        const mine = write;
        await quiet();
        order.push(`written ${mine}`);
      },
    );
    await runner.start();
    runner.dispatch({ event: 'save_form' });
    expect(told.events).toHaveLength(1);
    await quiet();
    await quiet();
    await quiet();
    expect(order).toEqual(['written 1', 'written 2']);
    expect(told.events.slice(1)).toEqual([
      { event: 'stored', ticket: 1 },
      { event: 'stored', ticket: 2 },
    ]);
  });

  it('tells why nothing was written', async () => {
    const { runner, told } = run(
      (event) => (event.event === 'save_form' ? [store(7)] : []),
      () => Promise.reject(new WriteFailed('quota')),
    );
    await runner.start();
    runner.dispatch({ event: 'save_form' });
    await quiet();
    expect(told.events.at(-1)).toEqual({ event: 'not_stored', ticket: 7, reason: 'quota' });
  });

  it('tells unreachable where no answer comes', async () => {
    const { runner, told } = run((event) =>
      event.event === 'send_now'
        ? [
            {
              effect: 'request',
              ticket: 3,
              method: 'POST',
              path: '/api/sync',
              content_type: 'application/cbor',
              authorization: null,
              body: '',
              timeout_ms: 10,
            },
          ]
        : [],
    );
    await runner.start();
    runner.dispatch({ event: 'send_now' });
    await quiet();
    expect(told.events.at(-1)).toEqual({ event: 'unreachable', ticket: 3 });
  });

  it('uses a core that panicked no more', async () => {
    const { runner, told } = run(() => {
      throw new Error('unreachable executed');
    });
    await runner.start();
    runner.dispatch({ event: 'undo' });
    runner.dispatch({ event: 'undo' });
    await quiet();
    expect(told.events).toHaveLength(1);
    expect(told.said.at(-1)).toEqual({ kind: 'panicked' });
  });

  it('writes the last words of a core that died, after what waits and before it says so', async () => {
    const order: string[] = [];
    const word: StorageOperation = { operation: 'append', file: 'round-1', bytes: 'AA==' };
    const dies = (event: Event): Effect[] => {
      if (event.event === 'save_form') return [store(1)];
      throw new Error('unreachable executed');
    };
    const slow: FileStore['apply'] = async (operations) => {
      await quiet();
      order.push(operations.length === 0 ? 'what waited' : JSON.stringify(operations));
    };
    const { runner, told } = run(dies, slow, () => [word]);
    await runner.start();
    runner.dispatch({ event: 'save_form' });
    runner.dispatch({ event: 'undo' });
    expect(told.said.at(-1)).not.toEqual({ kind: 'panicked' });
    await quiet();
    await quiet();
    await quiet();
    expect(order).toEqual(['what waited', JSON.stringify([word])]);
    expect(told.said.at(-1)).toEqual({ kind: 'panicked' });
    // Control: a core that cannot say any more is replaced all the same, and nothing is written.
    order.length = 0;
    const mute = run(dies, slow, () => {
      throw new Error('unreachable executed');
    });
    await mute.runner.start();
    mute.runner.dispatch({ event: 'undo' });
    await quiet();
    expect(order).toEqual([]);
    expect(mute.told.said.at(-1)).toEqual({ kind: 'panicked' });
  });

  it('shows one view for all events that came together', async () => {
    const { runner, told } = run((event) =>
      event.event === 'save_form' ? [store(1)] : [],
    );
    await runner.start();
    const before = told.said.filter(({ kind }) => kind === 'view').length;
    runner.dispatch({ event: 'save_form' });
    await quiet();
    expect(told.said.filter(({ kind }) => kind === 'view')).toHaveLength(before + 2);
  });
});
