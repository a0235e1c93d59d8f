import { and, asc, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import {
  contacts,
  duplicateOpenings,
  duplicateProposals,
  employerDomains,
  employerMerges,
  employerSites,
  employers,
} from '../db/schema/employers.ts';
import {
  adjudications,
  conflictMarks,
  policies,
  policyVersions,
  positions,
  tallies,
} from '../db/schema/evidence.ts';
import { asks, invitations } from '../db/schema/outreach.ts';
import { answerHolds } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import type { UnitLink } from '../employers/rules/counting-units.ts';
import { invariant } from '../lib/errors.ts';
import { loadBodyFacts, votersOf } from './body-queries.ts';
import { type Policy, policySchema } from './rules/policy.ts';
import { sizeBandOf } from './rules/profile.ts';
import type {
  AdjudicationFact,
  AnswerFact,
  AnswerHold,
  ConflictMarkFact,
  ConnectionFind,
  ContactSiteFact,
  EmployerProfile,
  EvidenceFacts,
  Figures,
  GroupMemberFact,
  PositionStatus,
  UnitFacts,
} from './types.ts';

export type PolicyVersion = {
  id: number;
  policyId: number;
  slug: string;
  name: string;
  version: number;
  sha256: string;
  body: Policy;
};

const knownPolicies = new WeakMap<Db, Map<number, PolicyVersion>>();

/** One policy version. Used ones never change, so they are kept in memory as long as the pool that read them. */
export async function getPolicyVersion(db: Db, id: number): Promise<PolicyVersion> {
  const known = knownPolicies.get(db)?.get(id);
  if (known) return known;
  const [row] = await db
    .select({
      id: policyVersions.id,
      policyId: policyVersions.policyId,
      slug: policies.slug,
      name: policies.name,
      version: policyVersions.version,
      sha256: policyVersions.sha256,
      body: policyVersions.body,
      usedAt: policyVersions.usedAt,
    })
    .from(policyVersions)
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .where(eq(policyVersions.id, id));
  invariant(row, `policy version ${id} exists`);
  const { usedAt, ...rest } = row;
  const version = { ...rest, body: policySchema.parse(rest.body) };
  if (usedAt !== null) {
    const versions = knownPolicies.get(db) ?? new Map<number, PolicyVersion>();
    knownPolicies.set(db, versions.set(id, version));
  }
  return version;
}

/**
 * All that was known of a credential by a time: what evaluateRequirement takes; of some employers alone, to see what
 * becomes of them without reading everybody's answers.
 */
export async function loadFacts(
  db: Db,
  credentialId: number,
  asOf: Date,
  filter: { employerIds?: readonly number[] } = {},
): Promise<EvidenceFacts> {
  const of = (column: typeof answers.employerId | typeof asks.employerId) =>
    filter.employerIds && inArray(column, [...filter.employerIds]);
  const [answerRows, holds, askRows, issuerDomains, credentialNaics, bodies] = await Promise.all([
    db
      .select()
      .from(answers)
      .where(
        and(eq(answers.credentialId, credentialId), of(answers.employerId), lte(answers.answeredAt, asOf)),
      )
      .orderBy(asc(answers.id)),
    listHolds(db, credentialId, asOf),
    db
      .select({
        id: asks.id,
        waveId: asks.waveId,
        contactId: asks.contactId,
        employerId: asks.employerId,
        askedAt: asks.askedAt,
        undeliveredAt: asks.undeliveredAt,
        declinedAt: invitations.declinedAt,
      })
      .from(asks)
      .innerJoin(invitations, eq(invitations.id, asks.invitationId))
      .where(and(eq(asks.credentialId, credentialId), of(asks.employerId), lte(asks.askedAt, asOf)))
      .orderBy(asc(asks.id)),
    listIssuerDomains(db, credentialId),
    listCredentialNaics(db, credentialId),
    loadBodyFacts(db, credentialId, asOf),
  ]);
  const involved = new Set([
    ...[...answerRows, ...askRows].map(({ employerId }) => employerId),
    ...votersOf(bodies),
  ]);
  const { links, groups, members } = await listWhoIsWho(db, involved, asOf);
  const [marks, domains, profiles, settled, contactSites] = await Promise.all([
    listConflictMarks(db, credentialId, members, asOf),
    members.length === 0 || issuerDomains.length === 0
      ? []
      : db.select().from(employerDomains).where(inArray(employerDomains.employerId, members)),
    listProfiles(db, members),
    listAdjudications(db, [credentialId], asOf),
    listContactSites(db, credentialId),
  ]);
  return {
    credentialId,
    answers: answerRows.map((row) => ({
      answerId: row.id,
      askId: row.askId,
      contactId: row.contactId,
      employerId: row.employerId,
      answeredAt: row.answeredAt,
      ...(row.saidOn ? { saidAt: dayAt(row.saidOn) } : {}),
      ...(holds.has(row.id) ? { holds: holds.get(row.id)! } : {}),
      endedAt: row.endedAt,
      endKind: row.endKind,
      values: row.values,
      familiar: row.familiar,
      relation: row.relation,
      provenance: row.provenance,
      hiringAuthority: row.hiringAuthority === true,
      instrumentVersionId: row.instrumentVersionId,
      noticeVersionId: row.noticeVersionId,
    })),
    asks: askRows.map((row) => ({
      askId: row.id,
      waveId: row.waveId,
      contactId: row.contactId,
      employerId: row.employerId,
      sentAt: row.askedAt as Date,
      bouncedAt: row.undeliveredAt,
      declinedAt: row.declinedAt,
    })),
    links,
    conflictMarks: marks.map(asMark),
    employerDomains: domains.map(({ employerId, domain }) => ({ employerId, domain })),
    issuerDomains,
    profiles,
    credentialNaics,
    bodies,
    adjudications: settled.map(({ credentialId: _, ...fact }) => fact),
    groups,
    contactSites,
  };
}

/** Every link and group that reaches the employers, over as many records and groups between as it takes. */
async function listWhoIsWho(db: Db, involved: ReadonlySet<number>, asOf: Date) {
  const reached = new Set(involved);
  for (;;) {
    const links = await listLinksReaching(db, reached, asOf);
    for (const { a, b } of links) reached.add(a).add(b);
    const groups = await listGroupMembers(db, [...reached], asOf);
    const before = reached.size;
    for (const { employerId } of groups) reached.add(employerId);
    if (reached.size === before) {
      const members = new Set([...involved, ...links.flatMap(({ a, b }) => [a, b])]);
      for (const { employerId } of groups) members.add(employerId);
      return { links, groups, members: [...members] };
    }
  }
}

/** Everybody who was in a group with one of the employers by then. */
async function listGroupMembers(
  db: Db,
  employerIds: readonly number[],
  asOf: Date,
): Promise<GroupMemberFact[]> {
  if (employerIds.length === 0) return [];
  const rows = await db.execute<{
    employerId: number;
    groupId: number;
    from: string;
    until: string | null;
  }>(sql`
    select m.employer_id as "employerId", m.group_id as "groupId", m.joined_at as "from", m.left_at as until
    from employer_group_members m
    where m.joined_at <= ${asOf.toISOString()}::timestamptz and m.group_id in (
      select own.group_id from employer_group_members own
      where own.employer_id in (select value::bigint from json_array_elements_text(${JSON.stringify(employerIds)}::json)))
    order by m.id`);
  return rows.map(({ from, until, ...row }) => ({
    ...row,
    from: new Date(from),
    until: until === null ? null : new Date(until),
  }));
}

/** What two people decided where others disagree, by then. */
export async function listAdjudications(
  db: Db,
  credentialIds: readonly number[],
  asOf: Date,
): Promise<(AdjudicationFact & { credentialId: number })[]> {
  if (credentialIds.length === 0) return [];
  return db
    .select({
      credentialId: adjudications.credentialId,
      adjudicationId: adjudications.id,
      answerIds: adjudications.answerIds,
      speaksAnswerId: adjudications.speaksAnswerId,
      from: sql<Date>`${adjudications.decidedAt}`.mapWith(adjudications.decidedAt),
      until: adjudications.endedAt,
    })
    .from(adjudications)
    .where(
      and(
        inArray(adjudications.credentialId, [...credentialIds]),
        inArray(adjudications.state, ['in_force', 'ended']),
        lte(adjudications.decidedAt, asOf),
      ),
    )
    .orderBy(asc(adjudications.id));
}

/** Where the people work who were asked or have answered. A site without a county of its own is where its employer is. */
function listContactSites(db: Db, credentialId: number): Promise<ContactSiteFact[]> {
  return db
    .select({
      contactId: contacts.id,
      siteId: employerSites.id,
      state: employerSites.state,
      county: employerSites.county,
    })
    .from(contacts)
    .innerJoin(employerSites, eq(employerSites.id, contacts.siteId))
    .where(
      sql`exists (select from asks a where a.contact_id = ${contacts.id} and a.credential_id = ${credentialId})
        or exists (select from answers a where a.contact_id = ${contacts.id} and a.credential_id = ${credentialId})`,
    )
    .orderBy(asc(contacts.id));
}

/** A mark as the rules and packets have it: what staff set says nothing of how it was found. */
function asMark({
  found,
  ...mark
}: Omit<ConflictMarkFact, 'found'> & { found: ConnectionFind | null }): ConflictMarkFact {
  return found === null ? mark : { ...mark, found };
}

/** A day stands for its beginning in UTC, so that it is the same moment everywhere. */
function dayAt(day: string): Date {
  return new Date(`${day}T00:00:00.000Z`);
}

function holdOf(hold: { kind: AnswerHold['kind']; from: string; until: string | null }): AnswerHold {
  return {
    kind: hold.kind,
    from: new Date(hold.from),
    until: hold.until === null ? null : new Date(hold.until),
  };
}

/** By answer: whatever made it wait for a person. */
async function listHolds(db: Db, credentialId: number, asOf: Date): Promise<Map<number, AnswerHold[]>> {
  const rows = await db
    .select({
      answerId: answerHolds.answerId,
      kind: answerHolds.kind,
      from: answerHolds.setAt,
      until: answerHolds.endedAt,
    })
    .from(answerHolds)
    .innerJoin(answers, eq(answers.id, answerHolds.answerId))
    .where(and(eq(answers.credentialId, credentialId), lte(answerHolds.setAt, asOf)))
    .orderBy(asc(answerHolds.id));
  const holds = new Map<number, AnswerHold[]>();
  for (const { answerId, ...hold } of rows) holds.set(answerId, [...(holds.get(answerId) ?? []), hold]);
  return holds;
}

async function listProfiles(db: Db, employerIds: readonly number[]): Promise<EmployerProfile[]> {
  if (employerIds.length === 0) return [];
  const rows = await db
    .select({
      employerId: employers.id,
      state: employers.state,
      county: employers.county,
      naicsCode: employers.naicsCode,
      jobs: employers.jobs,
    })
    .from(employers)
    .where(inArray(employers.id, [...employerIds]))
    .orderBy(asc(employers.id));
  return rows.map(({ jobs, ...row }) => ({ ...row, size: sizeBandOf(jobs) }));
}

async function listCredentialNaics(db: Db, credentialId: number): Promise<string[]> {
  const rows = await db
    .select({ prefixes: credentials.naicsPrefixes })
    .from(credentials)
    .where(eq(credentials.id, credentialId));
  return rows.flatMap(({ prefixes }) => prefixes);
}

async function listIssuerDomains(db: Db, credentialId: number): Promise<string[]> {
  const rows = await db
    .select({ domain: issuers.domain })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(eq(credentials.id, credentialId));
  return rows.flatMap(({ domain }) => (domain ? [domain] : []));
}

async function listConflictMarks(db: Db, credentialId: number, employerIds: readonly number[], asOf: Date) {
  if (employerIds.length === 0) return [];
  return db
    .select({
      employerId: conflictMarks.employerId,
      relation: conflictMarks.relation,
      from: conflictMarks.setAt,
      until: conflictMarks.clearedAt,
      found: conflictMarks.found,
    })
    .from(conflictMarks)
    .innerJoin(credentials, eq(credentials.issuerId, conflictMarks.issuerId))
    .where(
      and(
        eq(credentials.id, credentialId),
        or(isNull(conflictMarks.credentialId), eq(conflictMarks.credentialId, credentialId)),
        inArray(conflictMarks.employerId, [...employerIds]),
        lte(conflictMarks.setAt, asOf),
      ),
    )
    .orderBy(asc(conflictMarks.id));
}

/** Every link, ended or not, that leads to one of the employers, over as many records between as it takes. */
async function listLinksReaching(db: Db, from: ReadonlySet<number>, asOf: Date): Promise<UnitLink[]> {
  const found = new Map<string, UnitLink>();
  const reached = new Set(from);
  for (let frontier = [...from]; frontier.length > 0; ) {
    const [proposals, earlier, merges] = await Promise.all([
      db
        .select()
        .from(duplicateProposals)
        .where(
          and(
            lte(duplicateProposals.openedAt, asOf),
            sql`(${inArray(duplicateProposals.employerAId, frontier)} or ${inArray(duplicateProposals.employerBId, frontier)})`,
          ),
        ),
      db
        .select({ opening: duplicateOpenings, pair: duplicateProposals })
        .from(duplicateOpenings)
        .innerJoin(duplicateProposals, eq(duplicateProposals.id, duplicateOpenings.proposalId))
        .where(
          and(
            lte(duplicateOpenings.openedAt, asOf),
            sql`(${inArray(duplicateProposals.employerAId, frontier)} or ${inArray(duplicateProposals.employerBId, frontier)})`,
          ),
        ),
      db
        .select()
        .from(employerMerges)
        .where(
          and(
            lte(employerMerges.mergedAt, asOf),
            sql`(${inArray(employerMerges.survivorId, frontier)} or ${inArray(employerMerges.mergedId, frontier)})`,
          ),
        ),
    ]);
    for (const row of proposals) {
      found.set(`p${row.id}`, {
        a: row.employerAId,
        b: row.employerBId,
        because: 'open_proposal',
        from: row.openedAt,
        until: row.decidedAt,
      });
    }
    for (const { opening, pair } of earlier) {
      found.set(`o${opening.id}`, {
        a: pair.employerAId,
        b: pair.employerBId,
        because: 'open_proposal',
        from: opening.openedAt,
        until: opening.decidedAt,
      });
    }
    for (const row of merges) {
      found.set(`m${row.id}`, {
        a: Math.min(row.survivorId, row.mergedId),
        b: Math.max(row.survivorId, row.mergedId),
        because: 'merged',
        from: row.mergedAt,
        until: row.undoneAt,
      });
    }
    frontier = [...found.values()].flatMap(({ a, b }) => [a, b]).filter((id) => !reached.has(id));
    for (const id of frontier) reached.add(id);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, link]) => link);
}

/** One counting unit and one credential. */
export type UnitOfCredential = { credentialId: number; unitId: number };

export type StoredPosition = { status: PositionStatus; asked: boolean; delivered: boolean };

export type UnitToRefresh = UnitOfCredential & {
  facts: UnitFacts;
  tallies: {
    tallyId: number;
    policyVersionId: number;
    policySha256: string;
    stored: StoredPosition | null;
  }[];
};

type UnitRow = UnitOfCredential & {
  members: number[];
  answers: (Omit<AnswerFact, 'answeredAt' | 'endedAt' | 'hiringAuthority' | 'saidAt' | 'holds'> & {
    saidOn: string | null;
    holds: { kind: AnswerHold['kind']; from: string; until: string | null }[] | null;
    answeredAt: string;
    endedAt: string | null;
    hiringAuthority: boolean | null;
  })[];
  asks: { sentAt: string; bouncedAt: string | null }[];
  marks: {
    employerId: number;
    relation: AnswerFact['relation'];
    from: string;
    until: string | null;
    found: ConnectionFind | null;
  }[];
  domains: { employerId: number; domain: string }[];
  issuerDomain: string | null;
  profiles: (Omit<EmployerProfile, 'size'> & { jobs: number | null })[] | null;
  credentialNaics: string[];
  tallies: {
    tallyId: number;
    policyVersionId: number;
    policySha256: string;
    status: PositionStatus | null;
    asked: boolean | null;
    delivered: boolean | null;
  }[];
};

/**
 * The facts of some counting units with the positions kept of them, in one statement: it runs while an employer
 * waits. By the units of now, so for the present only; loadFacts replays the past.
 */
export async function listUnitsToRefresh(
  db: Db,
  pairs: readonly UnitOfCredential[],
  filter: { onlyTallyId?: number } = {},
): Promise<UnitToRefresh[]> {
  if (pairs.length === 0) return [];
  const rows = await db.execute<UnitRow>(sql`
    select p."credentialId", p."unitId", m.ids as members, m.profiles, i.domain as "issuerDomain",
      c.naics_prefixes as "credentialNaics",
      (select coalesce(json_agg(json_build_object(
          'saidOn', a.said_on, 'holds', (select json_agg(json_build_object('kind', h.kind, 'from', h.set_at,
            'until', h.ended_at)) from answer_holds h where h.answer_id = a.id),
          'answerId', a.id, 'askId', a.ask_id, 'contactId', a.contact_id, 'employerId', a.employer_id,
          'answeredAt', a.answered_at, 'endedAt', a.ended_at, 'endKind', a.end_kind, 'values', a."values",
          'familiar', a.familiar, 'relation', a.relation, 'provenance', a.provenance,
          'hiringAuthority', a.hiring_authority, 'instrumentVersionId', a.instrument_version_id,
          'noticeVersionId', a.notice_version_id)), '[]')
        from answers a
        where a.credential_id = p."credentialId" and a.employer_id = any(m.ids)) as answers,
      (select coalesce(json_agg(json_build_object(
          'sentAt', a.asked_at, 'bouncedAt', a.undelivered_at)), '[]')
        from asks a
        where a.credential_id = p."credentialId" and a.employer_id = any(m.ids) and a.asked_at is not null) as asks,
      (select coalesce(json_agg(json_build_object(
          'employerId', k.employer_id, 'relation', k.relation, 'from', k.set_at, 'until', k.cleared_at,
          'found', k.found)), '[]')
        from conflict_marks k
        where k.issuer_id = c.issuer_id and k.employer_id = any(m.ids)
          and (k.credential_id is null or k.credential_id = c.id)) as marks,
      (select coalesce(json_agg(json_build_object('employerId', d.employer_id, 'domain', d.domain)), '[]')
        from employer_domains d
        where i.domain is not null and d.employer_id = any(m.ids)) as domains,
      (select coalesce(json_agg(json_build_object(
          'tallyId', t.id, 'policyVersionId', t.policy_version_id, 'policySha256', v.sha256,
          'status', s.status, 'asked', s.asked, 'delivered', s.delivered)), '[]')
        from tallies t
        join policy_versions v on v.id = t.policy_version_id
        left join positions s on s.tally_id = t.id and s.unit_id = p."unitId"
        where t.credential_id = p."credentialId"
          and (${filter.onlyTallyId ?? null}::bigint is null or t.id = ${filter.onlyTallyId ?? null}::bigint)) as tallies
    from json_to_recordset(${JSON.stringify(pairs)}::json) as p("credentialId" bigint, "unitId" bigint)
    cross join lateral (select array_agg(e.id) as ids, json_agg(json_build_object('employerId', e.id,
        'state', e.state, 'county', e.county, 'naicsCode', e.naics_code, 'jobs', e.jobs)) as profiles
      from employers e where e.unit_id = p."unitId") as m
    join credentials c on c.id = p."credentialId"
    join issuers i on i.id = c.issuer_id`);
  return rows.map((row) => {
    const members = row.members ?? [];
    return {
      credentialId: row.credentialId,
      unitId: row.unitId,
      facts: {
        unitId: row.unitId,
        employerIds: members,
        // Why records count as one changes no status and no figure, so it is not loaded here.
        joinedBy: [],
        answers: row.answers.map(({ saidOn, holds, ...each }) => ({
          ...each,
          ...(saidOn ? { saidAt: dayAt(saidOn) } : {}),
          ...(holds ? { holds: holds.map(holdOf) } : {}),
          answeredAt: new Date(each.answeredAt),
          endedAt: each.endedAt === null ? null : new Date(each.endedAt),
          hiringAuthority: each.hiringAuthority === true,
        })),
        asks: row.asks.map((each) => ({
          ...each,
          sentAt: new Date(each.sentAt),
          bouncedAt: each.bouncedAt === null ? null : new Date(each.bouncedAt),
        })),
        conflictMarks: row.marks.map((each) =>
          asMark({
            ...each,
            from: new Date(each.from),
            until: each.until === null ? null : new Date(each.until),
          }),
        ),
        employerDomains: row.domains,
        issuerDomains: row.issuerDomain === null ? [] : [row.issuerDomain],
        profiles: (row.profiles ?? []).map(({ jobs, ...each }) => ({ ...each, size: sizeBandOf(jobs) })),
        credentialNaics: row.credentialNaics,
      },
      tallies: row.tallies.map(({ tallyId, policyVersionId, policySha256, status, asked, delivered }) => ({
        tallyId,
        policyVersionId,
        policySha256,
        stored: status === null ? null : { status, asked: asked === true, delivered: delivered === true },
      })),
    };
  });
}

const policiesByHash = new Map<string, Policy>();

/** Policies by the hash of their body; a body that was read once is not read again. */
export async function getPoliciesByHash(
  db: Db,
  wanted: readonly { policyVersionId: number; policySha256: string }[],
): Promise<ReadonlyMap<string, Policy>> {
  const missing = wanted.filter(({ policySha256 }) => !policiesByHash.has(policySha256));
  if (missing.length > 0) {
    const rows = await db
      .select({ sha256: policyVersions.sha256, body: policyVersions.body })
      .from(policyVersions)
      .where(inArray(policyVersions.id, [...new Set(missing.map(({ policyVersionId }) => policyVersionId))]));
    for (const { sha256, body } of rows) policiesByHash.set(sha256, policySchema.parse(body));
  }
  return policiesByHash;
}

export type PositionChange = {
  tallyId: number;
  unitId: number;
  /** null takes the row away: the unit has neither been asked nor answered. */
  position: {
    status: PositionStatus;
    reason: string | null;
    asked: boolean;
    delivered: boolean;
    answerId: number | null;
    answeredAt: Date | null;
    expiresAt: Date | null;
  } | null;
};

export type TallyDelta = { tallyId: number; slot: number; figures: Figures };

/** Writes positions and adds to counters in one statement. Counter rows are taken in order, so writers cannot deadlock. */
export async function writePositions(
  tx: Db,
  changes: readonly PositionChange[],
  deltas: readonly TallyDelta[],
  now: Date,
): Promise<void> {
  if (changes.length === 0 && deltas.length === 0) return;
  const kept = changes.flatMap(({ tallyId, unitId, position }) =>
    position ? [{ tallyId, unitId, ...position }] : [],
  );
  const gone = changes.flatMap(({ tallyId, unitId, position }) => (position ? [] : [{ tallyId, unitId }]));
  await tx.execute(sql`
    with gone as (
      delete from positions p
      using json_to_recordset(${JSON.stringify(gone)}::json) as g("tallyId" bigint, "unitId" bigint)
      where p.tally_id = g."tallyId" and p.unit_id = g."unitId"
    ), kept as (
      insert into positions
        (tally_id, unit_id, status, reason, asked, delivered, answer_id, answered_at, expires_at, updated_at)
      select k."tallyId", k."unitId", k.status, k.reason, k.asked, k.delivered, k."answerId", k."answeredAt",
        k."expiresAt", ${now.toISOString()}::timestamptz
      from json_to_recordset(${JSON.stringify(kept)}::json) as k("tallyId" bigint, "unitId" bigint, status text,
        reason text, asked boolean, delivered boolean, "answerId" bigint, "answeredAt" timestamptz,
        "expiresAt" timestamptz)
      on conflict (tally_id, unit_id) do update set
        status = excluded.status, reason = excluded.reason, asked = excluded.asked, delivered = excluded.delivered,
        answer_id = excluded.answer_id, answered_at = excluded.answered_at, expires_at = excluded.expires_at,
        updated_at = excluded.updated_at
    )
    insert into tally_counts as c (tally_id, slot, asked, delivered, answered, both_yes, no, not_sure, not_familiar,
      conflicting, excluded, aged_out)
    select d."tallyId", d.slot, d.asked, d.delivered, d.answered, d."bothYes", d.no, d."notSure", d."notFamiliar",
      d.conflicting, d.excluded, d."agedOut"
    from json_to_recordset(${JSON.stringify(deltas.map(({ figures, ...key }) => ({ ...key, ...figures })))}::json)
      as d("tallyId" bigint, slot smallint, asked int, delivered int, answered int, "bothYes" int, no int,
        "notSure" int, "notFamiliar" int, conflicting int, excluded int, "agedOut" int)
    order by d."tallyId", d.slot
    on conflict (tally_id, slot) do update set
      asked = c.asked + excluded.asked, delivered = c.delivered + excluded.delivered,
      answered = c.answered + excluded.answered, both_yes = c.both_yes + excluded.both_yes, no = c.no + excluded.no,
      not_sure = c.not_sure + excluded.not_sure, not_familiar = c.not_familiar + excluded.not_familiar,
      conflicting = c.conflicting + excluded.conflicting, excluded = c.excluded + excluded.excluded,
      aged_out = c.aged_out + excluded.aged_out`);
}

/** Counter rows of a tally. A unit always adds to the same one. */
export const TALLY_SLOTS = 16;

/**
 * First asks that left, for units whose position they change: in one statement, because a sending worker calls it for
 * hundreds of asks at a time. Agrees with positionOf: an ask makes a unit asked and delivered, and says nothing else.
 */
export async function addAskedPositions(
  tx: Db,
  pairs: readonly UnitOfCredential[],
  now: Date,
): Promise<void> {
  if (pairs.length === 0) return;
  await tx.execute(sql`
    with target as (
      select t.id as tally_id, p."unitId" as unit_id, s.tally_id is null as is_new,
        coalesce(s.asked, false) as was_asked, coalesce(s.delivered, false) as was_delivered
      from (select distinct "credentialId", "unitId"
            from json_to_recordset(${JSON.stringify(pairs)}::json) as r("credentialId" bigint, "unitId" bigint)) as p
      join tallies t on t.credential_id = p."credentialId"
      left join positions s on s.tally_id = t.id and s.unit_id = p."unitId"
      where s.tally_id is null or not s.asked or not s.delivered
    ), kept as (
      insert into positions (tally_id, unit_id, status, reason, asked, delivered, updated_at)
      select tally_id, unit_id, 'asked', 'no_answer', true, true, ${now.toISOString()}::timestamptz from target
      on conflict (tally_id, unit_id) do update set asked = true, delivered = true, updated_at = excluded.updated_at
    )
    insert into tally_counts as c (tally_id, slot, asked, delivered)
    select tally_id, (unit_id % ${TALLY_SLOTS}::int)::smallint as slot,
      sum((not was_asked)::int)::int, sum((not was_delivered)::int)::int
    from target
    group by tally_id, slot
    order by tally_id, slot
    on conflict (tally_id, slot) do update set asked = c.asked + excluded.asked, delivered = c.delivered + excluded.delivered`);
}

export type StoredTally = {
  credentialId: number;
  policyVersionId: number;
  tallyId: number;
  figures: Figures;
  /** Units whose position ended by the passage of time and was not taken again yet. */
  due: { unitId: number; status: PositionStatus; asked: boolean; delivered: boolean }[];
  /** When the longest-lasting both-yes end, latest first, at most as many as are required; null never. */
  expiries: (Date | null)[];
};

/** The statuses that end by the passage of time. Named in the query, they let it use the index by status and expiry. */
const EXPIRING_STATUSES = `{${(['both_yes', 'no', 'not_sure', 'not_familiar', 'conflicting', 'excluded'] satisfies PositionStatus[]).join()}}`;

/** Maintained counters by credential and policy version: at most 16 + required rows each, however many answers there are. */
export async function listStoredTallies(
  db: Db,
  wanted: readonly { credentialId: number; policyVersionId: number; required: number }[],
  now: Date,
): Promise<StoredTally[]> {
  if (wanted.length === 0) return [];
  const at = sql`${now.toISOString()}::timestamptz`;
  type Row = Omit<StoredTally, 'figures' | 'expiries'> & Figures & { expiries: (string | null)[] };
  const rows = await db.execute<Row>(sql`
    select t.credential_id as "credentialId", t.policy_version_id as "policyVersionId", t.id as "tallyId",
      s.*,
      (select coalesce(json_agg(json_build_object('unitId', p.unit_id, 'status', p.status, 'asked', p.asked,
          'delivered', p.delivered)), '[]')
        from positions p
        where p.tally_id = t.id and p.status = any(${EXPIRING_STATUSES}::text[]) and p.expires_at <= ${at}) as due,
      (select coalesce(json_agg(b.expires_at), '[]') from (
        select p.expires_at from positions p
        where p.tally_id = t.id and p.status = 'both_yes' and (p.expires_at > ${at} or p.expires_at is null)
        order by p.expires_at desc nulls first limit w.required) as b) as expiries
    from json_to_recordset(${JSON.stringify(wanted)}::json)
      as w("credentialId" bigint, "policyVersionId" bigint, required int)
    join tallies t on t.credential_id = w."credentialId" and t.policy_version_id = w."policyVersionId"
    cross join lateral (
      select coalesce(sum(c.asked), 0)::int as asked, coalesce(sum(c.delivered), 0)::int as delivered,
        coalesce(sum(c.answered), 0)::int as answered, coalesce(sum(c.both_yes), 0)::int as "bothYes",
        coalesce(sum(c.no), 0)::int as no, coalesce(sum(c.not_sure), 0)::int as "notSure",
        coalesce(sum(c.not_familiar), 0)::int as "notFamiliar", coalesce(sum(c.conflicting), 0)::int as conflicting,
        coalesce(sum(c.excluded), 0)::int as excluded, coalesce(sum(c.aged_out), 0)::int as "agedOut"
      from tally_counts c where c.tally_id = t.id) as s`);
  return rows.map(({ credentialId, policyVersionId, tallyId, due, expiries, ...figures }) => ({
    credentialId,
    policyVersionId,
    tallyId,
    figures,
    due,
    expiries: expiries.map((text) => (text === null ? null : new Date(text))),
  }));
}

/** Units whose position ended by the passage of time, oldest first. */
export async function listDuePositions(db: Db, now: Date, limit: number): Promise<UnitOfCredential[]> {
  const rows = await db
    .select({ credentialId: tallies.credentialId, unitId: positions.unitId })
    .from(positions)
    .innerJoin(tallies, eq(tallies.id, positions.tallyId))
    .where(lte(positions.expiresAt, now))
    .orderBy(asc(positions.expiresAt))
    .limit(limit);
  return [...new Map(rows.map((row) => [`${row.credentialId}/${row.unitId}`, row])).values()];
}

/**
 * Positions that something learnt since of an employer or an issuer may change, a domain or (under policies that look at
 * them) where the employer is and its industry: imports do not know who has answered what. Few, and none in most states.
 */
export async function listPositionsToCheck(db: Db): Promise<UnitOfCredential[]> {
  const rows = await db.execute<UnitOfCredential>(sql`
    with issuer as (
      select t.id as tally_id, t.credential_id, i.domain
      from tallies t
      join credentials c on c.id = t.credential_id
      join issuers i on i.id = c.issuer_id
      join policy_versions v on v.id = t.policy_version_id
      where i.domain is not null and (v.body ->> 'excludeIssuerDomain')::boolean
    ), matched as (
      select distinct issuer.tally_id, issuer.credential_id, e.unit_id
      from issuer
      join employer_domains d on d.domain = issuer.domain or d.domain like '%.' || issuer.domain
      join employers e on e.id = d.employer_id
    )
    select m.credential_id as "credentialId", m.unit_id as "unitId"
    from matched m join positions p on p.tally_id = m.tally_id and p.unit_id = m.unit_id
    where p.status not in ('asked', 'excluded')
    union
    select t.credential_id, p.unit_id
    from positions p join tallies t on t.id = p.tally_id
    where p.status = 'excluded' and p.reason = 'domain_of_issuer'
      and not exists (select 1 from matched m where m.tally_id = p.tally_id and m.unit_id = p.unit_id)
    union
    select t.credential_id, p.unit_id
    from policy_versions v
    join tallies t on t.policy_version_id = v.id
    join positions p on p.tally_id = t.id
    join employers e on e.unit_id = p.unit_id
    where (v.body ->> 'inState' is not null or v.body ->> 'relatedSectorsOnly' = 'true')
      and p.status <> 'asked' and e.updated_at > p.updated_at`);
  return [...rows];
}

/** Every unit that was asked or has answered for a credential. */
export async function listUnitsOfCredential(db: Db, credentialId: number): Promise<UnitOfCredential[]> {
  const rows = await db.execute<{ unitId: number }>(sql`
    select distinct e.unit_id as "unitId" from employers e
    where e.id in (select a.employer_id from answers a where a.credential_id = ${credentialId}
      union select a.employer_id from asks a where a.credential_id = ${credentialId} and a.asked_at is not null)
    order by 1`);
  return rows.map(({ unitId }) => ({ credentialId, unitId }));
}

/** Where any of these units or employers has a position, or facts for one. */
export async function listUnitsTouching(
  db: Db,
  unitIds: readonly number[],
  employerIds: readonly number[],
): Promise<UnitOfCredential[]> {
  const rows = await db.execute<UnitOfCredential>(sql`
    with unit as (select value::bigint as id from json_array_elements_text(${JSON.stringify(unitIds)}::json)),
      record as (
        select e.id, e.unit_id from employers e
        where e.unit_id in (select id from unit)
          or e.id in (select value::bigint from json_array_elements_text(${JSON.stringify(employerIds)}::json)))
    select t.credential_id as "credentialId", p.unit_id as "unitId"
      from positions p join unit on unit.id = p.unit_id join tallies t on t.id = p.tally_id
    union select a.credential_id, record.unit_id from answers a join record on record.id = a.employer_id
    union select a.credential_id, record.unit_id from asks a join record on record.id = a.employer_id
      where a.credential_id is not null and a.asked_at is not null`);
  return [...rows];
}

/** The advisory lock that tracking a new tally takes alone and every refresh shares. */
const TRACKING_LOCK = 7_201_501;

export async function lockTracking(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${TRACKING_LOCK}::bigint)`);
}

/**
 * Locks employers and their counting units until the transaction ends, in order of id, and tells each employer's
 * unit. Whoever adds answers or asks, or refreshes positions, holds this first: two people of one employer then take turns,
 * and nobody misses a tally that is being set up.
 */
export async function lockUnitsOf(tx: Tx, employerIds: readonly number[]): Promise<Map<number, number>> {
  const wanted = [...new Set(employerIds)];
  if (wanted.length === 0) return new Map();
  const ids = sql.param(wanted);
  for (;;) {
    // An array is looked up by the primary key, however large the table; a subquery would be joined by reading it all.
    const rows = await tx.execute<{ id: number; unitId: number }>(sql`
      select e.id, e.unit_id as "unitId"
      from employers e cross join (select pg_advisory_xact_lock_shared(${TRACKING_LOCK}::bigint)) as tracking
      where e.id = any(array(
        select unnest(${ids}::bigint[]) union select w.unit_id from employers w where w.id = any(${ids}::bigint[])))
      order by e.id
      for no key update of e`);
    const units = new Map(rows.map(({ id, unitId }) => [id, unitId]));
    // A merge may have moved an employer between the statement's start and its lock: then lock the new unit too.
    if (wanted.every((id) => !units.has(id) || units.has(units.get(id)!))) {
      return new Map(wanted.filter((id) => units.has(id)).map((id) => [id, units.get(id)!]));
    }
  }
}
