import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { ContactState } from '../employers/types.ts';
import { hashAddress } from '../lib/tokens.ts';
import { countLoad, type DayLimit, findLaterPlace, fullOn, keepPlace, takePlace } from './day-room.ts';
import {
  type BudgetLimits,
  type BudgetRules,
  type BudgetTouch,
  DEFAULT_BUDGET,
  fitsEmployerBudget,
  fitsPersonBudget,
  freeAgainAt,
  insertTouch,
  limitBudget,
} from './planner/budget.ts';
import {
  BUSINESS_HOURS,
  calendarIn,
  DAY_MS,
  dayFromIso,
  isoFromDay,
  localDay,
  type SendCalendar,
  sendWindows,
} from './planner/calendar.ts';
import { warmUpLimit } from './planner/placement.ts';
import { findPreferenceReasons, findSuppressions } from './queries.ts';
import { lockAccount, takeRoom } from './receiving-domains.ts';
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
  send_after: Date;
  not_after: Date;
  /** It is of another wave's plan, which this wave carries on. */
  taken_over: boolean;
  email: string;
  email_domain: string;
  contact_state: ContactState;
  invitation_state: InvitationState | null;
  invited: boolean;
  may_have_left: boolean;
  zone: string;
  us_state: string;
  from_domain: string;
  /** The first day of its From domain's warm-up. */
  warm_up_from: string | null;
};

/**
 * Takes due messages for one sender: first those of no wave, which answer a person's own act or ask outside of waves,
 * then those of running waves, each wave its share. All that could forbid a message is looked at in the same
 * transaction (E4), and what may not go out any more is ended with its reason. Claims of several senders never meet:
 * rows are locked and skipped.
 */
export async function claimMessages(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets'>,
  options: ClaimOptions,
): Promise<Claim> {
  const claimedBy = options.claimedBy ?? randomUUID();
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const claim: Claim = { claimedBy, messages: [], refused: {}, exhausted: false };
    const account = await lockAccount(tx, deps.config.messagesPerMinute, now);
    const ids = await lockDue(
      tx,
      { ...options, room: account.room },
      readEpochFile(deps.config.dataDir),
      now,
    );
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
    const days = await openDays(tx, rows, budgets, deps.config, now);
    for (const row of rows) {
      const facts: ClaimFacts = {
        id: row.id,
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
        day: days.check(row),
      };
      const decision = decideClaim(facts, now);
      if (!decision.claim) {
        refused.push({ row, ...decision });
        if (decision.state === 'planned' && decision.moved) days.putOff(row, decision.moved.day);
        claim.refused[decision.reason] = (claim.refused[decision.reason] ?? 0) + 1;
        continue;
      }
      if (!room.take(row)) {
        refused.push({ row, state: 'planned', reason: 'domain_full', sendAfter: nextRoomAt(now, row.id) });
        claim.refused.domain_full = (claim.refused.domain_full ?? 0) + 1;
        continue;
      }
      if (row.stream === 'outreach') budgets.take(row);
      days.take(row);
      claimed.push(row);
    }
    await markRefused(tx, refused, now);
    await markClaimed(tx, claimed, claimedBy, now, deps.config.sendLeaseSeconds);
    await account.take(claimed.length);
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
  { limit, waveId, room }: ClaimOptions & { room: number },
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
  const ofNoWave = await tx.execute<{ id: number }>(sql`
    select id from messages
    where wave_id is null and state = 'planned' and send_after <= ${at}::timestamptz
      and ${free}
    order by send_after, id limit ${limit} for update skip locked`);
  const ids = ofNoWave.map((row) => Number(row.id));
  const most = Math.min(limit, ids.length + Math.max(0, room - ids.length));
  if (ids.length >= most) return ids;

  // The share lock makes a pause wait for this claim, and this claim see a pause that came first.
  const running = await tx.execute<{ id: number }>(sql`
    select id from waves
    where state = 'running' and ${waveId === undefined ? sql`true` : sql`id = ${waveId}`} and exists (
      select 1 from messages m
      where m.wave_id = waves.id and m.state = 'planned' and m.send_after <= ${at}::timestamptz)
    order by id for share`);
  if (running.length === 0) return ids;
  const share = Math.ceil((most - ids.length) / running.length);
  for (const wave of running) {
    const due = await tx.execute<{ id: number }>(sql`
      select id from messages
      where wave_id = ${wave.id} and state = 'planned' and send_after <= ${at}::timestamptz and ${free}
      order by send_after, id limit ${Math.min(share, most - ids.length)} for update skip locked`);
    ids.push(...due.map((row) => Number(row.id)));
  }
  return ids;
}

async function readDue(tx: Tx, ids: readonly number[]): Promise<DueRow[]> {
  return tx.execute<DueRow>(sql`
    select m.id, m.kind, m.stream, m.step, m.agency_id, m.wave_id, m.invitation_id, m.contact_id,
           c.employer_id, e.unit_id, m.refs, m.message_id, m.send_after, m.not_after,
           -- A wave's own messages are written in the transaction of its launch.
           coalesce(m.created_at < w.launched_at, false) as taken_over, coalesce(c.email, s.email, '') as email,
           coalesce(c.email_domain, s.email_domain, '') as email_domain,
           coalesce(c.state, 'active') as contact_state,
           i.state as invitation_state, coalesce(e.time_zone, a.time_zone) as zone, e.state as us_state,
           lower(split_part(a.mail_from_address, '@', 2)) as from_domain, d.warm_up_from,
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
    left join waves w on w.id = m.wave_id
    left join sending_domains d on d.domain = lower(split_part(a.mail_from_address, '@', 2))
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

type Refused = {
  row: DueRow;
  state: string;
  reason: RefusalReason;
  sendAfter?: Date;
  moved?: { notAfter: Date };
};

type Budgets = {
  /** The part of the row's frozen protocol that a claim looks at. */
  rulesOf(row: DueRow): ClaimRules;
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
  const ofNoWave = new Map<number, ClaimRules>();
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
      rules.set(Number(id), {
        budget,
        calendar: protocol.calendar ?? BUSINESS_HOURS,
        dailyCapacity: protocol.dailyCapacity ?? Number.POSITIVE_INFINITY,
        sendUntil: protocol.sendUntil ? new Date(protocol.sendUntil) : null,
        closeAt: protocol.closeAt ? new Date(protocol.closeAt) : null,
      });
    }
    for (const [id, budget] of await budgetsOfNoWave(tx, outreach)) {
      ofNoWave.set(id, { ...DEFAULT_RULES, budget });
    }
    const budgets = [...rules.values(), ...ofNoWave.values()].map(({ budget }) => budget);
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
      select m.contact_id, e.unit_id, m.step,
        coalesce(m.sent_at, case when m.state = 'uncertain' then m.handed_at end, ${now.toISOString()}::timestamptz)
          as touched_at
      from employers e join messages m on m.employer_id = e.id
      where e.unit_id = any(${sql.param(units)}::bigint[]) and m.stream = 'outreach'
        and (m.sent_at > ${since.toISOString()}::timestamptz or (m.sent_at is null and m.state in ('claimed', 'uncertain')))`);
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
  const rulesOf = (row: DueRow) => rules.get(row.wave_id!) ?? ofNoWave.get(row.id) ?? DEFAULT_RULES;
  return {
    rulesOf,
    check(row) {
      const { budget, calendar: everywhere } = rulesOf(row);
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

/**
 * The budget of each message that belongs to no wave, such as a ballot: what all share, no looser than its agency's own
 * limits and those of the credential it is about. A wave has them frozen with its protocol.
 */
async function budgetsOfNoWave(tx: Tx, rows: readonly DueRow[]): Promise<Map<number, BudgetRules>> {
  const ofNoWave = rows.filter((row) => row.wave_id === null);
  if (ofNoWave.length === 0) return new Map();
  const agencies = [...new Set(ofNoWave.map((row) => row.agency_id))];
  const own = await tx.execute<{ agency: number; credential: number | null; limits: BudgetLimits }>(sql`
    select agency_id::int as agency, credential_id::int as credential, limits from budget_rules
    where agency_id = any(${sql.param(agencies)}::bigint[]) and committee_id is null`);
  return new Map(
    ofNoWave.map((row) => [
      row.id,
      own
        .filter(({ agency }) => agency === row.agency_id)
        .filter(({ credential }) => credential === null || credential === row.refs.credentialId)
        .reduce((budget, { limits }) => limitBudget(budget, limits), DEFAULT_BUDGET),
    ]),
  );
}

/** The part of a frozen protocol that the claim looks at. */
type WaveProtocol = {
  budget?: BudgetRules;
  calendar?: SendCalendar;
  dailyCapacity?: number;
  sendUntil?: string;
  closeAt?: string;
};
type ClaimRules = {
  budget: BudgetRules;
  calendar: SendCalendar;
  dailyCapacity: number;
  sendUntil: Date | null;
  closeAt: Date | null;
};
const DEFAULT_RULES: ClaimRules = {
  budget: DEFAULT_BUDGET,
  calendar: BUSINESS_HOURS,
  dailyCapacity: Number.POSITIVE_INFINITY,
  sendUntil: null,
  closeAt: null,
};

type Days = {
  check(row: DueRow): ClaimFacts['day'];
  take(row: DueRow): void;
  /** Keeps the row's place on the later day that `check` found. */
  putOff(row: DueRow, day: number): void;
};

/** Namespace of the advisory locks by which two claims under one daily limit take turns. */
const DAY_LOCK = 7_303;

const isOfAPlan = (row: DueRow) => row.kind === 'invitation' || row.kind === 'reminder';
/**
 * Whether the plan of its wave has kept a place for it on this day. It has not for a colleague who was named, for a
 * ballot, for what is taken over from another wave, nor for what was planned for an earlier day.
 */
const hasPlace = (row: DueRow, today: number) =>
  isOfAPlan(row) && !row.taken_over && localDay(row.zone, row.send_after.getTime()) === today;

/**
 * What may still leave today: nothing of an agency that has a day off; of a From domain that is warmed up, all agencies that share it together, and of a wave
 * that says how many mails a day. The plan has kept both; this catches what it did not know of: a colleague who was
 * named, a warm-up that was set since, mails that went on under another wave. Days are the recipients', as the planner
 * counts them. Outside a warm-up only a mail without a place today in its wave's plan costs the count.
 */
async function openDays(
  tx: Tx,
  rows: readonly DueRow[],
  budgets: Pick<Budgets, 'rulesOf'>,
  { smtpUrl, warmUpDaily }: { smtpUrl: string | null; warmUpDaily: readonly number[] },
  now: Date,
): Promise<Days> {
  const today = (row: DueRow) => localDay(row.zone, now.getTime());
  const warmUpOf = (row: DueRow) =>
    row.warm_up_from === null || !smtpUrl ? null : { from: row.warm_up_from, daily: [...warmUpDaily] };
  const daysOff = await readDaysOff(tx, rows, now);
  const isOff = (row: DueRow) =>
    row.stream === 'outreach' && daysOff.get(row.agency_id)?.has(today(row)) === true;
  const limited = new Map<string, NonNullable<ReturnType<typeof warmUpOf>>>();
  const waveIds = new Set<number>();
  for (const row of rows) {
    if (row.stream !== 'outreach') continue;
    const warmUp = warmUpOf(row);
    if (warmUp && Number.isFinite(warmUpLimit(warmUp, today(row)))) limited.set(row.from_domain, warmUp);
    if (row.wave_id === null || (hasPlace(row, today(row)) && !isOff(row))) continue;
    if (Number.isFinite(budgets.rulesOf(row).dailyCapacity)) waveIds.add(row.wave_id);
  }
  if (limited.size + waveIds.size === 0 && !rows.some(isOff)) {
    return { check: () => ({ fits: true }), take: () => undefined, putOff: () => undefined };
  }

  const keys = [
    ...[...limited.keys()].map((domain) => `from ${domain}`),
    ...[...waveIds].map((id) => `wave ${id}`),
  ];
  await tx.execute(sql`
    select pg_advisory_xact_lock(${DAY_LOCK}, key) from (
      select distinct hashtext(name) as key from unnest(${sql.param(keys)}::text[]) as name order by key
    ) as keys`);
  const loads = await readDayLoads(tx, { domains: [...limited.keys()], waveIds: [...waveIds], now });

  const limits = new Map<string, DayLimit>();
  const open = (name: string, reason: DayLimit['reason'], most: DayLimit['most']) => {
    limits.set(name, { reason, most, gone: new Map(), planned: new Map() });
  };
  for (const [domain, warmUp] of limited)
    open(`from ${domain}`, 'warm_up', (day) => warmUpLimit(warmUp, day));
  for (const row of rows) {
    if (row.stream !== 'outreach' || limits.has(`wave ${row.wave_id}`)) continue;
    // Of a wave that was not counted nothing is known, and its plan is believed.
    if (!waveIds.has(row.wave_id!) && !limited.has(row.from_domain)) continue;
    const { dailyCapacity } = budgets.rulesOf(row);
    open(`wave ${row.wave_id}`, 'capacity', () => dailyCapacity);
  }
  const limitsOn = ({ from_domain, wave_id }: Pick<DueRow, 'from_domain' | 'wave_id'>) =>
    [`from ${from_domain}`, `wave ${wave_id}`].flatMap((name) => limits.get(name) ?? []);
  for (const load of loads) {
    for (const limit of limitsOn(load)) countLoad(limit, dayFromIso(load.date), load);
  }
  const limitsOf = (row: DueRow) => (row.stream === 'outreach' ? limitsOn(row) : []);
  for (const row of rows) {
    // Due today and counted as planned, but in nobody's place.
    if (!isOfAPlan(row) || hasPlace(row, today(row))) continue;
    for (const limit of limitsOf(row)) countLoad(limit, today(row), { gone: 0, planned: -1 });
  }

  return {
    check(row) {
      const own = limitsOf(row);
      const reason = isOff(row) ? 'day_off' : fullOn(own, today(row), hasPlace(row, today(row)));
      if (reason === null) return { fits: true };
      const { calendar, sendUntil, closeAt } = budgets.rulesOf(row);
      const until = (row.kind === 'invitation' ? sendUntil : closeAt) ?? row.not_after;
      const windows = sendWindows(
        withDaysOff(calendarIn(calendar, row.us_state), daysOff.get(row.agency_id)),
        row.zone,
        now.getTime(),
        Math.max(until.getTime(), row.not_after.getTime()),
      );
      return { fits: false, reason, window: findLaterPlace(own, windows, today(row)) };
    },
    take: (row) => takePlace(limitsOf(row), today(row), hasPlace(row, today(row))),
    putOff: (row, day) => keepPlace(limitsOf(row), day),
  };
}

/** The days from today on, by agency, on which it wants nothing of its own to leave: also those added since a launch. */
async function readDaysOff(
  tx: Tx,
  rows: readonly DueRow[],
  now: Date,
): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  const agencyIds = [...new Set(rows.flatMap((row) => (row.stream === 'outreach' ? row.agency_id : [])))];
  const found = new Map<number, Set<number>>();
  if (agencyIds.length === 0) return found;
  const off = await tx.execute<{ agency_id: number; first: string; last: string }>(sql`
    select agency_id, first_day::text as first, last_day::text as last from agency_blackouts
    where agency_id = any(${sql.param(agencyIds)}::bigint[]) and removed_at is null
      and last_day >= ${now.toISOString()}::timestamptz::date - 1`);
  for (const { agency_id, first, last } of off) {
    const days = found.get(Number(agency_id)) ?? new Set();
    for (let day = dayFromIso(first); day <= dayFromIso(last); day += 1) days.add(day);
    found.set(Number(agency_id), days);
  }
  return found;
}

function withDaysOff(calendar: SendCalendar, days: ReadonlySet<number> = new Set()): SendCalendar {
  if (days.size === 0) return calendar;
  return { ...calendar, closedDates: [...new Set([...calendar.closedDates, ...[...days].map(isoFromDay)])] };
}

type DayLoadRow = {
  wave_id: number | null;
  from_domain: string;
  date: string;
  gone: number;
  planned: number;
};

/** What left, leaves and is planned to leave on each day, of these From domains and these waves. */
async function readDayLoads(
  tx: Tx,
  { domains, waveIds, now }: { domains: readonly string[]; waveIds: readonly number[]; now: Date },
): Promise<DayLoadRow[]> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const domain = sql`lower(split_part(g.mail_from_address, '@', 2))`;
  const ofDomains = sql`${domain} = any(${sql.param([...domains])}::text[])`;
  const isLeaving = sql`(m.sent_at is not null or m.state in ('claimed', 'uncertain'))`;
  return tx.execute<DayLoadRow>(sql`
    select m.wave_id, ${domain} as from_domain,
      to_char(coalesce(m.sent_at, case when m.state = 'uncertain' then m.handed_at end, greatest(m.send_after, ${at}))
        at time zone coalesce(e.time_zone, g.time_zone), 'YYYY-MM-DD') as date,
      count(*) filter (where ${isLeaving})::int as gone,
      count(*) filter (where not ${isLeaving} and m.kind in ('invitation', 'reminder'))::int as planned
    from messages m join agencies g on g.id = m.agency_id join employers e on e.id = m.employer_id
    left join waves w on w.id = m.wave_id
    where (m.wave_id = any(array(
        select w.id from waves w join agencies g on g.id = w.agency_id
        where ${ofDomains} or w.id = any(${sql.param([...waveIds])}::bigint[])))
      or (m.wave_id is null and ${ofDomains}))
      and m.stream = 'outreach'
      and (m.sent_at >= ${at} - interval '2 days' or (m.sent_at is null and (
        m.state in ('claimed', 'uncertain') or (m.state = 'planned' and w.state in ('running', 'paused')))))
    group by 1, 2, 3`);
}

async function markRefused(tx: Tx, refused: readonly Refused[], now: Date): Promise<void> {
  if (refused.length === 0) return;
  const rows = refused.map(({ row, state, reason, sendAfter, moved }) => ({
    id: row.id,
    state,
    reason,
    send_after: sendAfter?.toISOString() ?? null,
    not_after: moved?.notAfter.toISOString() ?? null,
  }));
  await tx.execute(sql`
    update messages m set state = r.state, reason = r.reason, send_after = coalesce(r.send_after, m.send_after),
      not_after = coalesce(r.not_after, m.not_after),
      finished_at = case when r.state = 'planned' then null else ${now.toISOString()}::timestamptz end
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as r(id bigint, state text, reason text, send_after timestamptz, not_after timestamptz)
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
