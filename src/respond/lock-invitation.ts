import { eq } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { contacts, employerDomains } from '../db/schema/employers.ts';
import { invitations, waves } from '../db/schema/outreach.ts';
import { invariant } from '../lib/errors.ts';
import type { Draft } from './types.ts';

/** The invitation behind a link, held until the transaction ends, so that two sendings of one form follow each other. */
export async function lockInvitation(tx: Tx, tokenHash: Buffer) {
  const [row] = await tx
    .select({
      invitation: invitations,
      waveState: waves.state,
      closeAt: waves.closeAt,
      graceUntil: waves.graceUntil,
      emailDomain: contacts.emailDomain,
    })
    .from(invitations)
    .innerJoin(waves, eq(waves.id, invitations.waveId))
    .innerJoin(contacts, eq(contacts.id, invitations.contactId))
    .where(eq(invitations.tokenHash, tokenHash))
    .for('no key update', { of: invitations });
  if (!row) return null;
  const { invitation, closeAt, graceUntil } = row;
  invariant(closeAt && graceUntil, 'an invitation belongs to a wave whose schedule is fixed');
  return {
    invitation,
    draft: invitation.draft as Draft,
    emailDomain: row.emailDomain,
    access: {
      state: invitation.state,
      expiresAt: invitation.expiresAt,
      waveState: row.waveState,
      closeAt,
      graceUntil,
    },
  };
}

export async function listDomains(tx: Tx, employerId: number): Promise<string[]> {
  const rows = await tx
    .select({ domain: employerDomains.domain })
    .from(employerDomains)
    .where(eq(employerDomains.employerId, employerId));
  return rows.map(({ domain }) => domain);
}
