/**
 * The tablet's own key as a second lock of the vault: asked of the platform, told to the core.
 *
 * For: the field screens. It decides nothing: the vault's file says whether the key is needed.
 */
import { askPlatformKey, makePlatformKey, platformKeyPossible } from '../platform/platform-key';
import { choosePin, dispatch, tablet } from './tablet.svelte';

export { platformKeyPossible };

/** A PIN is chosen, with a key of the tablet beside it; false where the tablet made none. */
export async function choosePinWithKey(pin: string): Promise<boolean> {
  const key = await makePlatformKey(label());
  if (key === null) return false;
  dispatch({ event: 'platform_key', key });
  choosePin(pin);
  return true;
}

/** A PIN is chosen alone, whatever a try before it brought. */
export function choosePinAlone(pin: string): void {
  dispatch({ event: 'platform_key', key: null });
  choosePin(pin);
}

/** The PIN is tried, with what the tablet's key gives where the vault needs it; false without it. */
export async function unlockWithKey(pin: string): Promise<boolean> {
  const needed = tablet.view?.platform_key ?? null;
  if (needed !== null) {
    const key = await askPlatformKey(needed);
    if (key === null) return false;
    dispatch({ event: 'platform_key', key });
  }
  dispatch({ event: 'unlock', pin });
  return true;
}

/** The open vault is put behind the tablet's key as well; false where the tablet made none. */
export async function addPlatformKey(): Promise<boolean> {
  const key = await makePlatformKey(label());
  if (key !== null) dispatch({ event: 'platform_key', key });
  return key !== null;
}

/** The open vault is behind the PIN alone again. */
export function removePlatformKey(): void {
  dispatch({ event: 'platform_key', key: null });
}

const label = (): string => `Maraude ${tablet.view?.enrolment?.label ?? ''}`.trim();
