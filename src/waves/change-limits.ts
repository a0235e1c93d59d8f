import { and, eq, isNull, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Tx } from '../db/client.ts';
import { agencyBlackouts, budgetRules, sendingDomains } from '../db/schema/cadence.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { BudgetLimits } from '../outreach/planner/budget.ts';
import type { Staff } from './create-wave.ts';
import { listRuleTopics } from './limits-queries.ts';

type ChangeDeps = Pick<Deps, 'db' | 'clock'>;

/** Sets what an agency keeps beyond the shared budget, for all it asks or for one topic; one rule each. */
export async function setBudgetRule(
  deps: ChangeDeps,
  input: {
    staff: Staff;
    about: { credentialId: number | null; committeeId: number | null };
    limits: BudgetLimits;
  },
): Promise<void> {
  const { staff, about, limits } = input;
  await change(deps, staff, async (tx, now) => {
    const topics = await listRuleTopics(tx, staff.agencyId);
    const isKnown =
      (about.credentialId === null || topics.credentials.some(({ id }) => id === about.credentialId)) &&
      (about.committeeId === null || topics.committees.some(({ id }) => id === about.committeeId));
    if (!isKnown) throw new DomainError('not_found');
    await tx.execute(sql`
      insert into budget_rules (agency_id, credential_id, committee_id, limits, updated_by, updated_at)
      values (${staff.agencyId}, ${about.credentialId}, ${about.committeeId}, ${JSON.stringify(limits)}::text::jsonb,
        ${staff.id}, ${now.toISOString()}::timestamptz)
      on conflict (agency_id, coalesce(credential_id, 0), coalesce(committee_id, 0)) do update
        set limits = excluded.limits, updated_by = excluded.updated_by, updated_at = excluded.updated_at`);
    return { action: 'budget_rule.set', details: { ...about, limits } };
  });
}

export async function removeBudgetRule(
  deps: ChangeDeps,
  { staff, id }: { staff: Staff; id: number },
): Promise<void> {
  await change(deps, staff, async (tx) => {
    const [gone] = await tx
      .delete(budgetRules)
      .where(and(eq(budgetRules.id, id), eq(budgetRules.agencyId, staff.agencyId)))
      .returning();
    if (!gone) throw new DomainError('not_found');
    const { credentialId, committeeId, limits } = gone;
    return { action: 'budget_rule.removed', details: { credentialId, committeeId, limits } };
  });
}

/** Days on which nothing of the agency leaves; waves that are under way heed them when they plan anew. */
export async function addDaysOff(
  deps: ChangeDeps,
  { staff, ...days }: { staff: Staff; firstDay: string; lastDay: string; reason: string },
): Promise<void> {
  await change(deps, staff, async (tx, now) => {
    const same = and(
      eq(agencyBlackouts.agencyId, staff.agencyId),
      eq(agencyBlackouts.firstDay, days.firstDay),
      eq(agencyBlackouts.lastDay, days.lastDay),
      isNull(agencyBlackouts.removedAt),
    );
    // The same form sent twice.
    if ((await tx.select({ id: agencyBlackouts.id }).from(agencyBlackouts).where(same)).length > 0)
      return null;
    await tx
      .insert(agencyBlackouts)
      .values({ agencyId: staff.agencyId, ...days, createdBy: staff.id, createdAt: now });
    const { firstDay, lastDay } = days;
    return { action: 'days_off.added', details: { firstDay, lastDay } };
  });
}

export async function removeDaysOff(
  deps: ChangeDeps,
  { staff, id }: { staff: Staff; id: number },
): Promise<void> {
  await change(deps, staff, async (tx, now) => {
    const [gone] = await tx
      .update(agencyBlackouts)
      .set({ removedAt: now })
      .where(
        and(
          eq(agencyBlackouts.id, id),
          eq(agencyBlackouts.agencyId, staff.agencyId),
          isNull(agencyBlackouts.removedAt),
        ),
      )
      .returning();
    if (!gone) throw new DomainError('not_found');
    return { action: 'days_off.removed', details: { firstDay: gone.firstDay, lastDay: gone.lastDay } };
  });
}

/** Says whether receivers know the agency's From domain, or from which day it is warmed up. */
export async function setWarmUp(
  deps: ChangeDeps,
  { staff, domain, warmUpFrom }: { staff: Staff; domain: string; warmUpFrom: string | null },
): Promise<void> {
  await change(deps, staff, async (tx, now) => {
    const row = { warmUpFrom, setBy: staff.id, updatedAt: now };
    await tx
      .insert(sendingDomains)
      .values({ domain, ...row })
      .onConflictDoUpdate({ target: sendingDomains.domain, set: row });
    return { action: 'sending_domain.set', details: { domain, warmUpFrom } };
  });
}

/** Administrators alone change limits; what they do is on record. */
async function change(
  deps: ChangeDeps,
  staff: Staff,
  act: (tx: Tx, now: Date) => Promise<{ action: string; details: Record<string, unknown> } | null>,
): Promise<void> {
  if (!hasRole(staff.role, 'admin')) throw new DomainError('forbidden');
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const done = await act(tx, now);
    if (done === null) return;
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: done.action,
      subjectType: 'agency',
      subjectId: staff.agencyId,
      details: done.details,
    });
  });
}
