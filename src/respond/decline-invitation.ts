import { and, eq, inArray } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { contacts } from '../db/schema/employers.ts';
import { asks, invitations } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { stopReminders } from '../outreach/stop-messages.ts';
import { suppressAddress } from '../outreach/suppress-address.ts';
import type { DeclineReason } from '../outreach/types.ts';

/**
 * Records that somebody will not answer and why. What was asked counts as declined, reminders that
 * were planned are cancelled, and the reason tells of the contact: gone, the wrong person, or never to be asked again by anyone.
 */
export async function declineInvitation(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  input: { invitationId: number; reason: DeclineReason },
): Promise<{ declined: boolean }> {
  const now = deps.clock.now();
  const { invitationId, reason } = input;
  return deps.db.transaction(async (tx) => {
    const [invitation] = await tx
      .update(invitations)
      .set({ state: 'declined', declinedAt: now, declineReason: reason })
      .where(
        and(eq(invitations.id, invitationId), inArray(invitations.state, ['open', 'started', 'declined'])),
      )
      .returning({ contactId: invitations.contactId, agencyId: invitations.agencyId });
    if (!invitation) return { declined: false };
    const { contactId, agencyId } = invitation;
    await tx
      .update(asks)
      .set({ state: 'declined' })
      .where(and(eq(asks.invitationId, invitationId), inArray(asks.state, ['planned', 'asked'])));
    if (reason === 'left' || reason === 'wrong_role') {
      await tx.update(contacts).set({ state: reason, updatedAt: now }).where(eq(contacts.id, contactId));
    }
    if (reason === 'never') {
      const [contact] = await tx
        .select({ email: contacts.email })
        .from(contacts)
        .where(eq(contacts.id, contactId));
      await suppressAddress(tx, deps, { email: contact!.email, reason: 'unsubscribed', now });
    }
    await stopReminders(tx, { invitationId, reason: 'declined', now });
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'employer',
      actorId: contactId,
      action: 'invitation.declined',
      subjectType: 'invitation',
      subjectId: invitationId,
      details: { reason },
    });
    return { declined: true };
  });
}
