import { and, eq, inArray, isNull, notInArray, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import { employerAliases, employerDomains, employerGroupMembers, employers } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { EmployerForm } from './identity-forms.ts';
import { addAliases, addDomains, joinGroups, lockEmployerRegister } from './import-queries.ts';
import { proposeDuplicates } from './propose-duplicates.ts';
import { refreshCountingUnits } from './refresh-counting-units.ts';
import { addressKey, employerNameKey } from './rules/employer-name.ts';

export type EditRefusal = { ok: false; reason: 'fein_taken' | 'parent_is_itself' };

/**
 * Staff correct what is known of an employer. The audit names the fields that changed, never their values. Records that look
 * alike now are proposed, and every count that the change touches is taken again.
 */
export async function editEmployer(
  deps: Pick<Deps, 'db' | 'clock' | 'employerObservers'>,
  input: { employerId: number; agencyId: number; staffId: number; form: EmployerForm },
): Promise<{ ok: true; proposed: number } | EditRefusal> {
  const now = deps.clock.now();
  const { employerId, form } = input;
  const nameKey = employerNameKey(form.legalName);
  if (form.parent && employerNameKey(form.parent) === nameKey)
    return { ok: false, reason: 'parent_is_itself' };
  try {
    const proposed = await deps.db.transaction(async (tx) => {
      await lockEmployerRegister(tx);
      const [before] = await tx.select().from(employers).where(eq(employers.id, employerId)).for('update');
      if (!before) throw new DomainError('not_found');
      if (before.updatedAt.toISOString() !== form.seenAt) throw new DomainError('stale_form');
      const { seenAt: _, aliases, domains, parent, ...fields } = form;
      const keys = { nameKey, addressKey: form.address ? addressKey(form.address) : '' };
      await tx
        .update(employers)
        .set({ ...fields, ...keys, updatedAt: now })
        .where(eq(employers.id, employerId));
      const changed: string[] = Object.entries(fields)
        .filter(([name, value]) => before[name as keyof typeof before] !== value)
        .map(([name]) => name);
      // A former name stays one, unless it is taken off the list by a later edit.
      const names =
        before.nameKey === nameKey || aliases.includes(before.legalName)
          ? aliases
          : [...aliases, before.legalName];
      if (await setAliases(tx, employerId, form.dba ? [...names, form.dba] : names)) changed.push('aliases');
      if (await setDomains(tx, employerId, domains)) changed.push('domains');
      if (await setParent(tx, input, parent, now)) changed.push('parent');
      await recordAudit(tx, {
        at: now,
        agencyId: input.agencyId,
        actorKind: 'staff',
        actorId: input.staffId,
        action: 'employer.edited',
        subjectType: 'employer',
        subjectId: employerId,
        details: { changed: changed.sort() },
      });
      return countAnew(tx, deps, employerId, now);
    });
    return { ok: true, proposed };
  } catch (error) {
    if (isUniqueViolation(error, 'employers_fein')) return { ok: false, reason: 'fein_taken' };
    throw error;
  }
}

async function countAnew(
  tx: Tx,
  deps: Pick<Deps, 'employerObservers'>,
  employerId: number,
  now: Date,
): Promise<number> {
  const { proposals } = await proposeDuplicates(tx, [employerId], now);
  await refreshCountingUnits(tx, deps, [employerId, ...proposals.flatMap(({ a, b }) => [a, b])], now);
  await deps.employerObservers.identityChanged(tx, { employerIds: [employerId], now });
  return proposals.length;
}

async function setAliases(tx: Tx, employerId: number, names: readonly string[]): Promise<boolean> {
  const rows = names.map((name) => ({ employerId, name, nameKey: employerNameKey(name) }));
  const gone = await tx
    .delete(employerAliases)
    .where(
      and(
        eq(employerAliases.employerId, employerId),
        rows.length > 0
          ? notInArray(
              employerAliases.nameKey,
              rows.map((row) => row.nameKey),
            )
          : undefined,
      ),
    )
    .returning({ nameKey: employerAliases.nameKey });
  const added = await addAliases(tx, rows);
  return gone.length + added.length > 0;
}

async function setDomains(tx: Tx, employerId: number, domains: readonly string[]): Promise<boolean> {
  const gone = await tx
    .delete(employerDomains)
    .where(
      and(
        eq(employerDomains.employerId, employerId),
        domains.length > 0 ? notInArray(employerDomains.domain, [...domains]) : undefined,
      ),
    )
    .returning({ domain: employerDomains.domain });
  const added = await addDomains(
    tx,
    domains.map((domain) => ({ employerId, domain })),
  );
  return gone.length + added.length > 0;
}

/** A blank parent ends the membership from now on; what was counted before stays as it was. */
async function setParent(
  tx: Tx,
  input: { employerId: number; staffId: number },
  parent: string,
  now: Date,
): Promise<boolean> {
  const { employerId, staffId } = input;
  if (parent !== '') {
    const row = { employerId, name: parent, nameKey: employerNameKey(parent) };
    return (await joinGroups(tx, [row], { now, staffId })).length > 0;
  }
  const left = await tx
    .update(employerGroupMembers)
    .set({ leftAt: now, leftBy: staffId })
    .where(and(inArray(employerGroupMembers.employerId, [employerId]), isNull(employerGroupMembers.leftAt)))
    .returning({ id: sql<number>`${employerGroupMembers.id}` });
  return left.length > 0;
}
