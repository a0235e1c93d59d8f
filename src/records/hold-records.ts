import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { legalHolds } from '../db/schema/records.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { decideLift } from './rules.ts';

type Who = { agencyId: number; staffId: number };
type Which = Who & { holdId: number };

/** From now on nothing that the hold covers is deleted. One person is enough to keep things. */
export async function placeHold(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Who & { reason: string; credentialId: number | null },
): Promise<{ holdId: number }> {
  const now = deps.clock.now();
  const { agencyId, staffId, reason, credentialId } = input;
  return deps.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(legalHolds)
      .values({ agencyId, reason, credentialId, placedBy: staffId, placedAt: now })
      .returning({ id: legalHolds.id });
    await audit(tx, { agencyId, staffId, holdId: row!.id }, now, 'placed', { credentialId });
    return { holdId: row!.id };
  });
}

/** The first of two people asks that a hold be lifted, and says why. It stays in force until another agrees. */
export async function requestHoldLift(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Which & { reason: string },
): Promise<void> {
  await step(deps, input, 'request', (now) => ({
    liftReason: input.reason,
    liftRequestedBy: input.staffId,
    liftRequestedAt: now,
  }));
}

/** The second person agrees: what the hold covered is deleted again once its time is over. */
export async function confirmHoldLift(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  await step(deps, input, 'confirm', (now) => ({ liftedBy: input.staffId, liftedAt: now }));
}

/** Anybody who may agree may also say no: the hold stays. */
export async function keepHold(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  await step(deps, input, 'keep', () => ({ liftReason: null, liftRequestedBy: null, liftRequestedAt: null }));
}

const DID = { request: 'lift_requested', confirm: 'lifted', keep: 'kept' } as const;

async function step(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Which,
  what: keyof typeof DID,
  change: (now: Date) => Partial<typeof legalHolds.$inferInsert>,
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [hold] = await tx
      .select()
      .from(legalHolds)
      .where(and(eq(legalHolds.id, input.holdId), eq(legalHolds.agencyId, input.agencyId)))
      .for('update');
    if (!hold) throw new DomainError('not_found');
    const decided = decideLift(what, hold, input.staffId);
    if (decided !== 'ok') throw new DomainError(decided);
    await tx.update(legalHolds).set(change(now)).where(eq(legalHolds.id, hold.id));
    await audit(tx, input, now, DID[what], {});
  });
}

function audit(
  tx: Tx,
  { agencyId, staffId, holdId }: Which,
  at: Date,
  what: 'placed' | (typeof DID)[keyof typeof DID],
  details: Record<string, unknown>,
): Promise<void> {
  return recordAudit(tx, {
    at,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: `legal_hold.${what}`,
    subjectType: 'legal_hold',
    subjectId: holdId,
    details,
  });
}
