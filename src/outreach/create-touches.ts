import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { hashAddress, hashToken, linkToken } from '../lib/tokens.ts';
import { messageIdFor } from './message-id.ts';
import type { PlannedStep, TopicRef } from './planner/types.ts';

/** One person, what they are asked, and when the messages about it leave. */
export type Touch = {
  contactId: number;
  employerId: number;
  asks: readonly (TopicRef & { seatRole?: string | null })[];
  steps: readonly PlannedStep[];
  /** Asked in another wave's invitation, which the caller holds unsent; then nothing else is made. */
  joins?: { invitationId: number } | null;
};

const CHUNK = 2_000;
/**
 * From so many on the tables are measured at once: until PostgreSQL knows how the new rows are spread, it reads whole
 * tables where an index would do, for each batch that is sent.
 */
const ANALYZE_FROM = 500;

/**
 * Turns planned touches into invitations, asks and messages. The wave's wording is fixed by then. Contacts that the wave
 * has already are left alone, so a launch that runs twice makes nothing twice; what joins another wave's invitation
 * becomes asks there. Set-based: ten thousand touches take seconds.
 */
export async function createTouches(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  input: {
    wave: { id: number; agencyId: number; graceUntil: Date };
    touches: readonly Touch[];
    now: Date;
  },
): Promise<{ created: number; messages: number }> {
  let created = await joinTouches(tx, input);
  let messages = 0;
  const own = input.touches.filter((touch) => !touch.joins);
  for (let start = 0; start < own.length; start += CHUNK) {
    const chunk = own.slice(start, start + CHUNK);
    const made = await createChunk(tx, deps, input, chunk);
    created += made.created;
    messages += made.messages;
  }
  if (created >= ANALYZE_FROM) await tx.execute(sql`analyze invitations, asks, messages, unsubscribe_links`);
  return { created, messages };
}

/** The questions that an ask of a credential asks: those which `wave` was launched with. */
const wordingOfRow = sql`case when row.credential_id is not null then wave.instrument_version_id end`;

/** Adds asks to invitations of other waves. Returns how many of them took any. */
async function joinTouches(
  tx: Tx,
  { wave, touches, now }: { wave: { id: number; graceUntil: Date }; touches: readonly Touch[]; now: Date },
): Promise<number> {
  const rows = touches.flatMap(({ joins, contactId, employerId, asks }) =>
    joins
      ? asks.map((ask, i) => ({
          invitation_id: joins.invitationId,
          contact_id: contactId,
          employer_id: employerId,
          credential_id: ask.kind === 'credential' ? ask.credentialId : null,
          meeting_id: ask.kind === 'meeting' ? ask.meetingId : null,
          seat_role: ask.seatRole ?? null,
          place: i + 1,
        }))
      : [],
  );
  if (rows.length === 0) return 0;
  const joined = await tx.execute<{ invitation_id: number }>(sql`
    insert into asks (wave_id, invitation_id, contact_id, employer_id, credential_id, meeting_id, instrument_version_id,
                      seat_role, position, created_at)
    select wave.id, row.invitation_id, row.contact_id, row.employer_id, row.credential_id, row.meeting_id, ${wordingOfRow},
           row.seat_role, row.place + (select max(a.position) from asks a where a.invitation_id = row.invitation_id),
           ${now.toISOString()}::timestamptz
    from waves wave, json_to_recordset(${JSON.stringify(rows)}::text::json)
      as row(invitation_id bigint, contact_id bigint, employer_id bigint, credential_id bigint, meeting_id bigint,
             seat_role text, place int)
    where wave.id = ${wave.id}
    order by row.invitation_id, row.place
    -- The other wave asked the same and dropped it before anybody was asked.
    on conflict (invitation_id, coalesce(credential_id, 0), coalesce(meeting_id, 0)) do update
      set wave_id = excluded.wave_id, state = 'planned', dropped_for = null, seat_role = excluded.seat_role,
          instrument_version_id = excluded.instrument_version_id
      where asks.state = 'cancelled' and asks.asked_at is null
    returning invitation_id`);
  const invitationIds = [...new Set(joined.map((row) => Number(row.invitation_id)))];
  await tx.execute(sql`
    update invitations set expires_at = greatest(expires_at, ${wave.graceUntil.toISOString()}::timestamptz)
    where id = any(${sql.param(invitationIds)}::bigint[])`);
  return invitationIds.length;
}

async function createChunk(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  { wave, now }: { wave: { id: number; agencyId: number; graceUntil: Date }; now: Date },
  touches: readonly Touch[],
): Promise<{ created: number; messages: number }> {
  // The token is a function of the id, so the ids are drawn first.
  const ids = await tx.execute<{ id: number }>(sql`
    select nextval(pg_get_serial_sequence('invitations', 'id')) as id from generate_series(1, ${touches.length}::int)`);
  const drawn = touches.map((touch, i) => ({ touch, invitationId: Number(ids[i]?.id) }));

  const inserted = await tx.execute<{ id: number; contact_id: number; email: string }>(sql`
    with row as (
      select * from json_to_recordset(${JSON.stringify(
        drawn.map(({ touch, invitationId }) => ({
          id: invitationId,
          contact_id: touch.contactId,
          employer_id: touch.employerId,
          token: hashToken(answerToken(deps, invitationId)).toString('hex'),
        })),
      )}::text::json) as row(id bigint, contact_id bigint, employer_id bigint, token text)
    ), made as (
      insert into invitations (id, wave_id, agency_id, contact_id, employer_id, token_hash, language, expires_at, created_at)
      overriding system value
      select row.id, ${wave.id}, ${wave.agencyId}, row.contact_id, row.employer_id, decode(row.token, 'hex'),
             contacts.language, ${wave.graceUntil.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz
      from row join contacts on contacts.id = row.contact_id
      order by row.id
      on conflict (wave_id, contact_id) do nothing
      returning id, contact_id
    )
    select made.id, made.contact_id, contacts.email from made join contacts on contacts.id = made.contact_id`);
  if (inserted.length === 0) return { created: 0, messages: 0 };

  const isNew = new Set(inserted.map((row) => Number(row.id)));
  const fresh = drawn.filter(({ invitationId }) => isNew.has(invitationId));
  await insertAsks(tx, wave.id, fresh, now);
  const messages = await insertMessages(tx, deps, wave, fresh, now);
  await insertUnsubscribeLinks(tx, deps, inserted, now);
  return { created: fresh.length, messages };
}

async function insertAsks(
  tx: Tx,
  waveId: number,
  drawn: readonly { touch: Touch; invitationId: number }[],
  now: Date,
): Promise<void> {
  const rows = drawn.flatMap(({ touch, invitationId }) =>
    touch.asks.map((ask, i) => ({
      invitation_id: invitationId,
      contact_id: touch.contactId,
      employer_id: touch.employerId,
      credential_id: ask.kind === 'credential' ? ask.credentialId : null,
      meeting_id: ask.kind === 'meeting' ? ask.meetingId : null,
      seat_role: ask.seatRole ?? null,
      position: i + 1,
    })),
  );
  await tx.execute(sql`
    insert into asks (wave_id, invitation_id, contact_id, employer_id, credential_id, meeting_id, instrument_version_id,
                      seat_role, position, created_at)
    select wave.id, row.invitation_id, row.contact_id, row.employer_id, row.credential_id, row.meeting_id, ${wordingOfRow},
           row.seat_role, row.position, ${now.toISOString()}::timestamptz
    from waves wave, json_to_recordset(${JSON.stringify(rows)}::text::json)
      as row(invitation_id bigint, contact_id bigint, employer_id bigint, credential_id bigint, meeting_id bigint,
             seat_role text, position int)
    where wave.id = ${waveId}`);
}

async function insertMessages(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  wave: { id: number; agencyId: number },
  drawn: readonly { touch: Touch; invitationId: number }[],
  now: Date,
): Promise<number> {
  const rows = drawn.flatMap(({ touch, invitationId }) =>
    touch.steps.map((step) => ({
      invitation_id: invitationId,
      contact_id: touch.contactId,
      employer_id: touch.employerId,
      kind: step.kind === 'invite' ? 'invitation' : 'reminder',
      step: step.step,
      send_after: step.sendAfter.toISOString(),
      not_after: step.notAfter.toISOString(),
      message_id: messageIdFor(deps, `invitation:${invitationId}:${step.step}`),
    })),
  );
  await tx.execute(sql`
    insert into messages (agency_id, wave_id, invitation_id, contact_id, employer_id, kind, stream, step, send_after,
                          not_after, message_id, created_at)
    select ${wave.agencyId}, ${wave.id}, invitation_id, contact_id, employer_id, kind, 'outreach', step, send_after,
           not_after, message_id, ${now.toISOString()}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as row(invitation_id bigint, contact_id bigint, employer_id bigint, kind text, step int, send_after timestamptz,
             not_after timestamptz, message_id text)
    on conflict (wave_id, contact_id, step) where stream = 'outreach' do nothing`);
  return rows.length;
}

/** Every person who is written to has a way to stop it, and it stays when the invitation is long over (E3). */
export async function insertUnsubscribeLinks(
  tx: Tx,
  deps: Pick<Deps, 'secrets'>,
  people: readonly { contact_id: number; email: string }[],
  now: Date,
): Promise<void> {
  const rows = people.map(({ contact_id, email }) => ({
    contact_id,
    token: hashToken(unsubscribeToken(deps, Number(contact_id))).toString('hex'),
    address: hashAddress(deps.secrets.suppressionKey, email).toString('hex'),
  }));
  await tx.execute(sql`
    insert into unsubscribe_links (token_hash, contact_id, address_hash, created_at)
    select decode(token, 'hex'), contact_id, decode(address, 'hex'), ${now.toISOString()}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as row(contact_id bigint, token text, address text)
    order by contact_id
    on conflict (contact_id) do update set address_hash = excluded.address_hash
      where unsubscribe_links.address_hash <> excluded.address_hash`);
}

/** The token of an invitation's link; `version` revokes earlier ones. */
export function answerToken(deps: Pick<Deps, 'secrets'>, invitationId: number, version = 1): string {
  return linkToken(deps.secrets.linkKey, 'answer', invitationId, version);
}

/** The token that stops all mails to a contact. */
export function unsubscribeToken(deps: Pick<Deps, 'secrets'>, contactId: number): string {
  return linkToken(deps.secrets.linkKey, 'unsubscribe', contactId);
}
