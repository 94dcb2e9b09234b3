/**
 * A newer version of the app: kept waiting until nobody is filling a form.
 *
 * For: the field screens, which offer it, and the check-list, which tells it.
 */
import { applyNewer, registerWorker, seekNewer } from '../platform/service-worker';

const state = $state({ waiting: false, offlineReady: false });

/** What the screens read. */
export const update = {
  /** A newer version is on the tablet and waits. */
  get waiting(): boolean {
    return state.waiting;
  },
  /** The app starts without network. */
  get offlineReady(): boolean {
    return state.offlineReady;
  },
};

/** Registers the service worker. Called once. */
export function startUpdates(): void {
  registerWorker({
    waiting: () => {
      state.waiting = true;
    },
    offlineReady: () => {
      state.offlineReady = true;
    },
  });
}

/** Starts the newer version: the page loads again. */
export const applyUpdate = applyNewer;

/** Asks the server whether there is a newer version. */
export const seekUpdate = seekNewer;
