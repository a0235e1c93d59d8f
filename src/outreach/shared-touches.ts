import { type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { endedAs } from './ended-as.ts';
import type { JoinableTouch } from './planner/types.ts';
import type { AskDropReason } from './types.ts';

/**
 * What several waves, of one agency or of many, ask of a person at one time rides in one invitation: one link, one
 * mail. Each ask belongs to its own wave and asks by its wording; the invitation and its messages belong to one of these
 * waves, which carries it. When that wave pauses or ends, or the person refuses its agency, another one that still asks carries it on.
 */

/**
 * Invitations of other waves that have not left, whatever their questions. With `lock` they stay unsent until the
 * transaction ends; one that is being sent just now is skipped.
 */
export async function listJoinable(
  db: Db,
  input: {
    waveId: number;
    contactIds: readonly number[];
    mostAsks: number;
    lock: boolean;
  },
): Promise<JoinableTouch[]> {
  return db.execute<JoinableTouch>(sql`
    select m.contact_id as "contactId", m.invitation_id as "invitationId", m.send_after as "from", m.not_after as "to",
      (select count(*)::int from asks a where a.invitation_id = i.id and a.state = 'planned' and a.dropped_for is null)
        as carries,
      coalesce((w.protocol->>'maxAsksPerTouch')::int, ${input.mostAsks}::int) as most,
      exists (select 1 from asks a where a.invitation_id = i.id and a.meeting_id is not null and a.state = 'planned')
        as "carriesMeeting"
    from messages m
    join invitations i on i.id = m.invitation_id
    join waves w on w.id = m.wave_id
    where m.contact_id = any(${sql.param([...input.contactIds])}::bigint[])
      and m.state = 'planned' and m.step = 0 and m.stream = 'outreach' and m.kind = 'invitation' and m.sent_at is null
      and i.state = 'open' and w.state = 'running'
      and not exists (select 1 from asks a where a.invitation_id = i.id and a.wave_id = ${input.waveId})
    order by m.invitation_id
    ${input.lock ? sql`for no key update of i, m skip locked` : sql``}`);
}

/**
 * Drops asks that nobody has answered: no further mail names them. Those that no mail has named yet end; the others
 * still take an answer. `which` speaks of `a`. Returns their invitations, for settleInvitations.
 */
export async function dropAsks(tx: Tx, which: SQL, reason: AskDropReason): Promise<number[]> {
  const rows = await tx.execute<{ invitation_id: number }>(sql`
    update asks a set dropped_for = ${reason},
      state = case when a.state = 'planned' and a.asked_at is null then 'cancelled' else a.state end
    where a.state in ('planned', 'asked') and a.dropped_for is null and ${which}
    returning a.invitation_id`);
  return [...new Set(rows.map((row) => Number(row.invitation_id)))];
}

/**
 * Puts invitations in order after asks of theirs were dropped or a wave of theirs paused or ended: where its own wave
 * asks nothing by it any more, the invitation and what has not left goes on under another that does; where none does,
 * nothing more is sent. What was claimed and not handed over is claimed anew, so that it is read anew.
 */
export async function settleInvitations(
  tx: Tx,
  invitationIds: readonly number[],
  input: { reason: string; now: Date },
): Promise<{ moved: number; ended: number }> {
  if (invitationIds.length === 0) return { moved: 0, ended: 0 };
  const ids = sql`${sql.param([...invitationIds])}::bigint[]`;
  const at = sql`${input.now.toISOString()}::timestamptz`;
  await tx.execute(sql`select id from invitations where id = any(${ids}) order by id for no key update`);
  await tx.execute(sql`
    update messages set state = 'planned', claimed_by = null, lease_until = null
    where invitation_id = any(${ids}) and stream = 'outreach' and state = 'claimed' and handed_at is null`);
  const moved = await tx.execute<{ id: number }>(sql`
    with asking as (
      select distinct on (a.invitation_id, w.id) a.invitation_id, w.id as wave_id, w.agency_id, w.close_at, w.grace_until,
        w.state
      from asks a join waves w on w.id = a.wave_id
      where a.invitation_id = any(${ids}) and a.state in ('planned', 'asked', 'answered', 'withdrawn')
        and a.dropped_for is null and w.state in ('running', 'paused')
    ), next as (
      select distinct on (i.id) i.id, n.wave_id, n.agency_id, n.grace_until
      from invitations i
      join waves own on own.id = i.wave_id
      join asking n on n.invitation_id = i.id
      where i.id = any(${ids})
        and not exists (select 1 from asking o where o.invitation_id = i.id and o.wave_id = i.wave_id
          and (o.state = 'running' or n.state = 'paused'))
      order by i.id, n.state = 'running' desc, n.close_at desc, n.wave_id
    )
    update invitations i set wave_id = next.wave_id, agency_id = next.agency_id,
      expires_at = greatest(i.expires_at, next.grace_until)
    from next
    where i.id = next.id and i.wave_id <> next.wave_id
      and not exists (select 1 from invitations o where o.wave_id = next.wave_id and o.contact_id = i.contact_id)
    returning i.id`);
  if (moved.length > 0) {
    await tx.execute(sql`
      update messages m set wave_id = i.wave_id, agency_id = i.agency_id
      from invitations i
      where i.id = any(${sql.param(moved.map((row) => Number(row.id)))}::bigint[]) and m.invitation_id = i.id
        and m.stream = 'outreach' and m.sent_at is null
        and (m.state in ('planned', 'claimed', 'expired') or (m.state = 'cancelled' and m.reason = 'not_invited'))`);
  }
  const ended = await tx.execute<{ id: number }>(sql`
    update messages m set state = ${endedAs('cancelled')}, reason = ${input.reason}, finished_at = ${at}
    where m.invitation_id = any(${ids}) and m.stream = 'outreach' and m.state = 'planned' and not exists (
      select 1 from asks a join waves w on w.id = a.wave_id
      where a.invitation_id = m.invitation_id and a.state in ('planned', 'asked') and a.dropped_for is null
        and w.state in ('running', 'paused'))
    returning m.id`);
  return { moved: moved.length, ended: ended.length };
}

/** Invitations in which this wave asks something beside others. */
export async function listSharedInvitations(tx: Tx, waveId: number): Promise<number[]> {
  const rows = await tx.execute<{ id: number }>(sql`
    select distinct a.invitation_id as id from asks a
    where a.wave_id = ${waveId} and exists (
      select 1 from asks o where o.invitation_id = a.invitation_id and o.wave_id <> a.wave_id)
    order by 1`);
  return rows.map((row) => Number(row.id));
}

/** A wave was paused: what it carries for others goes on under them; what only it asks waits. */
export async function carryOnWithout(tx: Tx, waveId: number, now: Date): Promise<void> {
  await settleInvitations(tx, await listSharedInvitations(tx, waveId), { reason: 'wave_over', now });
}

/**
 * Somebody does not want to hear from an agency: what it asks of them beside others leaves their mails, and the others'
 * asks go on. What it asks of them alone is refused when its message is claimed. Returns the invitations that go on.
 */
export async function leaveToOtherAskers(
  tx: Tx,
  people: readonly { contactId: number; agencyId: number }[],
  now: Date,
): Promise<number[]> {
  const left: number[] = [];
  for (const { contactId, agencyId } of people) {
    const dropped = await dropAsks(
      tx,
      sql`a.contact_id = ${contactId}
        and exists (select 1 from waves w where w.id = a.wave_id and w.agency_id = ${agencyId})
        and exists (select 1 from asks o join waves w on w.id = o.wave_id
          where o.invitation_id = a.invitation_id and w.agency_id <> ${agencyId} and o.state in ('planned', 'asked')
            and o.dropped_for is null and w.state in ('running', 'paused'))`,
      'not_this_agency',
    );
    await settleInvitations(tx, dropped, { reason: 'not_this_agency', now });
    left.push(...dropped);
  }
  return left;
}

/**
 * These people's invitations missed their time and find none anew within this wave's dates and budget: what other waves
 * ask in them goes on under those, which plan them anew.
 */
export async function leaveToOtherWaves(
  tx: Tx,
  input: { waveId: number; contactIds: readonly number[]; now: Date },
): Promise<void> {
  const { waveId, contactIds, now } = input;
  const shared = await tx.execute<{ id: number }>(sql`
    select i.id from invitations i
    where i.wave_id = ${waveId} and i.contact_id = any(${sql.param([...contactIds])}::bigint[])
      and exists (select 1 from asks o where o.invitation_id = i.id and o.wave_id <> ${waveId})
    order by i.id`);
  if (shared.length === 0) return;
  const ids = shared.map((row) => Number(row.id));
  const unasked = sql`a.invitation_id = any(${sql.param(ids)}::bigint[]) and a.state in ('planned', 'cancelled')
    and a.asked_at is null and a.dropped_for is null`;
  await tx.execute(sql`
    update asks a set state = 'cancelled', dropped_for = 'no_room' where ${unasked} and a.wave_id = ${waveId}`);
  await tx.execute(sql`
    update asks a set state = 'planned' from waves w
    where ${unasked} and a.wave_id <> ${waveId} and w.id = a.wave_id and w.state = 'running'`);
  await settleInvitations(tx, ids, { reason: 'no_room', now });
}

/**
 * A wave that was paused goes on: what left without its asks meanwhile, and has no reminder to come that could name
 * them, is over for it. The people are left out with the reason, as they were written to just now.
 */
export async function endLeftBehind(tx: Tx, waveId: number): Promise<number> {
  const dropped = await tx.execute<{ contact_id: number }>(sql`
    update asks a set state = 'cancelled', dropped_for = 'no_room' from invitations i
    where a.wave_id = ${waveId} and i.id = a.invitation_id and i.wave_id <> ${waveId} and a.state = 'planned'
      and exists (select 1 from messages m where m.invitation_id = i.id and m.stream = 'outreach' and m.sent_at is not null)
      and not exists (select 1 from messages m where m.invitation_id = i.id and m.stream = 'outreach'
        and m.state in ('planned', 'claimed'))
    returning a.contact_id`);
  const contactIds = [...new Set(dropped.map((row) => Number(row.contact_id)))];
  await tx.execute(sql`
    insert into wave_exclusions (wave_id, contact_id, employer_id, reason)
    select ${waveId}, c.id, c.employer_id, 'contact_budget_person' from contacts c
    where c.id = any(${sql.param(contactIds)}::bigint[])
      and not exists (select 1 from asks a where a.wave_id = ${waveId} and a.contact_id = c.id and a.state <> 'cancelled')
    on conflict do nothing`);
  return contactIds.length;
}
