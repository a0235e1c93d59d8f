import { createHmac } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { TEMPLATE_VERSION } from '../mail/messages.ts';

/**
 * The Message-ID of one message, without angle brackets: a function of what the message is and of its template, so
 * that whatever is sent twice can be recognised as one (E20). It tells no ids to the outside.
 */
export function messageIdFor(deps: Pick<Deps, 'secrets' | 'config'>, key: string): string {
  const mac = createHmac('sha256', deps.secrets.linkKey)
    .update(`message:${key}:${TEMPLATE_VERSION}`)
    .digest('hex');
  return `${mac.slice(0, 32)}@${deps.config.messageIdDomain}`;
}
