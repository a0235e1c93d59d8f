import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { getCommittee } from '../committees/queries.ts';
import type { RecusalSource } from '../committees/types.ts';
import { committeeSeats, recusals } from '../db/schema/committees.ts';
import { issuers } from '../db/schema/credentials.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';

type Actor = { agencyId: number; staffId: number; committeeId: number };

/** Records that the holder of a seat takes no part in anything about an issuer's credentials. It is the person's, not the seat's. */
export async function recordRecusal(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Actor & { seatId: number; issuerId: number; source: RecusalSource; reason: string },
): Promise<{ ok: true } | { ok: false; reason: 'seat_free' | 'already_recused' }> {
  const now = deps.clock.now();
  const { agencyId, staffId, committeeId, seatId, issuerId, source, reason } = input;
  return deps.db.transaction(async (tx) => {
    await getCommittee(tx, agencyId, committeeId);
    const [seat] = await tx
      .select({ holder: committeeSeats.holderContactId })
      .from(committeeSeats)
      .where(and(eq(committeeSeats.id, seatId), eq(committeeSeats.committeeId, committeeId)))
      .for('update');
    const [issuer] = await tx.select({ id: issuers.id }).from(issuers).where(eq(issuers.id, issuerId));
    if (!seat || !issuer) throw new DomainError('not_found');
    if (seat.holder === null) return { ok: false, reason: 'seat_free' };
    const [row] = await tx
      .insert(recusals)
      .values({
        seatId,
        contactId: seat.holder,
        issuerId,
        source,
        reason,
        recordedAt: now,
        recordedBy: staffId,
      })
      .onConflictDoNothing()
      .returning({ id: recusals.id });
    if (!row) return { ok: false, reason: 'already_recused' };
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'recusal.recorded',
      subjectType: 'recusal',
      subjectId: row.id,
      details: { seatId, issuerId, source },
    });
    return { ok: true };
  });
}

/** Ends a recusal; another person than the one who recorded it says so. It stays on record. */
export async function endRecusal(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Actor & { recusalId: number; reason: string },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await getCommittee(tx, input.agencyId, input.committeeId);
    const [recusal] = await tx
      .select({ id: recusals.id, recordedBy: recusals.recordedBy })
      .from(recusals)
      .innerJoin(committeeSeats, eq(committeeSeats.id, recusals.seatId))
      .where(and(eq(recusals.id, input.recusalId), eq(committeeSeats.committeeId, input.committeeId)));
    if (!recusal) throw new DomainError('not_found');
    if (recusal.recordedBy === input.staffId) throw new DomainError('needs_second_person');
    const ended = await tx
      .update(recusals)
      .set({ endedAt: now, endedBy: input.staffId, endReason: input.reason })
      .where(and(eq(recusals.id, recusal.id), isNull(recusals.endedAt)))
      .returning({ id: recusals.id });
    if (ended.length === 0) throw new DomainError('already_done');
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'recusal.ended',
      subjectType: 'recusal',
      subjectId: recusal.id,
    });
  });
}
