import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import { duplicateProposals, identityRequests } from '../db/schema/employers.ts';
import { DomainError } from '../lib/errors.ts';
import { type DecideDeps, mergeIn, reopenIn } from './decide-duplicate.ts';
import { findOpenRequest, type IdentityRequest } from './identity-queries.ts';
import { lockEmployerRegister } from './import-queries.ts';
import type { UnitChange } from './refresh-counting-units.ts';
import type { IdentityRequestKind } from './types.ts';

type Actor = { agencyId: number; staffId: number };

/**
 * Asks to go against an identity decision: to take one back, or to merge what somebody said is different. Nothing
 * changes until another person confirms it (S7).
 */
export async function requestIdentityChange(
  deps: DecideDeps,
  input: Actor & {
    proposalId: number;
    kind: IdentityRequestKind;
    survivorId?: number | undefined;
    reason: string;
  },
): Promise<void> {
  const now = deps.clock.now();
  const { proposalId, kind, reason, agencyId, staffId } = input;
  await deps.db
    .transaction(async (tx) => {
      const [proposal] = await tx
        .select()
        .from(duplicateProposals)
        .where(eq(duplicateProposals.id, proposalId))
        .for('update');
      if (!proposal) throw new DomainError('not_found');
      if ((proposal.state === 'open') !== (kind === 'merge')) throw new DomainError('already_done');
      const pair = [proposal.employerAId, proposal.employerBId];
      const survivorId = kind === 'merge' ? (input.survivorId ?? proposal.employerAId) : null;
      if (survivorId !== null && !pair.includes(survivorId)) throw new DomainError('not_found');
      await tx.insert(identityRequests).values({
        agencyId,
        kind,
        proposalId,
        survivorId,
        reason,
        requestedBy: staffId,
        requestedAt: now,
      });
      await audit(tx, input, { at: now, action: `duplicate.${kind}_requested`, proposalId });
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? new DomainError('already_done') : error;
    });
}

/** A second person confirms, and it is done at once; counts follow. */
export async function confirmIdentityChange(
  deps: DecideDeps,
  input: Actor & { proposalId: number },
): Promise<UnitChange[]> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    await lockEmployerRegister(tx);
    const request = await findOpenRequest(tx, input.proposalId);
    if (!request) throw new DomainError('already_done');
    if (request.requestedBy === input.staffId) throw new DomainError('needs_second_person');
    await close(tx, request, 'confirmed', input.staffId, now);
    const decision = { ...input, reason: request.reason };
    return request.kind === 'reopen'
      ? reopenIn(tx, deps, decision, now)
      : mergeIn(
          tx,
          deps,
          { ...decision, survivorId: request.survivorId ?? undefined, againstDecisions: true },
          now,
        );
  });
}

/** Takes a request back, or turns it down: the decision stands as it was. */
export async function withdrawIdentityChange(
  deps: DecideDeps,
  input: Actor & { proposalId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const request = await findOpenRequest(tx, input.proposalId);
    if (!request) throw new DomainError('already_done');
    await close(tx, request, 'withdrawn', input.staffId, now);
    const action = `duplicate.${request.kind}_withdrawn`;
    await audit(tx, input, { at: now, action, proposalId: input.proposalId });
  });
}

async function close(
  tx: Tx,
  request: IdentityRequest,
  state: 'confirmed' | 'withdrawn',
  staffId: number,
  now: Date,
): Promise<void> {
  const closed = await tx
    .update(identityRequests)
    .set({ state, decidedBy: staffId, decidedAt: now })
    .where(and(eq(identityRequests.id, request.id), eq(identityRequests.state, 'requested')))
    .returning({ id: identityRequests.id });
  if (closed.length === 0) throw new DomainError('already_done');
}

async function audit(
  tx: Tx,
  { agencyId, staffId }: Actor,
  entry: { at: Date; action: string; proposalId: number },
): Promise<void> {
  await recordAudit(tx, {
    at: entry.at,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: entry.action,
    subjectType: 'duplicate_proposal',
    subjectId: entry.proposalId,
    details: {},
  });
}
