import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { RecordsScope } from './queries.ts';

/** What a body said of a credential: a ballot, a board's letter, a team's review, a finding on vendors. */
export type BodyRecord = {
  what: 'ballot' | 'board letter' | 'review' | 'vendor finding';
  id: number;
  credential: string;
  heldOn: string;
  recordedAt: Date;
  recordedBy: string;
  note: string;
  withdrawnAt: Date | null;
  withdrawnBy: string | null;
  withdrawReason: string | null;
  /** By kind: body, eligible and quorum of a ballot, the board and what it said, a team's tier, a finding and its source. */
  facts: Record<string, string | number | boolean | null>;
};

/** One vote of a ballot. By a mailed link each version stands, and the last one counts. */
export type VoteRecord = {
  voteId: number;
  ballotId: number;
  credential: string;
  choice: string;
  relation: string;
  version: number | null;
  castAt: Date | null;
  provenance: string | null;
  voter: string;
  reason: string;
  employerName: string;
};

const dateOrNull = (value: Date | null) => value && new Date(value);

/** What bodies said that an agency recorded in a time, taken back or not, in order of what it is and when it came. */
export async function listBodyRecords(db: Db, scope: RecordsScope, now: Date): Promise<BodyRecord[]> {
  const rows = await db.execute<BodyRecord>(sql`
    select said.what, said.id::int as id, c.slug as credential, said.held_on::text as "heldOn",
      said.recorded_at as "recordedAt", recorder.name as "recordedBy", said.note, said.withdrawn_at as "withdrawnAt",
      withdrawer.name as "withdrawnBy", said.withdraw_reason as "withdrawReason", said.facts
    from (
      select 1 as place, 'ballot' as what, id, agency_id, credential_id, held_on, recorded_at, recorded_by, note,
        withdrawn_at, withdrawn_by, withdraw_reason,
        jsonb_build_object('kind', kind, 'body', body, 'eligible', eligible, 'quorum', quorum) as facts
      from ballots
      union all select 2, 'board letter', id, agency_id, credential_id, held_on, recorded_at, recorded_by, note,
        withdrawn_at, withdrawn_by, withdraw_reason,
        jsonb_build_object('kind', kind, 'board', board, 'supports', supports)
      from board_letters
      union all select 3, 'review', id, agency_id, credential_id, held_on, recorded_at, recorded_by, note,
        withdrawn_at, withdrawn_by, withdraw_reason,
        jsonb_build_object('team', team, 'isSettling', is_settling, 'tier', tier)
      from rubric_reviews
      union all select 4, 'vendor finding', id, agency_id, credential_id, held_on, recorded_at, recorded_by, note,
        withdrawn_at, withdrawn_by, withdraw_reason, jsonb_build_object('finding', finding, 'source', source)
      from vendor_findings
    ) said
    join credentials c on c.id = said.credential_id
    join staff_members recorder on recorder.id = said.recorded_by
    left join staff_members withdrawer on withdrawer.id = said.withdrawn_by
    where said.agency_id = ${scope.agencyId} and said.recorded_at >= ${scope.from} and said.recorded_at < ${scope.until}
      and said.recorded_at <= ${now}
      and (${scope.credentialId}::bigint is null or said.credential_id = ${scope.credentialId})
    order by said.place, said.id`);
  return rows.map((row) => ({
    ...row,
    recordedAt: new Date(row.recordedAt),
    withdrawnAt: dateOrNull(row.withdrawnAt),
  }));
}

/**
 * The votes of those ballots, the oldest first. Who voted how is secret here too until the ballot has closed, and for ever
 * where a secret one was called off.
 */
export async function listVotesForRecords(
  db: Db,
  scope: RecordsScope,
  now: Date,
  limit: number,
): Promise<VoteRecord[]> {
  const rows = await db.execute<VoteRecord>(sql`
    select v.id::int as "voteId", b.id::int as "ballotId", c.slug as credential, v.choice, v.relation, v.version,
      v.cast_at as "castAt", v.provenance, v.voter, v.reason, coalesce(e.legal_name, '') as "employerName"
    from ballots b
    join ballot_votes v on v.ballot_id = b.id
    join credentials c on c.id = b.credential_id
    left join employers e on e.id = v.employer_id
    where b.agency_id = ${scope.agencyId} and b.recorded_at >= ${scope.from} and b.recorded_at < ${scope.until}
      and b.recorded_at <= ${now} and (${scope.credentialId}::bigint is null or b.credential_id = ${scope.credentialId})
      and not exists (
        select 1 from mailed_ballots m where m.ballot_id = b.id and m.is_secret and m.state = 'cancelled')
    order by v.id limit ${limit}`);
  return rows.map((row) => ({ ...row, castAt: dateOrNull(row.castAt) }));
}
