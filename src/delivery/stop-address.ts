import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { hasRole } from '../agencies/rules.ts';
import type { StaffRole } from '../agencies/types.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { hashAddress } from '../lib/tokens.ts';
import { insertUnsubscribeLinks } from '../outreach/create-touches.ts';
import { suppressForReceipt } from '../outreach/suppress-address.ts';

/**
 * Staff note that somebody said stop by telephone, by letter or by answering a mail: from the commit on no agency asks
 * this address anything, whether or not it is a contact's. One person is enough, since it only ever stops mail; taking
 * it back takes two. Safe to repeat.
 */
export async function stopAddress(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  input: {
    staff: { id: number; agencyId: number; role: StaffRole };
    address: { email: string; key: string };
  },
): Promise<{ changed: boolean }> {
  const { staff, address } = input;
  if (!hasRole(staff.role, 'editor')) throw new DomainError('forbidden');
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const [contact] = await tx.execute<{ id: number }>(
      sql`select id from contacts where email_key = ${address.key}`,
    );
    // By its link the list names the person.
    if (contact) {
      await insertUnsubscribeLinks(tx, deps, [{ contact_id: contact.id, email: address.email }], now);
    }
    const hash = hashAddress(deps.secrets.suppressionKey, address.email);
    const { id, changed } = await suppressForReceipt(tx, hash, 'staff', now);
    if (changed) {
      await recordAudit(tx, {
        at: now,
        agencyId: staff.agencyId,
        actorKind: 'staff',
        actorId: staff.id,
        action: 'suppression.added',
        subjectType: 'suppression',
        subjectId: id,
        details: contact ? { contact: contact.id } : {},
      });
    }
    return { changed };
  });
}
