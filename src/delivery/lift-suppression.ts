import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { StaffRole } from '../agencies/types.ts';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { DomainError, type DomainErrorCode } from '../lib/errors.ts';
import { canLift, type LiftAction, type LiftRefusal } from './rules.ts';
import type { LiftState } from './types.ts';

type Staff = { id: number; agencyId: number; role: StaffRole };
type LiftDeps = Pick<Deps, 'db' | 'clock'>;

const CODES: Record<LiftRefusal, DomainErrorCode> = {
  wrong_state: 'already_done',
  role: 'forbidden',
  same_person: 'needs_second_person',
};

function refuseUnless(
  action: LiftAction,
  lift: { state: LiftState; requestedBy: number } | null,
  staff: Staff,
): void {
  const decision = canLift(action, lift, staff);
  if (!decision.ok) throw new DomainError(CODES[decision.reason]);
}

/** Asks that an address be taken off the do-not-contact list, with a reason. Nothing changes until another person agrees. */
export async function requestLift(
  deps: LiftDeps,
  input: { staff: Staff; suppressionId: number; reason: string },
): Promise<void> {
  const { staff, suppressionId, reason } = input;
  refuseUnless('request', null, staff);
  const now = deps.clock.now();
  await deps.db
    .transaction(async (tx) => {
      await lockInForce(tx, suppressionId);
      const [lift] = await tx.execute<{ id: number }>(sql`
        insert into suppression_lifts (suppression_id, agency_id, reason, requested_by, requested_at)
        values (${suppressionId}, ${staff.agencyId}, ${reason}, ${staff.id}, ${now.toISOString()}::timestamptz)
        returning id`);
      await audit(tx, staff, 'suppression.lift_requested', suppressionId, Number(lift!.id), now);
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) throw new DomainError('already_done');
      throw error;
    });
}

/** The second person agrees: from the commit on the address may get mails again. */
export async function confirmLift(
  deps: LiftDeps,
  input: { staff: Staff; suppressionId: number },
): Promise<void> {
  const { staff, suppressionId } = input;
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const since = await lockInForce(tx, suppressionId);
    const lift = await lockOpenLift(tx, staff, suppressionId);
    refuseUnless('confirm', lift, staff);
    // Somebody said stop or complained after it was asked to take the address off for what was known then.
    if (since > lift.requestedAt) throw new DomainError('stale_form');
    await decide(tx, staff, lift.id, 'confirmed', now);
    await tx.execute(sql`
      update suppressions set lifted_at = ${now.toISOString()}::timestamptz, lifted_by = ${staff.id}, lifted_how = 'staff'
      where id = ${suppressionId} and lifted_at is null`);
    await audit(tx, staff, 'suppression.lifted', suppressionId, lift.id, now);
  });
}

export async function withdrawLift(
  deps: LiftDeps,
  input: { staff: Staff; suppressionId: number },
): Promise<void> {
  const { staff, suppressionId } = input;
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const lift = await lockOpenLift(tx, staff, suppressionId);
    refuseUnless('withdraw', lift, staff);
    await decide(tx, staff, lift.id, 'withdrawn', now);
    await audit(tx, staff, 'suppression.lift_withdrawn', suppressionId, lift.id, now);
  });
}

/** Since when it holds for the reason that it has. */
async function lockInForce(tx: Tx, suppressionId: number): Promise<Date> {
  const [row] = await tx.execute<{ lifted: boolean; since: Date }>(
    sql`select lifted_at is not null as lifted, created_at as since from suppressions where id = ${suppressionId} for update`,
  );
  if (!row) throw new DomainError('not_found');
  if (row.lifted) throw new DomainError('already_done');
  return row.since;
}

/** A request of the agency's own; another agency's is not found. */
async function lockOpenLift(tx: Tx, staff: Staff, suppressionId: number) {
  const [lift] = await tx.execute<{
    id: number;
    state: LiftState;
    requested_by: number;
    requested_at: Date;
  }>(sql`
    select id, state, requested_by, requested_at from suppression_lifts
    where suppression_id = ${suppressionId} and agency_id = ${staff.agencyId}
    order by id desc limit 1 for update`);
  if (!lift) throw new DomainError('not_found');
  return {
    id: Number(lift.id),
    state: lift.state,
    requestedBy: Number(lift.requested_by),
    requestedAt: lift.requested_at,
  };
}

async function decide(tx: Tx, staff: Staff, liftId: number, state: LiftState, now: Date): Promise<void> {
  await tx.execute(sql`
    update suppression_lifts set state = ${state}, decided_by = ${staff.id}, decided_at = ${now.toISOString()}::timestamptz
    where id = ${liftId} and state = 'requested'`);
}

async function audit(
  tx: Tx,
  staff: Staff,
  action: string,
  suppressionId: number,
  liftId: number,
  at: Date,
): Promise<void> {
  await recordAudit(tx, {
    at,
    agencyId: staff.agencyId,
    actorKind: 'staff',
    actorId: staff.id,
    action,
    subjectType: 'suppression',
    subjectId: suppressionId,
    details: { lift: liftId },
  });
}
