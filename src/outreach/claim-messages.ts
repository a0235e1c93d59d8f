import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { ContactState } from '../employers/types.ts';
import { hashAddress } from '../lib/tokens.ts';
import {
  type BudgetRules,
  type BudgetTouch,
  DEFAULT_BUDGET,
  fitsEmployerBudget,
  fitsPersonBudget,
  freeAgainAt,
  insertTouch,
} from './planner/budget.ts';
import { BUSINESS_HOURS, calendarIn, DAY_MS, dayFromIso, type SendCalendar } from './planner/calendar.ts';
import { findPreferenceReasons, findSuppressions } from './queries.ts';
import { takeRoom } from './receiving-domains.ts';
import {
  type ClaimFacts,
  decideClaim,
  decideSending,
  type KnownEpoch,
  nextRoomAt,
  nextSendTime,
  type RefusalReason,
  type StoredEpoch,
} from './rules.ts';
import { readEpochFile } from './sending-lock.ts';
import { leaveToOtherAskers } from './shared-touches.ts';
import type { InvitationState, MessageKind, MessageStream } from './types.ts';

/** A message that belongs to one sender until its lease ends. */
export type ClaimedMessage = {
  id: number;
  kind: MessageKind;
  stream: MessageStream;
  step: number;
  agencyId: number;
  waveId: number | null;
  invitationId: number | null;
  /** Null for somebody who wrote by a public page and is nobody's contact yet. */
  contactId: number | null;
  refs: Record<string, number | string>;
  messageId: string;
  /** Domain of the address. */
  domain: string;
  /** Keyed hash of the address; the hand-over looks once more whether it said stop. */
  addressHash: Buffer;
  /** The asks that its mail names, once that is known. */
  askIds?: readonly number[];
};

export type Claim = {
  claimedBy: string;
  messages: ClaimedMessage[];
  /** Due messages that were ended instead, by reason. */
  refused: Partial<Record<RefusalReason, number>>;
  /** Nothing further was due. */
  exhausted: boolean;
  /** Nothing may be sent from this database. */
  locked?: boolean;
};

export type ClaimOptions = { limit: number; waveId?: number; claimedBy?: string };

type DueRow = {
  id: number;
  kind: MessageKind;
  stream: MessageStream;
  step: number;
  agency_id: number;
  wave_id: number | null;
  invitation_id: number | null;
  contact_id: number;
  employer_id: number;
  unit_id: number;
  refs: Record<string, number | string>;
  message_id: string;
  not_after: Date;
  email: string;
  email_domain: string;
  contact_state: ContactState;
  invitation_state: InvitationState | null;
  invited: boolean;
  may_have_left: boolean;
  zone: string;
  us_state: string;
};

/**
 * Takes due messages for one sender: those that answer a person's own act first, then those of running waves, each
 * wave its share. All that could forbid a message is looked at in the same transaction (E4), and what may not go out
 * any more is ended with its reason. Claims of several senders never meet: rows are locked and skipped.
 */
export async function claimMessages(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets'>,
  options: ClaimOptions,
): Promise<Claim> {
  const claimedBy = options.claimedBy ?? randomUUID();
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const claim: Claim = { claimedBy, messages: [], refused: {}, exhausted: false };
    const ids = await lockDue(tx, options, readEpochFile(deps.config.dataDir), now);
    if (ids === null) return { ...claim, exhausted: true, locked: true };
    if (ids.length === 0) return { ...claim, exhausted: true };
    const due = await readDue(tx, ids);
    const addressHashes = new Map(
      due.map((row) => [row.id, hashAddress(deps.secrets.suppressionKey, row.email)]),
    );
    const suppressed = await findSuppressions(tx, [...addressHashes.values()]);
    const budgets = await openBudgets(tx, due, now);
    const preferences = await findPreferenceReasons(
      tx,
      due.flatMap((row) =>
        row.stream === 'outreach' ? [{ contactId: row.contact_id, unitId: row.unit_id }] : [],
      ),
      now,
      'sent',
    );
    const preferenceOf = (row: DueRow) =>
      row.stream === 'outreach' ? preferences(row.contact_id, row.agency_id, row.step === 0) : null;
    const rows = await withoutLeft(tx, due, (row) => preferenceOf(row) === 'not_this_agency', now);

    const claimed: DueRow[] = [];
    const refused: Refused[] = [];
    const room = await openRoom(tx, rows, deps.config.domainMessagesPerMinute, now);
    for (const row of rows) {
      const facts: ClaimFacts = {
        kind: row.kind,
        stream: row.stream,
        notAfter: row.not_after,
        contactState: row.contact_state,
        suppressedFor: suppressed.get(addressHashes.get(row.id)!.toString('hex')) ?? null,
        preference: preferenceOf(row),
        invitationState: row.invitation_state,
        invited: row.invited,
        mayHaveLeft: row.may_have_left,
        budget: row.stream === 'outreach' ? budgets.check(row) : { fits: true },
      };
      const decision = decideClaim(facts, now);
      if (!decision.claim) {
        refused.push({ row, ...decision });
        claim.refused[decision.reason] = (claim.refused[decision.reason] ?? 0) + 1;
        continue;
      }
      if (!room.take(row)) {
        refused.push({ row, state: 'planned', reason: 'domain_full', sendAfter: nextRoomAt(now, row.id) });
        claim.refused.domain_full = (claim.refused.domain_full ?? 0) + 1;
        continue;
      }
      if (row.stream === 'outreach') budgets.take(row);
      claimed.push(row);
    }
    await markRefused(tx, refused, now);
    await markClaimed(tx, claimed, claimedBy, now, deps.config.sendLeaseSeconds);
    claim.messages = claimed.map((row) => ({
      id: row.id,
      kind: row.kind,
      stream: row.stream,
      step: row.step,
      agencyId: row.agency_id,
      waveId: row.wave_id,
      invitationId: row.invitation_id,
      contactId: row.contact_id,
      refs: row.refs,
      messageId: row.message_id,
      domain: row.email_domain,
      addressHash: addressHashes.get(row.id)!,
    }));
    return claim;
  });
}

async function lockDue(
  tx: Tx,
  { limit, waveId }: ClaimOptions,
  known: KnownEpoch | null,
  now: Date,
): Promise<number[] | null> {
  const at = now.toISOString();
  // A database that was restored from a copy sends nothing until a person unlocks it.
  const [lock] = await tx.execute<{ stored: StoredEpoch | null; held: string[] }>(sql`
    select (select json_build_object('installationId', installation_id, 'epoch', send_epoch,
        'locked', sending_unlocked_at is null) from installation) as stored,
      (select coalesce(json_agg(domain), '[]') from receiving_domains where held_until > ${at}::timestamptz) as held`);
  if (!lock || decideSending(lock.stored, known).locked) return null;
  // Domains that asked us to slow down wait; everybody else's mail goes on.
  const free =
    lock.held.length === 0
      ? sql`true`
      : sql`not exists (select 1 from contacts held where held.id = messages.contact_id
          and held.email_domain = any(${sql.param(lock.held)}::text[]))`;
  const transactional = await tx.execute<{ id: number }>(sql`
    select id from messages
    where wave_id is null and state = 'planned' and send_after <= ${at}::timestamptz
      and ${free}
    order by send_after, id limit ${limit} for update skip locked`);
  const ids = transactional.map((row) => Number(row.id));
  if (ids.length >= limit) return ids;

  // The share lock makes a pause wait for this claim, and this claim see a pause that came first.
  const running = await tx.execute<{ id: number }>(sql`
    select id from waves
    where state = 'running' and ${waveId === undefined ? sql`true` : sql`id = ${waveId}`} and exists (
      select 1 from messages m
      where m.wave_id = waves.id and m.state = 'planned' and m.send_after <= ${at}::timestamptz)
    order by id for share`);
  if (running.length === 0) return ids;
  const share = Math.ceil((limit - ids.length) / running.length);
  for (const wave of running) {
    const due = await tx.execute<{ id: number }>(sql`
      select id from messages
      where wave_id = ${wave.id} and state = 'planned' and send_after <= ${at}::timestamptz and ${free}
      order by send_after, id limit ${share} for update skip locked`);
    ids.push(...due.map((row) => Number(row.id)));
  }
  return ids;
}

async function readDue(tx: Tx, ids: readonly number[]): Promise<DueRow[]> {
  return tx.execute<DueRow>(sql`
    select m.id, m.kind, m.stream, m.step, m.agency_id, m.wave_id, m.invitation_id, m.contact_id,
           c.employer_id, e.unit_id, m.refs, m.message_id, m.not_after, coalesce(c.email, s.email, '') as email,
           coalesce(c.email_domain, s.email_domain, '') as email_domain,
           coalesce(c.state, 'active') as contact_state,
           i.state as invitation_state, coalesce(e.time_zone, a.time_zone) as zone, e.state as us_state,
           m.handed_at is not null as may_have_left,
           m.step > 0 and exists (
             select 1 from messages first
             where first.invitation_id = m.invitation_id and first.step = 0 and first.stream = 'outreach'
               and first.sent_at is not null
           ) as invited
    from messages m
    left join contacts c on c.id = m.contact_id
    left join employers e on e.id = c.employer_id
    left join submissions s on s.id = m.submission_id
    join agencies a on a.id = m.agency_id
    left join invitations i on i.id = m.invitation_id
    where m.id = any(${sql.param(ids)}::bigint[])
    order by m.send_after, m.id`);
}

/**
 * The rows without those that go on under another agency, as their recipient refused the one that carried them: the
 * next claim finds them there.
 */
async function withoutLeft(
  tx: Tx,
  rows: readonly DueRow[],
  isRefused: (row: DueRow) => boolean,
  now: Date,
): Promise<readonly DueRow[]> {
  const refused = rows.filter(isRefused);
  if (refused.length === 0) return rows;
  const left = await leaveToOtherAskers(
    tx,
    refused.map((row) => ({ contactId: row.contact_id, agencyId: row.agency_id })),
    now,
  );
  return rows.filter((row) => row.invitation_id === null || !left.includes(row.invitation_id));
}

type Refused = { row: DueRow; state: string; reason: RefusalReason; sendAfter?: Date };

type Budgets = {
  check(row: DueRow): ClaimFacts['budget'];
  take(row: DueRow): void;
};

/** What each domain may still be given in this minute; as much as is wanted where no limit is set. */
async function openRoom(
  tx: Tx,
  rows: readonly DueRow[],
  perMinute: number | null,
  now: Date,
): Promise<{ take(row: DueRow): boolean }> {
  if (perMinute === null) return { take: () => true };
  const wanted = new Map<string, number>();
  for (const { email_domain } of rows) wanted.set(email_domain, (wanted.get(email_domain) ?? 0) + 1);
  const left = await takeRoom(tx, wanted, perMinute, now);
  return {
    take({ email_domain }) {
      const count = left.get(email_domain) ?? 0;
      left.set(email_domain, count - 1);
      return count > 0;
    },
  };
}

/** Namespace of the advisory locks by which two claims that touch one employer take turns. */
const BUDGET_LOCK = 7_301;

/**
 * The ledger of everybody in the batch, all agencies together. The plan has kept the budgets already; this catches
 * what was planned at the same moment elsewhere, or came by a colleague's nomination.
 */
async function openBudgets(tx: Tx, rows: readonly DueRow[], now: Date): Promise<Budgets> {
  const outreach = rows.filter((row) => row.stream === 'outreach');
  const rules = new Map<number, ClaimRules>();
  const byPerson = new Map<number, BudgetTouch[]>();
  const byUnit = new Map<number, BudgetTouch[]>();
  const add = (contactId: number, unitId: number, touch: BudgetTouch) => {
    for (const [map, key] of [
      [byPerson, contactId],
      [byUnit, unitId],
    ] as const) {
      const list = map.get(key);
      if (list) insertTouch(list, touch);
      else map.set(key, [touch]);
    }
  };
  if (outreach.length > 0) {
    const units = [...new Set(outreach.map((row) => row.unit_id))];
    await tx.execute(sql`
      select pg_advisory_xact_lock(${BUDGET_LOCK}, unit) from (
        select unit::int from unnest(${sql.param(units)}::bigint[]) as unit order by unit
      ) as units`);
    const waves = await tx.execute<{ id: number; protocol: WaveProtocol }>(sql`
      select id, protocol from waves
      where id = any(${sql.param([...new Set(outreach.map((row) => row.wave_id!))])}::bigint[])`);
    for (const { id, protocol } of waves) {
      const budget = protocol.budget ?? DEFAULT_BUDGET;
      rules.set(Number(id), { budget, calendar: protocol.calendar ?? BUSINESS_HOURS });
    }
    const budgets = [...rules.values()].map(({ budget }) => budget);
    // What belongs to no wave, such as a ballot, keeps the budget that all share.
    if (outreach.some((row) => row.wave_id === null)) budgets.push(DEFAULT_BUDGET);
    const days = Math.max(
      0,
      ...budgets.flatMap(({ person, employer }) => [
        person.newInvitationsDays,
        person.touchesDays,
        person.minBusinessDaysBetween * 3,
        employer.peopleDays,
        employer.touchesDays,
      ]),
    );
    const since = new Date(now.getTime() - days * DAY_MS);
    const touches = await tx.execute<{
      contact_id: number;
      unit_id: number;
      step: number;
      touched_at: Date;
    }>(sql`
      select m.contact_id, e.unit_id, m.step, coalesce(m.sent_at, ${now.toISOString()}::timestamptz) as touched_at
      from employers e join messages m on m.employer_id = e.id
      where e.unit_id = any(${sql.param(units)}::bigint[]) and m.stream = 'outreach'
        and (m.sent_at > ${since.toISOString()}::timestamptz or (m.sent_at is null and m.state = 'claimed'))`);
    for (const touch of touches) {
      const instant = touch.touched_at.getTime();
      add(touch.contact_id, touch.unit_id, {
        contactId: touch.contact_id,
        from: instant,
        to: instant,
        newInvitation: touch.step === 0,
      });
    }
  }
  const candidate = (row: DueRow): BudgetTouch => ({
    contactId: row.contact_id,
    from: now.getTime(),
    to: now.getTime(),
    newInvitation: row.step === 0,
  });
  return {
    check(row) {
      const { budget, calendar: everywhere } = rules.get(row.wave_id!) ?? DEFAULT_RULES;
      const calendar = calendarIn(everywhere, row.us_state);
      const closedDays = calendar.closedDates.map(dayFromIso);
      const person = byPerson.get(row.contact_id) ?? [];
      const employer = byUnit.get(row.unit_id) ?? [];
      const fitsPerson = fitsPersonBudget(budget.person, person, candidate(row), row.zone, closedDays);
      if (fitsPerson && fitsEmployerBudget(budget.employer, employer, candidate(row))) return { fits: true };
      const freeAt = freeAgainAt({
        rules: budget,
        contactId: row.contact_id,
        personTouches: person,
        employerTouches: employer,
        zone: row.zone,
        closedDays,
        notBefore: now.getTime(),
      });
      return {
        fits: false,
        reason: fitsPerson ? 'contact_budget_employer' : 'contact_budget_person',
        fitsAt: nextSendTime(calendar, row.zone, new Date(freeAt), row.not_after),
      };
    },
    take: (row) => add(row.contact_id, row.unit_id, candidate(row)),
  };
}

/** The part of a frozen protocol that the claim looks at. */
type WaveProtocol = { budget?: BudgetRules; calendar?: SendCalendar };
type ClaimRules = { budget: BudgetRules; calendar: SendCalendar };
const DEFAULT_RULES: ClaimRules = { budget: DEFAULT_BUDGET, calendar: BUSINESS_HOURS };

async function markRefused(tx: Tx, refused: readonly Refused[], now: Date): Promise<void> {
  if (refused.length === 0) return;
  const rows = refused.map(({ row, state, reason, sendAfter }) => ({
    id: row.id,
    state,
    reason,
    send_after: sendAfter?.toISOString() ?? null,
  }));
  await tx.execute(sql`
    update messages m set state = r.state, reason = r.reason, send_after = coalesce(r.send_after, m.send_after),
      finished_at = case when r.state = 'planned' then null else ${now.toISOString()}::timestamptz end
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as r(id bigint, state text, reason text, send_after timestamptz)
    where m.id = r.id and m.state = 'planned'`);
  const neverAsked = refused.filter(
    ({ row, state }) =>
      state !== 'planned' && state !== 'uncertain' && row.stream === 'outreach' && row.step === 0,
  );
  if (neverAsked.length === 0) return;
  await tx.execute(sql`
    update asks set state = 'cancelled'
    where invitation_id = any(${sql.param(neverAsked.map(({ row }) => row.invitation_id))}::bigint[])
      and state = 'planned'`);
}

async function markClaimed(
  tx: Tx,
  rows: readonly DueRow[],
  claimedBy: string,
  now: Date,
  leaseSeconds: number,
): Promise<void> {
  if (rows.length === 0) return;
  const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000);
  await tx.execute(sql`
    update messages set state = 'claimed', claimed_by = ${claimedBy}::uuid,
      lease_until = ${leaseUntil.toISOString()}::timestamptz
    where id = any(${sql.param(rows.map((row) => row.id))}::bigint[]) and state = 'planned'`);
}
