/** A message of the core in words. */
import type { Message } from '../../core/generated/tablet';
import { t } from '../../locale/index.svelte';

/** What happened, what is safe, what to do. */
export function messageWords(message: Message): string {
  const sentence = t().messages[message.code];
  return sentence ? sentence(message.detail ?? '') : t().message(message.code);
}
