import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { EntryKind } from './types.ts';

/**
 * What an entry of each kind commits to, as one JSON value made of its row. Ids, choices, states and times; no names and
 * no addresses. PostgreSQL writes the times, to the microsecond and in UTC, which every connection here is set to.
 * Entries were made by these expressions: to say more, add a kind.
 */
const SOURCES: Record<EntryKind, { table: string; value: string; at?: string }> = {
  audit_event: {
    table: 'audit_events',
    at: 's.at',
    value: `jsonb_build_object('kind', 'audit_event', 'id', s.id, 'at', s.at, 'agencyId', s.agency_id,
      'actorKind', s.actor_kind, 'actorId', s.actor_id, 'action', s.action, 'subjectType', s.subject_type,
      'subjectId', s.subject_id, 'details', s.details)`,
  },
  answer: {
    table: 'answers',
    at: 's.answered_at',
    value: `jsonb_build_object('kind', 'answer', 'id', s.id, 'askId', s.ask_id, 'version', s.version,
      'invitationId', s.invitation_id, 'contactId', s.contact_id, 'employerId', s.employer_id,
      'credentialId', s.credential_id, 'instrumentVersionId', s.instrument_version_id,
      'noticeVersionId', s.notice_version_id, 'language', s.language, 'familiar', s.familiar, 'values', s.values,
      'relation', s.relation, 'hiringAuthority', s.hiring_authority, 'provenance', s.provenance,
      'answeredAt', s.answered_at)`,
  },
  answer_end: {
    table: 'answers',
    value: `jsonb_build_object('kind', 'answer_end', 'id', s.id, 'endedAt', s.ended_at, 'endKind', s.end_kind)`,
  },
  snapshot: {
    table: 'evidence_snapshots',
    at: 's.frozen_at',
    value: `jsonb_build_object('kind', 'snapshot', 'id', s.id, 'sha256', s.sha256, 'publicSha256', s.public_sha256)`,
  },
  // What is left of an answer's entry when its own was made to forget who gave it.
  answer_kept: {
    table: 'answers',
    value: `jsonb_build_object('kind', 'answer_kept', 'id', s.id, 'version', s.version, 'employerId', s.employer_id,
      'credentialId', s.credential_id, 'instrumentVersionId', s.instrument_version_id,
      'noticeVersionId', s.notice_version_id, 'language', s.language, 'familiar', s.familiar, 'values', s.values,
      'relation', s.relation, 'hiringAuthority', s.hiring_authority, 'provenance', s.provenance,
      'answeredAt', s.answered_at, 'saidOn', s.said_on)`,
  },
  // What bodies say counts like answers. That a record was taken back, or an adjudication confirmed, is an audit event.
  ballot: {
    table: 'ballots',
    at: 's.recorded_at',
    value: `jsonb_build_object('kind', 'ballot', 'id', s.id, 'agencyId', s.agency_id, 'credentialId', s.credential_id,
      'ballotKind', s.kind, 'body', s.body, 'heldOn', s.held_on, 'eligible', s.eligible, 'quorum', s.quorum,
      'documentId', s.document_id, 'recordedBy', s.recorded_by, 'recordedAt', s.recorded_at)`,
  },
  ballot_vote: {
    table: 'ballot_votes',
    at: 's.cast_at',
    value: `jsonb_build_object('kind', 'ballot_vote', 'id', s.id, 'ballotId', s.ballot_id, 'seatId', s.seat_id,
      'employerId', s.employer_id, 'voterId', s.voter_id, 'version', s.version, 'choice', s.choice,
      'relation', s.relation, 'provenance', s.provenance, 'castAt', s.cast_at)`,
  },
  board_letter: {
    table: 'board_letters',
    at: 's.recorded_at',
    value: `jsonb_build_object('kind', 'board_letter', 'id', s.id, 'agencyId', s.agency_id,
      'credentialId', s.credential_id, 'letterKind', s.kind, 'board', s.board, 'supports', s.supports,
      'heldOn', s.held_on, 'documentId', s.document_id, 'recordedBy', s.recorded_by, 'recordedAt', s.recorded_at)`,
  },
  rubric_review: {
    table: 'rubric_reviews',
    at: 's.recorded_at',
    value: `jsonb_build_object('kind', 'rubric_review', 'id', s.id, 'agencyId', s.agency_id,
      'credentialId', s.credential_id, 'team', s.team, 'isSettling', s.is_settling, 'tier', s.tier,
      'heldOn', s.held_on, 'documentId', s.document_id, 'recordedBy', s.recorded_by, 'recordedAt', s.recorded_at)`,
  },
  vendor_finding: {
    table: 'vendor_findings',
    at: 's.recorded_at',
    value: `jsonb_build_object('kind', 'vendor_finding', 'id', s.id, 'agencyId', s.agency_id,
      'credentialId', s.credential_id, 'finding', s.finding, 'source', s.source, 'heldOn', s.held_on,
      'documentId', s.document_id, 'recordedBy', s.recorded_by, 'recordedAt', s.recorded_at)`,
  },
  adjudication: {
    table: 'adjudications',
    at: 's.proposed_at',
    value: `jsonb_build_object('kind', 'adjudication', 'id', s.id, 'agencyId', s.agency_id,
      'credentialId', s.credential_id, 'answerIds', s.answer_ids, 'speaksAnswerId', s.speaks_answer_id,
      'proposedBy', s.proposed_by, 'proposedAt', s.proposed_at)`,
  },
  erasure: {
    table: 'log_erasures',
    at: 's.at',
    value: `jsonb_build_object('kind', 'erasure', 'id', s.id, 'leafIndex', s.leaf_index, 'erasedKind', s.kind,
      'sourceId', s.source_id, 'basis', s.basis, 'at', s.at)`,
  },
};

/** The kinds whose rows are found by their rising ids. Ends of answers are noted in log_pending; the last is made by retention. */
export const SCANNED_KINDS = [
  'audit_event',
  'answer',
  'snapshot',
  'erasure',
  'ballot',
  'ballot_vote',
  'board_letter',
  'rubric_review',
  'vendor_finding',
  'adjudication',
] as const satisfies EntryKind[];
export type ScannedKind = (typeof SCANNED_KINDS)[number];

export type SourceRow = { id: number; value: unknown };

/** Rows after `settled` that the log does not know, oldest first. */
export async function listUnlogged(
  db: Db,
  kind: ScannedKind,
  settled: number,
  limit: number,
): Promise<SourceRow[]> {
  const { table, value } = SOURCES[kind];
  return rowsOf(
    db,
    sql`select s.id, ${sql.raw(value)}::text as value from ${sql.raw(table)} s
      where s.id > ${settled} and ${isUnlogged(kind)} order by s.id limit ${limit}`,
  );
}

/** How many rows after `settled` are not in the log yet, and since when the oldest of them waits. */
export async function countWaiting(
  db: Db,
  kind: ScannedKind,
  settled: number,
): Promise<{ rows: number; oldest: Date | null }> {
  const { table, at } = SOURCES[kind];
  const [row] = (await db.execute(
    sql`select count(*)::int as rows, min(${sql.raw(at ?? 'null::timestamptz')}) as oldest from ${sql.raw(table)} s
      where s.id > ${settled} and ${isUnlogged(kind)}`,
  )) as unknown as { rows: number; oldest: Date | string | null }[];
  return { rows: row!.rows, oldest: row!.oldest === null ? null : new Date(row!.oldest) };
}

/** How many rows up to an id are not in the log although they should be. */
export async function countUnloggedUpTo(
  db: Db,
  kind: ScannedKind,
  settled: number,
): Promise<{ rows: number; first: number | null }> {
  const [row] = (await db.execute(
    sql`select count(*)::int as rows, min(s.id) as first from ${sql.raw(SOURCES[kind].table)} s
      where s.id <= ${settled} and ${isUnlogged(kind)}`,
  )) as unknown as { rows: number; first: number | null }[];
  return row!;
}

export async function highestId(db: Db, kind: ScannedKind): Promise<number> {
  const [row] = (await db.execute(
    sql`select coalesce(max(id), 0) as id from ${sql.raw(SOURCES[kind].table)}`,
  )) as unknown as { id: number }[];
  return row!.id;
}

/** What these rows say now; a row that is gone is left out. */
export async function readSources(db: Db, kind: EntryKind, ids: readonly number[]): Promise<SourceRow[]> {
  if (ids.length === 0) return [];
  const { table, value } = SOURCES[kind];
  return rowsOf(
    db,
    sql`select s.id, ${sql.raw(value)}::text as value from ${sql.raw(table)} s
      where s.id in (${sql.join([...ids], sql`, `)}) order by s.id`,
  );
}

function isUnlogged(kind: EntryKind): SQL {
  return sql`not exists (select 1 from log_openings o where o.kind = ${kind} and o.source_id = s.id)
    and not exists (select 1 from log_erasures e where e.kind = ${kind} and e.source_id = s.id)`;
}

async function rowsOf(db: Db, query: SQL): Promise<SourceRow[]> {
  const rows = (await db.execute(query)) as unknown as { id: number; value: string }[];
  return rows.map(({ id, value }) => ({ id, value: JSON.parse(value) as unknown }));
}
