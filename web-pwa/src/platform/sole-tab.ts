/**
 * One page at a time holds the tablet's files.
 *
 * For: the core's worker. The lock lives as long as the worker; a page that wants it asks the other
 * one to let go, and that one locks its vault first.
 */

const LOCK = 'maraude-files';
const CHANNEL = 'maraude-files';

/** After a reload the page before may hold the lock for a moment more. */
const TRIES = 10;
const PAUSE_MS = 100;

/** Takes the lock for the rest of the worker's life; tells whether it could. */
export async function takeFiles(): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await new Promise((done) => setTimeout(done, PAUSE_MS));
    if (await tryOnce()) return true;
  }
  return false;
}

function tryOnce(): Promise<boolean> {
  return new Promise((answer) => {
    navigator.locks
      .request(LOCK, { ifAvailable: true }, (lock) => {
        answer(lock !== null);
        // Held until the worker ends.
        return lock === null ? undefined : new Promise<never>(() => undefined);
      })
      .catch(() => answer(false));
  });
}

/** Asks the page that holds the files to let go. */
export function askForFiles(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('let-go');
  channel.close();
}

/** Calls back when another page asks for the files. */
export function onAskedForFiles(act: () => void): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => {
    if (data === 'let-go') act();
  };
}
