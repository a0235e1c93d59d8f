import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { hashAddress } from '../lib/tokens.ts';
import type { BounceClass } from '../mail/inbound/classify-bounce.ts';
import { guardWave } from '../outreach/guard-wave.ts';
import type { SentAsk } from '../outreach/observers.ts';
import { markAsked } from '../outreach/record-results.ts';
import { suppressForReceipt } from '../outreach/suppress-address.ts';
import type { MessageState } from '../outreach/types.ts';
import { type EventRow, findMessage, insertEvents, lockEvent, type MessageOfEvent } from './queries.ts';
import { decideReceipt, OTHER_BOUNCES_BEFORE_STAFF, suppressionBy } from './rules.ts';
import type { MailEventKind, MailEventOutcome, MailEventSource } from './types.ts';

/** A receipt as a listener or a webhook understood it. */
export type ReceivedMailEvent = {
  source: MailEventSource;
  providerEventId: string;
  kind: MailEventKind;
  classification: BounceClass | null;
  /** Whatever names the message: our own row by a bounce address, the provider's id, our Message-ID header. */
  messageRow?: number | null;
  providerMessageId?: string | null;
  headerMessageId?: string | null;
  /** The address that the event names; only its keyed hash is kept. */
  recipient?: string | null;
  occurredAt: Date | null;
  facts: Record<string, string>;
};

type EventDeps = Pick<Deps, 'db' | 'clock' | 'log' | 'secrets' | 'askObservers'>;

/** Providers send thousands of receipts at once and do not wait for long: more than these are applied by the job. */
const APPLIED_AT_ONCE = 25;

export type Recorded = { new: number; repeated: number };

/**
 * Keeps receipts and acts on them. When it returns, they are committed and may be acknowledged: what could not be
 * applied now, because its message is not yet known to have left, is applied by the job.
 */
export async function recordMailEvents(
  deps: EventDeps & Pick<Deps, 'queue'>,
  events: readonly ReceivedMailEvent[],
): Promise<Recorded> {
  const receivedAt = deps.clock.now();
  const ids = await deps.db.transaction((tx) =>
    insertEvents(
      tx,
      events.map(({ recipient, ...event }) => ({
        ...event,
        recipientHash: recipient ? hashAddress(deps.secrets.suppressionKey, recipient) : null,
        receivedAt,
      })),
    ),
  );
  for (const id of ids.slice(0, APPLIED_AT_ONCE)) {
    await applyMailEvent(deps, id).catch((error: unknown) => {
      deps.log.warn({ err: error, mailEvent: id }, 'a receipt could not be applied; the job will');
    });
  }
  if (ids.length > APPLIED_AT_ONCE) await deps.queue.enqueue('delivery.apply-events', {});
  return { new: ids.length, repeated: events.length - ids.length };
}

/** A receipt whose message is not found within this time has none. */
const GIVE_UP_MS = 24 * 3_600_000;

/** Applies one receipt, once. Returns what came of it, or null while it waits for its message or was done already. */
export async function applyMailEvent(deps: EventDeps, id: number): Promise<MailEventOutcome | null> {
  const now = deps.clock.now();
  const applied = await deps.db.transaction(async (tx) => {
    const event = await lockEvent(tx, id);
    if (!event) return null;
    const isOld = now.getTime() - event.received_at.getTime() >= GIVE_UP_MS;
    const message = await findMessage(tx, event);
    const effect = message && decideReceipt(event, message.state);
    if (!message || !effect) {
      // A stop and a dead address hold at once, so that the message is not sent again while its receipt waits.
      const stop = message && suppressionBy(event);
      const suppressionId = stop ? await suppress(tx, deps, message, event, stop, now) : null;
      if (!isOld) return null;
      const facts = { messageId: message?.id ?? null, outcome: 'unmatched' as const, suppressionId, now };
      await markApplied(tx, id, facts);
      return { outcome: facts.outcome, guard: null };
    }
    if (effect.moveTo) await moveMessage(tx, deps, message, event, effect.moveTo, now);
    const suppressionId = effect.suppress
      ? await suppress(tx, deps, message, event, effect.suppress, now)
      : null;
    const outcome =
      effect.outcome === 'moved' && (await needsStaff(tx, event, message)) ? 'needs_staff' : effect.outcome;
    await markApplied(tx, id, { messageId: message.id, outcome, suppressionId, now });
    const guard = effect.moveTo && effect.moveTo !== 'delivered' ? message.wave_id : null;
    return { outcome, guard };
  });
  if (applied?.guard != null) await guardWave(deps, applied.guard);
  return applied?.outcome ?? null;
}

async function markApplied(
  tx: Tx,
  id: number,
  result: { messageId: number | null; outcome: MailEventOutcome; suppressionId?: number | null; now: Date },
): Promise<void> {
  await tx.execute(sql`
    update mail_events set message_id = ${result.messageId}, applied_at = ${result.now.toISOString()}::timestamptz,
      outcome = ${result.outcome}, suppression_id = ${result.suppressionId ?? null}
    where id = ${id}`);
}

async function moveMessage(
  tx: Tx,
  { askObservers }: Pick<Deps, 'askObservers'>,
  message: MessageOfEvent,
  event: EventRow,
  to: MessageState,
  now: Date,
): Promise<void> {
  const at = now.toISOString();
  const [moved] = await tx.execute<{ sent_at: Date }>(sql`
    update messages set state = ${to}, finished_at = ${at}::timestamptz, reason = ${event.classification},
      sent_at = coalesce(sent_at, handed_at, ${at}::timestamptz)
    where id = ${message.id} and state = ${message.state}
    returning sent_at`);
  if (!moved || message.invitation_id === null || message.stream !== 'outreach') return;
  if (message.state === 'uncertain') {
    // Nobody knew until now that it had left.
    const asked = await markAsked(tx, [
      { invitation_id: message.invitation_id, at: moved.sent_at.toISOString() },
    ]);
    if (asked.length > 0) await askObservers.asksSent(tx, asked);
  }
  if (to === 'bounced') {
    const undelivered = await markUndelivered(tx, message.invitation_id, at);
    if (undelivered.length > 0) await askObservers.asksUndelivered(tx, undelivered, now);
  }
}

/** A reminder that comes back does not undo the invitation that arrived, and who answered was reached. */
async function markUndelivered(tx: Tx, invitationId: number, at: string): Promise<SentAsk[]> {
  const rows = await tx.execute<{
    id: number;
    contact_id: number;
    employer_id: number;
    credential_id: number | null;
    meeting_id: number | null;
    asked_at: Date;
  }>(sql`
    update asks a set undelivered_at = ${at}::timestamptz
    where a.invitation_id = ${invitationId} and a.undelivered_at is null and a.asked_at is not null
      and a.state in ('asked', 'cancelled') and not exists (
        select 1 from messages m where m.invitation_id = a.invitation_id and m.stream = 'outreach'
          and m.state in ('sent', 'delivered', 'complained'))
    returning a.id, a.contact_id, a.employer_id, a.credential_id, a.meeting_id, a.asked_at`);
  return rows.map((row) => ({
    askId: Number(row.id),
    contactId: Number(row.contact_id),
    employerId: Number(row.employer_id),
    credentialId: row.credential_id === null ? null : Number(row.credential_id),
    meetingId: row.meeting_id === null ? null : Number(row.meeting_id),
    askedAt: row.asked_at,
  }));
}

/** Puts the address on the list, unless the contact has another one by now. */
async function suppress(
  tx: Tx,
  deps: Pick<Deps, 'secrets'>,
  message: MessageOfEvent,
  event: EventRow,
  reason: 'bounced' | 'complained' | 'unsubscribed' | 'staff',
  now: Date,
): Promise<number | null> {
  if (message.email === null || message.contact_id === null) return null;
  const addressHash = hashAddress(deps.secrets.suppressionKey, message.email);
  const named = event.recipient_hash;
  const corrected = message.contact_changed && named !== null && !named.equals(addressHash);
  if (corrected) return null;
  const { id, changed } = await suppressForReceipt(tx, addressHash, reason, now);
  if (changed) {
    await recordAudit(tx, {
      at: now,
      agencyId: null,
      actorKind: 'system',
      actorId: null,
      action: `contact.${reason}`,
      subjectType: 'contact',
      subjectId: message.contact_id,
      details: { mailEvent: event.id, message: message.id },
    });
  }
  return id;
}

/** Refused for good for some other reason: the next message is the one more try, and then a person looks. */
async function needsStaff(tx: Tx, event: EventRow, message: MessageOfEvent): Promise<boolean> {
  if (event.classification !== 'other_permanent' || message.contact_id === null) return false;
  const [row] = await tx.execute<{ n: number }>(sql`
    select count(*)::int as n from mail_events e join messages m on m.id = e.message_id
    where m.contact_id = ${message.contact_id} and e.classification = 'other_permanent' and e.message_id <> ${message.id}`);
  return (row?.n ?? 0) >= OTHER_BOUNCES_BEFORE_STAFF;
}
