import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import { retentionProposals, retentionRules } from '../db/schema/records.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { monthsInForce, retentionChanges } from './rules.ts';
import { RETENTION_CLASSES, type RetentionMonths } from './types.ts';

type Who = { agencyId: number; staffId: number };
type Which = Who & { proposalId: number };

/**
 * The first of two people says how long an agency is to keep each class; null keeps it until there is a rule. Nothing
 * changes until another person agrees.
 */
export async function proposeRetention(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Who & { months: RetentionMonths },
): Promise<{ ok: true; proposalId: number } | { ok: false; reason: 'unchanged' }> {
  const now = deps.clock.now();
  const { agencyId, staffId, months } = input;
  try {
    return await deps.db.transaction(async (tx) => {
      const rules = await tx.select().from(retentionRules).where(eq(retentionRules.agencyId, agencyId));
      if (retentionChanges(monthsInForce(rules), months).length === 0)
        return { ok: false, reason: 'unchanged' };
      const [row] = await tx
        .insert(retentionProposals)
        .values({ agencyId, months, proposedBy: staffId, proposedAt: now })
        .returning({ id: retentionProposals.id });
      await audit(tx, { agencyId, staffId, proposalId: row!.id }, now, 'proposed', { months });
      return { ok: true, proposalId: row!.id };
    });
  } catch (error) {
    // Somebody else's waits already.
    if (isUniqueViolation(error, 'retention_proposals_one_open')) throw new DomainError('already_done');
    throw error;
  }
}

/** The second person agrees: from now on what is older is deleted. */
export async function confirmRetention(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId } = input;
  await deps.db.transaction(async (tx) => {
    const proposal = await endProposal(tx, input, 'confirmed', now);
    const { months, proposedBy } = proposal;
    const rules = await tx.select().from(retentionRules).where(eq(retentionRules.agencyId, agencyId));
    for (const { name, from, to } of retentionChanges(monthsInForce(rules), months)) {
      await tx
        .delete(retentionRules)
        .where(and(eq(retentionRules.agencyId, agencyId), eq(retentionRules.class, name)));
      if (to !== null) {
        await tx
          .insert(retentionRules)
          .values({ agencyId, class: name, months: to, setBy: proposedBy, setAt: now, confirmedBy: staffId });
      }
      await recordAudit(tx, {
        at: now,
        agencyId,
        actorKind: 'staff',
        actorId: staffId,
        action: 'retention_rule.set',
        subjectType: 'retention_rule',
        subjectId: null,
        details: { class: name, from, to, proposedBy },
      });
    }
    await audit(tx, input, now, 'confirmed', {});
  });
}

/** Whoever proposed it, or anybody who may agree, may also let it go. */
export async function withdrawRetention(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await endProposal(tx, input, 'withdrawn', now);
    await audit(tx, input, now, 'withdrawn', {});
  });
}

async function endProposal(tx: Tx, input: Which, state: 'confirmed' | 'withdrawn', now: Date) {
  const [proposal] = await tx
    .select()
    .from(retentionProposals)
    .where(and(eq(retentionProposals.id, input.proposalId), eq(retentionProposals.agencyId, input.agencyId)))
    .for('update');
  if (!proposal) throw new DomainError('not_found');
  if (proposal.state !== 'proposed') throw new DomainError('already_done');
  if (state === 'confirmed' && proposal.proposedBy === input.staffId) {
    throw new DomainError('needs_second_person');
  }
  await tx
    .update(retentionProposals)
    .set({ state, endedBy: input.staffId, endedAt: now })
    .where(and(eq(retentionProposals.id, proposal.id), eq(retentionProposals.state, 'proposed')));
  // A class that came into being since is kept until somebody says otherwise.
  const months = Object.fromEntries(
    RETENTION_CLASSES.map((name) => [name, proposal.months[name] ?? null]),
  ) as RetentionMonths;
  return { ...proposal, months };
}

function audit(
  tx: Tx,
  { agencyId, staffId, proposalId }: Which,
  at: Date,
  what: 'proposed' | 'confirmed' | 'withdrawn',
  details: Record<string, unknown>,
): Promise<void> {
  return recordAudit(tx, {
    at,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: `retention_proposal.${what}`,
    subjectType: 'retention_proposal',
    subjectId: proposalId,
    details,
  });
}
