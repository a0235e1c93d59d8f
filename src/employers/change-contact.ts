import { and, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { contacts } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { ContactState } from './types.ts';

/** Staff say whether a contact is still the right one. People who left are never asked, and an import does not revive them. */
export async function changeContactState(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { employerId: number; contactId: number; state: ContactState; agencyId: number; staffId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [contact] = await tx
      .update(contacts)
      .set({ state: input.state, updatedAt: now })
      .where(
        and(
          eq(contacts.id, input.contactId),
          sql`${contacts.employerId} in (select id from employers where ${input.employerId} in (id, merged_into_id))`,
        ),
      )
      .returning({ id: contacts.id });
    if (!contact) throw new DomainError('not_found');
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'contact.state_changed',
      subjectType: 'contact',
      subjectId: contact.id,
      details: { state: input.state },
    });
  });
}
