import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { duplicateOpenings, duplicateProposals, employerMerges, employers } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import { listDecisionsAgainst } from './identity-queries.ts';
import { addAliases, lockEmployerRegister } from './import-queries.ts';
import { refreshCountingUnits, type UnitChange } from './refresh-counting-units.ts';

export type Decision = { proposalId: number; agencyId: number; staffId: number; reason?: string | null };
export type DecideDeps = Pick<Deps, 'db' | 'clock' | 'employerObservers'>;
type Proposal = typeof duplicateProposals.$inferSelect;

/**
 * A person says that two records are one employer. One record stays, by default the older, and the other counts under
 * it; nothing of either is lost, and the merge can be undone. Counts follow at once. A merge that would join what
 * somebody said is different takes two people: it is asked for and confirmed (request-identity-change.ts).
 */
export async function mergeDuplicate(
  deps: DecideDeps,
  input: Decision & { survivorId?: number },
): Promise<UnitChange[]> {
  return inRegister(deps, (tx, now) => mergeIn(tx, deps, input, now));
}

/** The same inside a transaction that holds the register's lock; `againstDecisions` once two people have agreed. */
export async function mergeIn(
  tx: Tx,
  deps: DecideDeps,
  input: Decision & { survivorId?: number | undefined; againstDecisions?: boolean },
  now: Date,
): Promise<UnitChange[]> {
  return decide(tx, deps, input, 'merged', now, async (proposal) => {
    const against = input.againstDecisions ? [] : await listDecisionsAgainst(tx, proposal);
    if (against.length > 0) throw new DomainError('needs_second_person');
    const pair = [proposal.employerAId, proposal.employerBId];
    const chosen = input.survivorId ?? proposal.employerAId;
    if (!pair.includes(chosen)) throw new DomainError('not_found');
    const other = pair.find((id) => id !== chosen) as number;
    const [survivorId, mergedId] = [await rootOf(tx, chosen), await rootOf(tx, other)];
    if (survivorId !== mergedId) {
      await merge(tx, { survivorId, mergedId, proposalId: proposal.id, staffId: input.staffId, now });
    }
  });
}

/** A person says that two records are two employers, so both count. */
export async function markDistinct(deps: DecideDeps, input: Decision): Promise<UnitChange[]> {
  return inRegister(deps, (tx, now) => decide(tx, deps, input, 'distinct', now, async () => undefined));
}

/**
 * Takes a decision back: the pair is open again and counts once until it is decided anew. The caller has two people's
 * word for it (request-identity-change.ts) and holds the register's lock.
 */
export async function reopenIn(
  tx: Tx,
  deps: DecideDeps,
  input: Decision & { reason: string },
  now: Date,
): Promise<UnitChange[]> {
  const proposal = await getProposal(tx, input.proposalId);
  if (proposal.state === 'open') throw new DomainError('already_done');
  if (proposal.state === 'merged') await undoMergeOf(tx, proposal, input.staffId, now);
  await tx
    .insert(duplicateOpenings)
    .values({ proposalId: proposal.id, openedAt: proposal.openedAt, decidedAt: proposal.decidedAt ?? now });
  await tx
    .update(duplicateProposals)
    .set({ state: 'open', openedAt: now, decidedAt: null, decidedBy: null, decisionReason: null })
    .where(eq(duplicateProposals.id, proposal.id));
  return settle(tx, deps, proposal, { ...input, action: 'duplicate.reopened', now });
}

function inRegister<T>(deps: DecideDeps, act: (tx: Tx, now: Date) => Promise<T>): Promise<T> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    await lockEmployerRegister(tx);
    return act(tx, now);
  });
}

async function decide(
  tx: Tx,
  deps: DecideDeps,
  input: Decision,
  state: 'merged' | 'distinct',
  now: Date,
  act: (proposal: Proposal) => Promise<void>,
): Promise<UnitChange[]> {
  const proposal = await getProposal(tx, input.proposalId);
  if (proposal.state !== 'open') throw new DomainError('already_done');
  await act(proposal);
  await tx
    .update(duplicateProposals)
    .set({ state, decidedAt: now, decidedBy: input.staffId, decisionReason: input.reason ?? null })
    .where(and(eq(duplicateProposals.id, proposal.id), eq(duplicateProposals.state, 'open')));
  return settle(tx, deps, proposal, { ...input, action: `duplicate.${state}`, now });
}

async function getProposal(tx: Tx, id: number): Promise<Proposal> {
  const [proposal] = await tx.select().from(duplicateProposals).where(eq(duplicateProposals.id, id));
  if (!proposal) throw new DomainError('not_found');
  return proposal;
}

async function settle(
  tx: Tx,
  deps: DecideDeps,
  proposal: Proposal,
  entry: Decision & { action: string; now: Date },
): Promise<UnitChange[]> {
  const pair = [proposal.employerAId, proposal.employerBId];
  const changes = await refreshCountingUnits(tx, deps, pair, entry.now);
  await recordAudit(tx, {
    at: entry.now,
    agencyId: entry.agencyId,
    actorKind: 'staff',
    actorId: entry.staffId,
    action: entry.action,
    subjectType: 'duplicate_proposal',
    subjectId: proposal.id,
    details: { employerIds: pair, unitChanges: changes },
  });
  return changes;
}

/** A merged record always names the record at the end of the chain. */
async function rootOf(tx: Tx, employerId: number): Promise<number> {
  const [row] = await tx
    .select({ id: sql<number>`coalesce(${employers.mergedIntoId}, ${employers.id})`.mapWith(Number) })
    .from(employers)
    .where(eq(employers.id, employerId));
  invariant(row, 'the employer of a proposal exists');
  return row.id;
}

async function merge(
  tx: Tx,
  entry: { survivorId: number; mergedId: number; proposalId: number; staffId: number; now: Date },
): Promise<void> {
  const { survivorId, mergedId, proposalId, staffId, now } = entry;
  const records = await tx.execute<{ id: number; name: string; nameKey: string; fein: string | null }>(sql`
    select id, legal_name as name, name_key as "nameKey", fein from employers where id in (${survivorId}, ${mergedId})`);
  const feins = new Set(records.map((record) => record.fein).filter((fein) => fein !== null));
  // Two FEINs are two legal entities, whatever else agrees.
  if (feins.size > 1) throw new DomainError('different_feins');
  await tx
    .insert(employerMerges)
    .values({ survivorId, mergedId, proposalId, mergedAt: now, mergedBy: staffId });
  await tx.execute(sql`
    update employers set merged_into_id = ${survivorId}, updated_at = ${now}::timestamptz
    where id = ${mergedId} or merged_into_id = ${mergedId}`);
  const merged = records.find((record) => Number(record.id) === mergedId);
  if (merged) await addAliases(tx, [{ employerId: survivorId, name: merged.name, nameKey: merged.nameKey }]);
}

/**
 * Ends every merge of the group and makes again those that the other decisions still ask for, so that what remains
 * rests on decisions that stand. Aliases stay: they are names that people used.
 */
async function undoMergeOf(tx: Tx, proposal: Proposal, staffId: number, now: Date): Promise<void> {
  const root = await rootOf(tx, proposal.employerAId);
  const group = await tx.execute<{ id: number }>(sql`
    update employers set merged_into_id = null, updated_at = ${now}::timestamptz
    where merged_into_id = ${root} or id = ${root} returning id`);
  const members = sql`(select value::bigint from jsonb_array_elements_text(${JSON.stringify(group.map((row) => row.id))}::text::jsonb))`;
  await tx
    .update(employerMerges)
    .set({ undoneAt: now, undoneBy: staffId })
    .where(and(isNull(employerMerges.undoneAt), sql`${employerMerges.mergedId} in ${members}`));
  const standing = await tx
    .select()
    .from(duplicateProposals)
    .where(
      and(
        eq(duplicateProposals.state, 'merged'),
        ne(duplicateProposals.id, proposal.id),
        sql`${duplicateProposals.employerAId} in ${members} and ${duplicateProposals.employerBId} in ${members}`,
      ),
    )
    .orderBy(duplicateProposals.id);
  for (const other of standing) {
    const [rootA, rootB] = [await rootOf(tx, other.employerAId), await rootOf(tx, other.employerBId)];
    if (rootA === rootB) continue;
    const [survivorId, mergedId] = rootB === root ? [rootB, rootA] : [rootA, rootB];
    const decidedBy = other.decidedBy ?? staffId;
    await merge(tx, { survivorId, mergedId, proposalId: other.id, staffId: decidedBy, now });
  }
}
