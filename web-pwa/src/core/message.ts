/**
 * What the page and its worker say to each other.
 *
 * For: `worker` and `tablet`.
 */
import type { Effect, Event, View } from './generated/tablet';

/** From the page. */
export type ToWorker =
  | { readonly kind: 'dispatch'; readonly event: Event }
  /** The page goes: let go of the files. */
  | { readonly kind: 'close' };

/** Effects only a page can carry out. */
export type PageEffect = Extract<Effect, { effect: 'give_file' | 'locate' | 'vibrate' | 'keep_awake' }>;

/**
 * Why the app cannot work here: the address is not protected, another page holds the files, the
 * browser refuses storage, the core does not load, or it broke too often.
 */
export type FatalCode =
  | 'not-secure'
  | 'other-tab'
  | 'handed-over'
  | 'storage-held'
  | 'no-storage'
  | 'no-core'
  | 'broken';

/** From the worker. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly backend: string }
  | { readonly kind: 'view'; readonly view: View }
  | { readonly kind: 'effect'; readonly effect: PageEffect }
  | { readonly kind: 'fatal'; readonly code: FatalCode }
  /** The core panicked: this worker is of no more use, what was flushed is safe. */
  | { readonly kind: 'panicked' };
