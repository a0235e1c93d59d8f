import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { insertMessages, type NewMessage } from './insert-messages.ts';
import { BUSINESS_HOURS } from './planner/calendar.ts';
import { nextSendTime } from './rules.ts';

/** Its key names what it asks, such as `17:0`. */
export type Touch = Pick<NewMessage, 'kind' | 'key' | 'agencyId' | 'sendAfter' | 'notAfter'> & {
  contactId: number;
  employerId: number;
  /** 0 asks for the first time, 1.. remind. */
  step: number;
  /** `credentialId` names what it is about, whose own limits it then keeps. */
  refs: Record<string, number | string>;
  /** Zone of the recipient: it leaves in business hours there. */
  timeZone: string;
};

/**
 * Queues mails that ask people for something outside of any wave. They are touches like invitations: who said stop gets
 * none, and the contact budget of all agencies, or stricter limits of their own, may put them off, or end them where they no longer fit in time. Enqueue
 * `outreach.send-due` after the commit.
 */
export async function queueTouches(
  tx: Tx,
  deps: Pick<Deps, 'config' | 'secrets'>,
  touches: readonly Touch[],
  now: Date,
): Promise<void> {
  await insertMessages(
    tx,
    deps,
    touches.map(({ timeZone, ...touch }) => ({
      ...touch,
      stream: 'outreach',
      now,
      sendAfter: nextSendTime(BUSINESS_HOURS, timeZone, touch.sendAfter, touch.notAfter) ?? touch.sendAfter,
    })),
  );
}
