/** The tablet's own key as a second lock, in English. */

import type { PlatformKeyText } from './platform-key.fr';

export const platformKeyEn: PlatformKeyText = {
  title: 'Key of the tablet',
  offerTitle: 'Protect it by the tablet too?',
  offerLead:
    'With this tablet’s key beside the PIN, a copy of its disk opens nothing, even for somebody who knows the PIN.',
  offerHow: 'The tablet will also ask for its own gesture (finger, face or screen code) at each opening.',
  accept: 'Add the tablet’s key',
  decline: 'The PIN alone',
  failed: 'The tablet gave no key. You can try again, or keep the PIN alone.',
  asking: 'The tablet asks for its gesture…',
  on: 'The PIN and this tablet’s key are asked for at each opening.',
  off: 'The PIN alone is asked for at each opening.',
  add: 'Add the tablet’s key',
  remove: 'Remove the tablet’s key',
  notGiven: 'The tablet did not give its key. Nothing was tried: type the PIN and try again.',
  gone:
    'If this key is no more (screen lock removed, tablet reset), touch “Forgot the PIN?”: the coordination allows a new one. What is saved goes on leaving.',
};

export const platformKeyMessagesEn = {
  'platform-key-needed': () => platformKeyEn.notGiven,
  'platform-key-on': () => 'The tablet’s key is asked for from now on.',
  'platform-key-off': () => 'The tablet’s key is no longer asked for.',
};
