import { and, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import { contacts, employerSites, employers } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { textKey } from '../lib/text-key.ts';
import type { SiteForm } from './identity-forms.ts';

type Actor = { agencyId: number; staffId: number; employerId: number };
type SiteDeps = Pick<Deps, 'db' | 'clock' | 'employerObservers'>;

/** Adds a site of an employer, or changes one. Counts by site follow at once. */
export async function saveSite(
  deps: SiteDeps,
  input: Actor & { siteId: number | null; form: SiteForm },
): Promise<{ ok: true; siteId: number } | { ok: false; reason: 'name_taken' }> {
  const now = deps.clock.now();
  const { employerId, siteId, form } = input;
  const values = { ...form, nameKey: textKey(form.name), updatedAt: now, closedAt: null };
  try {
    const id = await deps.db.transaction(async (tx) => {
      const [employer] = await tx
        .select({ id: employers.id })
        .from(employers)
        .where(eq(employers.id, employerId));
      if (!employer) throw new DomainError('not_found');
      const [saved] =
        siteId === null
          ? await tx
              .insert(employerSites)
              .values({ employerId, ...values, createdAt: now })
              .returning({ id: employerSites.id })
          : await tx
              .update(employerSites)
              .set(values)
              .where(and(eq(employerSites.id, siteId), eq(employerSites.employerId, employerId)))
              .returning({ id: employerSites.id });
      if (!saved) throw new DomainError('not_found');
      await settle(tx, deps, input, siteId === null ? 'site.added' : 'site.edited', saved.id, now);
      return saved.id;
    });
    return { ok: true, siteId: id };
  } catch (error) {
    if (isUniqueViolation(error, 'employer_sites_name')) return { ok: false, reason: 'name_taken' };
    throw error;
  }
}

/** A closed site is offered to nobody new; who worked there keeps it, and what they said stays counted as it was. */
export async function closeSite(deps: SiteDeps, input: Actor & { siteId: number }): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [closed] = await tx
      .update(employerSites)
      .set({ closedAt: now, updatedAt: now })
      .where(
        and(
          eq(employerSites.id, input.siteId),
          eq(employerSites.employerId, input.employerId),
          sql`${employerSites.closedAt} is null`,
        ),
      )
      .returning({ id: employerSites.id });
    if (!closed) throw new DomainError('already_done');
    await settle(tx, deps, input, 'site.closed', closed.id, now);
  });
}

/** Says at which site of its employer a contact works; null when that is not known. */
export async function placeContact(
  deps: SiteDeps,
  input: Actor & { contactId: number; siteId: number | null },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const own = sql`${contacts.employerId} in (select id from employers where ${input.employerId} in (id, merged_into_id))`;
    if (input.siteId !== null) {
      const [site] = await tx
        .select({ id: employerSites.id })
        .from(employerSites)
        .where(
          and(
            eq(employerSites.id, input.siteId),
            sql`${employerSites.employerId} in (select id from employers where ${input.employerId} in (id, merged_into_id))`,
          ),
        );
      if (!site) throw new DomainError('not_found');
    }
    const [placed] = await tx
      .update(contacts)
      .set({ siteId: input.siteId, updatedAt: now })
      .where(and(eq(contacts.id, input.contactId), own))
      .returning({ id: contacts.id });
    if (!placed) throw new DomainError('not_found');
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'contact.placed',
      subjectType: 'contact',
      subjectId: placed.id,
      details: { siteId: input.siteId },
    });
  });
}

async function settle(
  tx: Tx,
  deps: SiteDeps,
  { agencyId, staffId, employerId }: Actor,
  action: string,
  siteId: number,
  now: Date,
): Promise<void> {
  await recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action,
    subjectType: 'employer_site',
    subjectId: siteId,
    details: { employerId },
  });
  await deps.employerObservers.identityChanged(tx, { employerIds: [employerId], now });
}
