import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { type Db, isUniqueViolation, type Tx } from '../db/client.ts';
import { adjudications } from '../db/schema/evidence.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { findAdjudication } from './adjudication-queries.ts';
import { getPoliciesByHash, listUnitsToRefresh, lockUnitsOf, type UnitOfCredential } from './queries.ts';
import { refreshPositions } from './refresh-positions.ts';
import type { Policy } from './rules/policy.ts';
import { takePositions } from './take-positions.ts';

type Actor = { agencyId: number; staffId: number };
type SettleDeps = Pick<Deps, 'db' | 'clock'>;

export type Dispute = {
  /** The answers that disagree under a policy that leaves it to staff, all of them, in order. */
  answerIds: number[];
  employerIds: readonly number[];
  /** The policies under which it is missing from the count. */
  policies: { policyVersionId: number; body: Policy }[];
};

/** What a counting unit's people disagree about now; null when they do not, or no policy leaves it to staff. */
export async function findDispute(db: Db, pair: UnitOfCredential, now: Date): Promise<Dispute | null> {
  const units = await listUnitsToRefresh(db, [pair]);
  const bodies = await getPoliciesByHash(
    db,
    units.flatMap(({ tallies }) => tallies),
  );
  const [taken] = await takePositions(db, units, bodies, () => now);
  if (!taken) return null;
  const answerIds = new Set<number>();
  const policies: Dispute['policies'] = [];
  for (const [index, { policyVersionId, policySha256 }] of taken.unit.tallies.entries()) {
    const position = taken.positions[index];
    if (position?.status !== 'conflicting') continue;
    policies.push({ policyVersionId, body: bodies.get(policySha256)! });
    for (const { answerId, reason } of position.exclusions) {
      if (reason === 'contacts_disagree') answerIds.add(answerId);
    }
  }
  if (policies.length === 0) return null;
  return {
    answerIds: [...answerIds].sort((a, b) => a - b),
    employerIds: taken.unit.facts.employerIds,
    policies,
  };
}

/**
 * One person proposes whose answer speaks for an employer whose people disagree, or that none of them counts, with a
 * written reason. It changes nothing until another confirms it.
 */
export async function proposeAdjudication(
  deps: SettleDeps,
  input: Actor &
    UnitOfCredential & { seenAnswerIds: number[]; speaksAnswerId: number | null; reason: string },
): Promise<number> {
  const now = deps.clock.now();
  const { agencyId, staffId, credentialId, unitId, speaksAnswerId, reason } = input;
  return deps.db
    .transaction(async (tx) => {
      await lockUnitsOf(tx, [unitId]);
      const dispute = await findDispute(tx, input, now);
      if (!dispute || !isSame(dispute.answerIds, input.seenAnswerIds)) throw new DomainError('stale_form');
      const { answerIds } = dispute;
      if (speaksAnswerId !== null && !answerIds.includes(speaksAnswerId)) throw new DomainError('not_found');
      const [row] = await tx
        .insert(adjudications)
        .values({
          agencyId,
          credentialId,
          unitId,
          answerIds,
          speaksAnswerId,
          reason,
          proposedAt: now,
          proposedBy: staffId,
        })
        .returning({ id: adjudications.id });
      await audit(tx, input, { at: now, action: 'adjudication.proposed', id: row!.id, details: { unitId } });
      return row!.id;
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error, 'adjudications_proposed') ? new DomainError('already_done') : error;
    });
}

/** Another person confirms, and counts follow at once. Where the answers changed meanwhile it must be proposed anew. */
export async function confirmAdjudication(deps: SettleDeps, input: Actor & { id: number }): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const { pair, row } = await lockCase(tx, input);
    if (row.state !== 'proposed') throw new DomainError('already_done');
    if (row.proposedBy === input.staffId) throw new DomainError('needs_second_person');
    const dispute = await findDispute(tx, pair, now);
    if (!dispute || !isSame(dispute.answerIds, row.answerIds)) throw new DomainError('stale_form');
    await change(tx, row.id, 'proposed', { state: 'in_force', decidedAt: now, decidedBy: input.staffId });
    await audit(tx, input, { at: now, action: 'adjudication.confirmed', id: row.id });
    await refreshPositions(tx, [pair], now);
  });
}

/** Takes a proposal back, or turns it down. */
export async function withdrawAdjudication(deps: SettleDeps, input: Actor & { id: number }): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const row = await findAdjudication(tx, input.agencyId, input.id);
    if (!row) throw new DomainError('not_found');
    await change(tx, row.id, 'proposed', { state: 'withdrawn', decidedAt: now, decidedBy: input.staffId });
    await audit(tx, input, { at: now, action: 'adjudication.withdrawn', id: row.id });
  });
}

/** One person asks to take back what two had decided; nothing changes until another confirms. */
export async function requestAdjudicationEnd(
  deps: SettleDeps,
  input: Actor & { id: number; reason: string },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const row = await findAdjudication(tx, input.agencyId, input.id);
    if (!row) throw new DomainError('not_found');
    const asked = await tx
      .update(adjudications)
      .set({ endRequestedAt: now, endRequestedBy: input.staffId, endReason: input.reason })
      .where(
        and(
          eq(adjudications.id, row.id),
          eq(adjudications.state, 'in_force'),
          isNull(adjudications.endRequestedBy),
        ),
      )
      .returning({ id: adjudications.id });
    if (asked.length === 0) throw new DomainError('already_done');
    await audit(tx, input, { at: now, action: 'adjudication.end_requested', id: row.id });
  });
}

/** Another person confirms that it ends, and the employer is conflicting again; or turns it down. */
export async function answerAdjudicationEnd(
  deps: SettleDeps,
  input: Actor & { id: number; ends: boolean },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const { pair, row } = await lockCase(tx, input);
    if (row.state !== 'in_force' || row.endRequestedBy === null) throw new DomainError('already_done');
    if (!input.ends) {
      await tx
        .update(adjudications)
        .set({ endRequestedAt: null, endRequestedBy: null, endReason: null })
        .where(and(eq(adjudications.id, row.id), isNotNull(adjudications.endRequestedBy)));
      await audit(tx, input, { at: now, action: 'adjudication.end_turned_down', id: row.id });
      return;
    }
    if (row.endRequestedBy === input.staffId) throw new DomainError('needs_second_person');
    await change(tx, row.id, 'in_force', { state: 'ended', endedAt: now, endedBy: input.staffId });
    await audit(tx, input, { at: now, action: 'adjudication.ended', id: row.id });
    await refreshPositions(tx, [pair], now);
  });
}

/** Locks the employer as answers do, so that nobody's answer is passed over. */
async function lockCase(tx: Tx, input: Actor & { id: number }) {
  const row = await findAdjudication(tx, input.agencyId, input.id);
  if (!row) throw new DomainError('not_found');
  const units = await lockUnitsOf(tx, [row.unitId]);
  const pair = { credentialId: row.credentialId, unitId: units.get(row.unitId)! };
  return { row, pair };
}

async function change(
  tx: Tx,
  id: number,
  from: 'proposed' | 'in_force',
  values: Partial<typeof adjudications.$inferInsert>,
): Promise<void> {
  const changed = await tx
    .update(adjudications)
    .set(values)
    .where(and(eq(adjudications.id, id), sql`${adjudications.state} = ${from}`))
    .returning({ id: adjudications.id });
  if (changed.length === 0) throw new DomainError('already_done');
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  const sorted = other.toSorted((a, b) => a - b);
  return one.length === sorted.length && one.every((id, index) => id === sorted[index]);
}

async function audit(
  tx: Tx,
  { agencyId, staffId }: Actor,
  entry: { at: Date; action: string; id: number; details?: Record<string, unknown> },
): Promise<void> {
  await recordAudit(tx, {
    at: entry.at,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: entry.action,
    subjectType: 'adjudication',
    subjectId: entry.id,
    details: entry.details ?? {},
  });
}
