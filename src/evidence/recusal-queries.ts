import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { Relation } from '../surveys/types.ts';
import type { ConnectionFind } from './types.ts';

export type SeatConnection = {
  seatId: number;
  issuerId: number;
  issuer: string;
  relation: Relation;
  /** How it is known: found, set by staff, or declared with an answer. */
  known: ConnectionFind | 'staff' | 'declared';
};

/** How the employers of a committee's members are connected to issuers, by marks in force and by what they declared. */
export async function listSeatConnections(db: Db, committeeId: number): Promise<SeatConnection[]> {
  return [
    ...(await db.execute<SeatConnection>(sql`
      with member as (
        select s.id as seat_id, m.id as employer_id
        from committee_seats s
        join contacts c on c.id = s.holder_contact_id
        join employers own on own.id = c.employer_id
        join employers m on m.unit_id = own.unit_id
        where s.committee_id = ${committeeId}
      ), connected as (
        select member.seat_id, k.issuer_id, k.relation, coalesce(k.found, 'staff') as known
        from member join conflict_marks k on k.employer_id = member.employer_id and k.cleared_at is null
        union
        select member.seat_id, c.issuer_id, a.relation, 'declared'
        from member
        join answers a on a.employer_id = member.employer_id and a.ended_at is null and a.relation <> 'none'
        join credentials c on c.id = a.credential_id
      )
      select distinct on (seat_id, issuer_id, relation) seat_id as "seatId", issuer_id as "issuerId", i.name as issuer,
        relation, known
      from connected join issuers i on i.id = issuer_id
      where relation <> 'customer'
      order by seat_id, issuer_id, relation, known`)),
  ];
}

export type RecusalRow = {
  id: number;
  seatId: number;
  seatNumber: number;
  member: string;
  issuerId: number;
  issuer: string;
  source: 'member' | 'staff';
  reason: string;
  recordedAt: Date;
  recordedBy: number;
  recorderName: string;
  endedAt: Date | null;
  enderName: string | null;
  endReason: string | null;
  /** Whether the member still holds the seat. */
  isCurrent: boolean;
};

/** Recusals of a committee's members, those in force first; ended ones are kept. */
export async function listRecusals(db: Db, committeeId: number): Promise<RecusalRow[]> {
  const rows = await db.execute<
    Omit<RecusalRow, 'recordedAt' | 'endedAt'> & { recordedAt: string; endedAt: string | null }
  >(sql`
    select r.id, r.seat_id as "seatId", s.number as "seatNumber", coalesce(nullif(c.name, ''), 'Name not known') as member,
      r.issuer_id as "issuerId", i.name as issuer, r.source, r.reason, r.recorded_at as "recordedAt",
      r.recorded_by as "recordedBy", b.name as "recorderName", r.ended_at as "endedAt", e.name as "enderName",
      r.end_reason as "endReason", s.holder_contact_id = r.contact_id as "isCurrent"
    from recusals r
    join committee_seats s on s.id = r.seat_id
    join contacts c on c.id = r.contact_id
    join issuers i on i.id = r.issuer_id
    join staff_members b on b.id = r.recorded_by
    left join staff_members e on e.id = r.ended_by
    where s.committee_id = ${committeeId}
    order by r.ended_at is not null, r.id desc limit 200`);
  return rows.map(({ recordedAt, endedAt, ...row }) => ({
    ...row,
    isCurrent: row.isCurrent === true,
    recordedAt: new Date(recordedAt),
    endedAt: endedAt === null ? null : new Date(endedAt),
  }));
}
