import { and, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { ballots, mailedBallots } from '../db/schema/votes.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { queueTouches, type Touch } from '../outreach/queue-touches.ts';
import { ballotCountsFrom, ballotReminderAt } from './voting-rules.ts';

/**
 * The second person opens a proposed ballot: everybody who may vote is mailed a link of their own, and those who have not
 * voted once more some days before it closes.
 */
export async function openBallot(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets' | 'queue'>,
  input: { agencyId: number; staffId: number; mailedBallotId: number },
): Promise<{ ok: true } | { ok: false; reason: 'closes_too_soon' }> {
  const now = deps.clock.now();
  const outcome = await deps.db.transaction(async (tx) => {
    const ballot = await takeMailedBallot(tx, input);
    if (ballot.state !== 'proposed') throw new DomainError('already_done');
    if (ballot.proposedBy === input.staffId) throw new DomainError('needs_second_person');
    if (ballot.closesAt <= now) return { ok: false as const, reason: 'closes_too_soon' as const };
    const voters = await tx.execute<{
      voterId: number;
      contactId: number;
      employerId: number;
      unitId: number;
      zone: string;
      agencyZone: string;
    }>(sql`
      select v.id::int as "voterId", v.contact_id::int as "contactId", v.employer_id::int as "employerId",
        e.unit_id::int as "unitId", coalesce(e.time_zone, a.time_zone) as zone, a.time_zone as "agencyZone"
      from ballot_voters v
      join employers e on e.id = v.employer_id
      join mailed_ballots b on b.id = v.mailed_ballot_id
      join agencies a on a.id = b.agency_id
      where v.mailed_ballot_id = ${ballot.id}
      order by v.id`);
    const [made] = await tx
      .insert(ballots)
      .values({
        agencyId: ballot.agencyId,
        credentialId: ballot.credentialId,
        kind: 'employer_ballot',
        body: ballot.body,
        heldOn: dayIn(voters[0]!.agencyZone, ballot.closesAt),
        eligible: new Set(voters.map(({ unitId }) => unitId)).size,
        quorum: 0,
        recordedBy: input.staffId,
        // Until then it is no record, so nothing counts it and no page shows how it stands.
        recordedAt: ballotCountsFrom(ballot.closesAt),
      })
      .returning({ id: ballots.id });
    await tx
      .update(mailedBallots)
      .set({ state: 'open', openedBy: input.staffId, openedAt: now, ballotId: made!.id })
      .where(eq(mailedBallots.id, ballot.id));
    const remindAt = ballotReminderAt(now, ballot.closesAt);
    const { credentialId } = ballot;
    const touches = voters.flatMap(({ voterId, contactId, employerId, zone }): Touch[] => {
      const common = {
        kind: 'ballot' as const,
        agencyId: ballot.agencyId,
        contactId,
        employerId,
        timeZone: zone,
        notAfter: ballot.closesAt,
      };
      return [
        { ...common, key: `${voterId}:0`, step: 0, refs: { voterId, credentialId }, sendAfter: now },
        ...(remindAt
          ? [
              {
                ...common,
                key: `${voterId}:1`,
                step: 1,
                refs: { voterId, credentialId, reminder: 1 },
                sendAfter: remindAt,
              },
            ]
          : []),
      ];
    });
    await queueTouches(tx, deps, touches, now);
    await recordAudit(tx, {
      at: now,
      agencyId: ballot.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'mailed_ballot.opened',
      subjectType: 'mailed_ballot',
      subjectId: ballot.id,
      details: { ballotId: made!.id, voters: voters.length },
    });
    return { ok: true as const };
  });
  if (outcome.ok) await deps.queue.enqueue('outreach.send-due', {});
  return outcome;
}

/** Calls a ballot off that has not closed. Votes that were cast stay on record and count nowhere. */
export async function cancelBallot(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; mailedBallotId: number; reason: string },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const ballot = await takeMailedBallot(tx, input);
    if (ballot.state === 'cancelled' || (ballot.state === 'open' && ballot.closesAt <= now)) {
      throw new DomainError('already_done');
    }
    await tx
      .update(mailedBallots)
      .set({
        state: 'cancelled',
        cancelledBy: input.staffId,
        cancelledAt: now,
        cancelReason: input.reason,
      })
      .where(eq(mailedBallots.id, ballot.id));
    if (ballot.ballotId !== null) {
      await tx
        .update(ballots)
        .set({ withdrawnAt: now, withdrawnBy: input.staffId, withdrawReason: input.reason })
        .where(eq(ballots.id, ballot.ballotId));
    }
    await recordAudit(tx, {
      at: now,
      agencyId: ballot.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'mailed_ballot.cancelled',
      subjectType: 'mailed_ballot',
      subjectId: ballot.id,
      details: {},
    });
  });
}

/** Two people who act on one ballot take turns, and nobody votes on one that is just being called off. */
async function takeMailedBallot(tx: Tx, input: { agencyId: number; mailedBallotId: number }) {
  const [ballot] = await tx
    .select()
    .from(mailedBallots)
    .where(and(eq(mailedBallots.id, input.mailedBallotId), eq(mailedBallots.agencyId, input.agencyId)))
    .for('update');
  if (!ballot) throw new DomainError('not_found');
  return ballot;
}
