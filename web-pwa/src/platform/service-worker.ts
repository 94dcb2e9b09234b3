/**
 * The service worker that keeps the app on the tablet.
 *
 * For: `core/update`. A newer version waits until it is asked to start.
 */

/** Told about the app's versions. */
export interface VersionListener {
  readonly waiting: () => void;
  readonly offlineReady: () => void;
}

let registration: ServiceWorkerRegistration | null = null;

/** Registers it in a build; in development there is none. */
export function registerWorker(listener: VersionListener): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  void navigator.serviceWorker
    .register('/sw.js')
    .then((found) => {
      registration = found;
      if (found.waiting) listener.waiting();
      if (found.active) listener.offlineReady();
      found.addEventListener('updatefound', () => follow(found.installing, listener));
      follow(found.installing, listener);
    })
    .catch(() => undefined);
}

function follow(installing: ServiceWorker | null, listener: VersionListener): void {
  installing?.addEventListener('statechange', () => {
    if (installing.state === 'activated') listener.offlineReady();
    if (installing.state === 'installed' && navigator.serviceWorker.controller) listener.waiting();
  });
}

/** Starts the newer version, then loads the page again. */
export function applyNewer(): void {
  const waiting = registration?.waiting;
  if (!waiting) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  });
  waiting.postMessage({ type: 'SKIP_WAITING' });
}

/** Asks the server for a newer version; without network nothing happens. */
export async function seekNewer(): Promise<void> {
  await registration?.update().catch(() => undefined);
}
