import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { insertMessages, type NewMessage } from './insert-messages.ts';

const HOUR_MS = 3_600_000;
/** A receipt that comes days later confuses more than it helps. */
const TRANSACTIONAL_NOT_AFTER_MS = 48 * HOUR_MS;

/** Its key names the event that the mail tells of, such as `answer:17:2`. */
export type TransactionalMessage = Omit<NewMessage, 'stream' | 'step' | 'sendAfter' | 'notAfter'> &
  Partial<Pick<NewMessage, 'sendAfter' | 'notAfter'>>;

/**
 * Queues mails that answer a person's own act, in the transaction of that act. They are no touches, wait for no
 * wave, and leave with the next run of `outreach.send-due`; enqueue that after the commit to hurry it.
 */
export async function queueTransactional(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  messages: readonly TransactionalMessage[],
): Promise<void> {
  await insertMessages(
    tx,
    deps,
    messages.map((message) => ({
      ...message,
      stream: 'transactional',
      sendAfter: message.sendAfter ?? message.now,
      notAfter: message.notAfter ?? new Date(message.now.getTime() + TRANSACTIONAL_NOT_AFTER_MS),
    })),
  );
}
