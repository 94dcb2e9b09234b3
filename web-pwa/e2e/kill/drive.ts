/**
 * What the bare page does: it starts the app's worker, speaks with it as the screens do, and saves one
 * count after the other.
 *
 * For: the kill test, which evaluates these functions in the page. Each must stand alone.
 */
import type { Event, View } from '../../src/core/generated/tablet';
import type { FromWorker } from '../../src/core/message';

/** An observation as it was shown. */
export interface Shown {
  id: string;
  heads: number;
}

/** Set in the page. */
interface Driven {
  send(event: Event): void;
  until(what: string, holds: (view: View) => boolean): Promise<View>;
}

declare global {
  var driven: Driven;
  /** A save began. Given by the test. */
  var saveBegan: () => Promise<void>;
  /** A save is shown as made. Given by the test. */
  var saveShown: (shown: Shown) => Promise<void>;
}

/** Starts the worker and waits for its first view; gives its phase. */
export async function start(script: string): Promise<string> {
  const core = new Worker(script, { type: 'module', name: 'core' });
  let view: View | null = null;
  let wrong = '';
  const waiting = new Set<() => void>();
  const stir = (): void => waiting.forEach((look) => look());
  core.addEventListener('error', (event) => {
    wrong = `worker: ${event.message}`;
    stir();
  });
  core.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === 'view') view = data.view;
    if (data.kind === 'fatal') wrong = data.code;
    if (data.kind === 'panicked') wrong = 'panicked';
    if (data.kind === 'effect' && data.effect.effect === 'locate') {
      core.postMessage({ kind: 'dispatch', event: { event: 'fixed', position: null } });
    }
    stir();
  });
  globalThis.driven = {
    send: (event) => core.postMessage({ kind: 'dispatch', event }),
    until: (what, holds) =>
      new Promise((done, fail) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        const look = (): void => {
          if (wrong !== '') {
            end();
            fail(new Error(`${what}: ${wrong}`));
          } else if (view && holds(view)) {
            end();
            done(view);
          }
        };
        const timer = setTimeout(() => {
          wrong = `timed out in ${JSON.stringify(view?.phase)} ${JSON.stringify(view?.message)}`;
          look();
        }, 30_000);
        waiting.add(look);
        look();
      }),
  };
  return (await globalThis.driven.until('start', () => true)).phase.phase;
}

/** Enrols the tablet and starts its round. */
export async function prepare(of: {
  code: string;
  pin: string;
  team: string;
  sector: string;
}): Promise<void> {
  const { send, until } = globalThis.driven;
  send({ event: 'enrol', code: of.code });
  await until('enrolment', ({ phase }) => phase.phase === 'choose_pin');
  send({ event: 'choose_pin', pin: of.pin, cost: { memory_kib: 19_456, passes: 2 } });
  const { plan } = await until('the plan', (view) => view.plan !== null);
  const [night] = plan?.nights ?? [];
  if (night === undefined) throw new Error('the plan has no night');
  send({ event: 'start_round', team: of.team, sector: of.sector, night });
  await until('the round', ({ round }) => round !== null);
  send({ event: 'lock' });
  await until('locked', ({ phase }) => phase.phase === 'locked');
}

/** Unlocks; what is there. A form that was open when the browser died is left. */
export async function found(pin: string): Promise<Shown[]> {
  const { send, until } = globalThis.driven;
  send({ event: 'unlock', pin });
  const damaged = ({ message }: View): boolean => message?.code === 'vault-damaged';
  const view = await until(
    'the round',
    (view) => damaged(view) || (view.phase.phase === 'unlocked' && !!view.round),
  );
  if (damaged(view)) throw new Error('the vault is damaged');
  if (view.form) send({ event: 'discard_form' });
  const { round } = await until('the home screen', ({ form }) => form === null);
  return (round?.entries ?? []).map(({ id, heads }) => ({ id, heads: heads.at_least }));
}

/** Saves counts until the browser dies. */
export async function saveWithoutEnd(first: number): Promise<void> {
  const { send, until } = globalThis.driven;
  const there = new Set<string>();
  const now = await until('the home screen', ({ form }) => form === null);
  for (const { id } of now.round?.entries ?? []) there.add(id);
  for (let number = first; ; number += 1) {
    const men = (number % 90) + 1;
    void globalThis.saveBegan();
    send({ event: 'open_form', form: 'count', site: null });
    send({ event: 'type_place', text: 'sous le pont' });
    send({ event: 'answer', question: 'n_men', answer: { state: 'known', value: { integer: men } } });
    send({
      event: 'answer',
      question: 'sleeping_place',
      answer: { state: 'known', value: { choice: 'doorway' } },
    });
    send({ event: 'save_form' });
    const saved = await until(`save ${number}`, ({ round, form, message }) => {
      if (message?.tone === 'problem') throw new Error(message.code);
      const made = round?.entries.find(({ id }) => !there.has(id));
      return form === null && !!made && made.custody !== 'saving' && made.custody !== 'not_saved';
    });
    const made = saved.round?.entries.find(({ id }) => !there.has(id));
    if (!made) throw new Error('unreachable: it was found above');
    there.add(made.id);
    await globalThis.saveShown({ id: made.id, heads: made.heads.at_least });
  }
}
