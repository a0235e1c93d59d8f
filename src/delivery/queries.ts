import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import type { BounceClass } from '../mail/inbound/classify-bounce.ts';
import type { MessageState, MessageStream, SuppressionReason } from '../outreach/types.ts';
import type { MailEventKind, MailEventSource } from './types.ts';

export type NewEvent = {
  source: MailEventSource;
  providerEventId: string;
  kind: MailEventKind;
  classification: BounceClass | null;
  messageRow?: number | null;
  providerMessageId?: string | null;
  headerMessageId?: string | null;
  recipientHash: Buffer | null;
  occurredAt: Date | null;
  receivedAt: Date;
  facts: Record<string, string>;
};

/** Keeps what was not kept before; returns the ids of those. */
export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<number[]> {
  if (events.length === 0) return [];
  const rows = events.map((event) => ({
    source: event.source,
    provider_event_id: event.providerEventId,
    kind: event.kind,
    classification: event.classification,
    message_row: event.messageRow ?? null,
    provider_message_id: event.providerMessageId ?? null,
    header_message_id: event.headerMessageId ?? null,
    recipient_hash: event.recipientHash?.toString('hex') ?? null,
    occurred_at: event.occurredAt?.toISOString() ?? null,
    received_at: event.receivedAt.toISOString(),
    facts: event.facts,
  }));
  const inserted = await tx.execute<{ id: number }>(sql`
    insert into mail_events (source, provider_event_id, kind, classification, message_id, provider_message_id,
      header_message_id, recipient_hash, occurred_at, received_at, facts)
    select r.source, r.provider_event_id, r.kind, r.classification, m.id, r.provider_message_id, r.header_message_id,
      decode(r.recipient_hash, 'hex'), r.occurred_at, r.received_at, r.facts
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(source text, provider_event_id text, kind text,
      classification text, message_row bigint, provider_message_id text, header_message_id text, recipient_hash text,
      occurred_at timestamptz, received_at timestamptz, facts jsonb)
    left join messages m on m.id = r.message_row
    order by r.provider_event_id
    on conflict (source, provider_event_id) do nothing
    returning id`);
  return inserted.map((row) => Number(row.id));
}

export type EventRow = {
  id: number;
  source: MailEventSource;
  kind: MailEventKind;
  classification: BounceClass | null;
  message_id: number | null;
  provider_message_id: string | null;
  header_message_id: string | null;
  recipient_hash: Buffer | null;
  received_at: Date;
};

/** A receipt that is still to be applied, locked; null when another does that or has done it. */
export async function lockEvent(tx: Tx, id: number): Promise<EventRow | null> {
  const [row] = await tx.execute<EventRow>(sql`
    select id, source, kind, classification, message_id, provider_message_id, header_message_id, recipient_hash, received_at
    from mail_events where id = ${id} and applied_at is null for update skip locked`);
  return row ?? null;
}

export type MessageOfEvent = {
  id: number;
  state: MessageState;
  stream: MessageStream;
  wave_id: number | null;
  invitation_id: number | null;
  contact_id: number | null;
  email: string | null;
  /** The contact was changed after the message was made. */
  contact_changed: boolean;
};

/** The message that a receipt is about, locked: by our own row, else by the provider's id, else by its Message-ID. */
export async function findMessage(tx: Tx, event: EventRow): Promise<MessageOfEvent | null> {
  const keys = [
    event.message_id === null ? null : sql`m.id = ${event.message_id}`,
    event.provider_message_id === null ? null : sql`m.provider_id = ${event.provider_message_id}`,
    event.header_message_id === null ? null : sql`m.message_id = ${event.header_message_id}`,
  ];
  for (const key of keys) {
    if (key === null) continue;
    const [row] = await tx.execute<MessageOfEvent>(sql`
      select m.id, m.state, m.stream, m.wave_id, m.invitation_id, m.contact_id, c.email,
        coalesce(c.updated_at > m.created_at, false) as contact_changed
      from messages m left join contacts c on c.id = m.contact_id
      where ${key} limit 1 for update of m`);
    if (row) return row;
  }
  return null;
}

/** Receipts that are still to be applied, in the order in which they were kept. */
export async function listOpenEvents(db: Db, page: { after: number; limit: number }): Promise<number[]> {
  const rows = await db.execute<{ id: number }>(sql`
    select id from mail_events where applied_at is null and id > ${page.after} order by id limit ${page.limit}`);
  return rows.map((row) => Number(row.id));
}

export type SuppressionRow = {
  id: number;
  reason: SuppressionReason;
  createdAt: Date;
  liftedAt: Date | null;
  /** Null when the contact is no longer kept. */
  contact: string | null;
  email: string | null;
  employerId: number | null;
  employer: string | null;
  /** Of the receipt that led to it. */
  source: MailEventSource | null;
  status: string | null;
  lift: OpenLift | null;
};
type OpenLift = {
  agencyId: number;
  reason: string;
  requestedBy: number;
  requester: string;
  requestedAt: string;
};

const suppressionRows = sql`
  select s.id, s.reason, s.created_at as "createdAt", s.lifted_at as "liftedAt", c.name as contact, c.email,
    e.id as "employerId", coalesce(nullif(e.dba, ''), e.legal_name) as employer, cause.source,
    cause.facts->>'status' as status,
    case when l.id is not null then json_build_object('agencyId', l.agency_id, 'reason', l.reason,
      'requestedBy', l.requested_by, 'requester', p.name, 'requestedAt', l.requested_at) end as lift
  from suppressions s
  left join lateral (select contact_id from unsubscribe_links u where u.address_hash = s.address_hash
    order by contact_id limit 1) u on true
  left join contacts c on c.id = u.contact_id
  left join employers e on e.id = c.employer_id
  left join lateral (select source, facts from mail_events v where v.suppression_id = s.id order by v.id desc limit 1)
    cause on true
  left join suppression_lifts l on l.suppression_id = s.id and l.state = 'requested'
  left join staff_members p on p.id = l.requested_by`;

/** Addresses in force on the do-not-contact list; those that wait for a second person first, then the newest. */
export async function listSuppressions(
  db: Db,
  filter: { reason: SuppressionReason | null; limit: number; offset: number },
): Promise<SuppressionRow[]> {
  return db.execute<SuppressionRow>(sql`
    ${suppressionRows}
    where s.lifted_at is null and (${filter.reason}::text is null or s.reason = ${filter.reason}::text)
    order by l.id is null, s.created_at desc, s.id desc limit ${filter.limit} offset ${filter.offset}`);
}

export async function countSuppressions(
  db: Db,
): Promise<{ total: number; byReason: Map<SuppressionReason, number> }> {
  const rows = await db.execute<{ reason: SuppressionReason; n: number }>(
    sql`select reason, count(*)::int as n from suppressions where lifted_at is null group by reason`,
  );
  return {
    total: rows.reduce((sum, row) => sum + row.n, 0),
    byReason: new Map(rows.map((row) => [row.reason, row.n])),
  };
}

export async function findSuppression(db: Db, id: number): Promise<SuppressionRow | null> {
  const [row] = await db.execute<SuppressionRow>(sql`${suppressionRows} where s.id = ${id}`);
  return row ?? null;
}

export type ReceiptRow = {
  id: number;
  source: MailEventSource;
  kind: MailEventKind;
  classification: BounceClass | null;
  outcome: 'needs_staff' | 'unmatched';
  receivedAt: Date;
  status: string | null;
  wave: string | null;
  waveId: number | null;
  contact: string | null;
  employer: string | null;
};

/** Receipts on which a program may not act, about this agency's mails or about none that is known, the newest first. */
export async function listReceiptsForStaff(db: Db, agencyId: number, limit: number): Promise<ReceiptRow[]> {
  return db.execute<ReceiptRow>(sql`
    select v.id, v.source, v.kind, v.classification, v.outcome, v.received_at as "receivedAt",
      coalesce(v.facts->>'status', v.facts->>'type', v.facts->>'event', v.facts->>'recordType') as status,
      w.name as wave, w.id as "waveId", c.name as contact, coalesce(nullif(e.dba, ''), e.legal_name) as employer
    from mail_events v
    left join messages m on m.id = v.message_id
    left join waves w on w.id = m.wave_id
    left join contacts c on c.id = m.contact_id
    left join employers e on e.id = c.employer_id
    where v.outcome in ('needs_staff', 'unmatched') and (m.agency_id = ${agencyId} or m.id is null)
    order by v.received_at desc, v.id desc limit ${limit}`);
}

/** What of this waits for a person of the agency: requests of colleagues, receipts since then, waves that paused themselves. */
export async function countMailTasks(
  db: Db,
  staff: { id: number; agencyId: number },
  since: Date,
): Promise<{
  liftsToConfirm: number;
  receipts: number;
  wavesPausedThemselves: { id: number; name: string }[];
}> {
  const [row] = await db.execute<{
    liftsToConfirm: number;
    receipts: number;
    wavesPausedThemselves: { id: number; name: string }[];
  }>(sql`
    select
      (select count(*)::int from suppression_lifts
        where agency_id = ${staff.agencyId} and state = 'requested' and requested_by <> ${staff.id}) as "liftsToConfirm",
      (select count(*)::int from mail_events v join messages m on m.id = v.message_id
        where v.outcome in ('needs_staff', 'unmatched') and v.received_at > ${since.toISOString()}::timestamptz
          and m.agency_id = ${staff.agencyId}) as receipts,
      (select coalesce(json_agg(json_build_object('id', id, 'name', name) order by paused_at), '[]') from waves
        where agency_id = ${staff.agencyId} and state = 'paused' and pause_reason is not null) as "wavesPausedThemselves"`);
  return row!;
}
