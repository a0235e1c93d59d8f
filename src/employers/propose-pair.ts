import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { duplicateProposals, employers } from '../db/schema/employers.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import type { DecideDeps } from './decide-duplicate.ts';
import { lockEmployerRegister } from './import-queries.ts';
import { scorePair } from './propose-duplicates.ts';
import { refreshCountingUnits } from './refresh-counting-units.ts';

/** Somebody's word is a sign like another; what the records say weighs more. */
const NAMED_WEIGHT = 0.3;

/**
 * A person names two records that may be one employer; from now on they count once until it is decided. A pair that is
 * known already leads to what was decided about it.
 */
export async function proposePair(
  deps: DecideDeps,
  input: { agencyId: number; staffId: number; employerIds: [number, number] },
): Promise<{ proposalId: number; isNew: boolean }> {
  const now = deps.clock.now();
  const [a, b] = input.employerIds.toSorted((one, other) => one - other) as [number, number];
  invariant(a !== b, 'a record is no duplicate of itself');
  return deps.db.transaction(async (tx) => {
    await lockEmployerRegister(tx);
    const found = await tx.select({ id: employers.id }).from(employers).where(eq(employers.id, b));
    if (found.length === 0) throw new DomainError('not_found');
    const [known] = await tx
      .select({ id: duplicateProposals.id })
      .from(duplicateProposals)
      .where(and(eq(duplicateProposals.employerAId, a), eq(duplicateProposals.employerBId, b)));
    if (known) return { proposalId: known.id, isNew: false };
    const alike = await scorePair(tx, a, b);
    const [proposal] = await tx
      .insert(duplicateProposals)
      .values({
        employerAId: a,
        employerBId: b,
        reasons: [...(alike?.reasons ?? []), { code: 'named_by_staff', weight: NAMED_WEIGHT }],
        score: alike?.score ?? NAMED_WEIGHT,
        openedAt: now,
        openedBy: input.staffId,
      })
      .returning({ id: duplicateProposals.id });
    invariant(proposal, 'a proposal was inserted');
    await refreshCountingUnits(tx, deps, [a, b], now);
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'duplicate.named',
      subjectType: 'duplicate_proposal',
      subjectId: proposal.id,
      details: { employerIds: [a, b] },
    });
    return { proposalId: proposal.id, isNew: true };
  });
}
