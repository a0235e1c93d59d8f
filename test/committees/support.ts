import type { Db } from '../../src/db/client.ts';
import { agencies, staffMembers } from '../../src/db/schema/agencies.ts';
import { contacts, employers } from '../../src/db/schema/employers.ts';
import { asks, invitations, waves } from '../../src/db/schema/outreach.ts';
import { hashToken } from '../../src/lib/tokens.ts';

export const NOW = new Date('2026-11-02T16:00:00Z');

let serial = 0;

/** An agency with one editor and one approver. */
export async function insertAgency(db: Db, slug: string) {
  const [agency] = await db
    .insert(agencies)
    .values({
      slug,
      name: `Office ${slug}`,
      shortName: slug,
      mailFromName: `Office ${slug}`,
      mailFromAddress: `survey@${slug}.example`,
      replyTo: `committees@${slug}.example`,
      postalAddress: '1 Capitol Square, Helena, MT 59601',
      timeZone: 'America/Denver',
      stateCode: 'MT',
      createdAt: NOW,
    })
    .returning();
  const [staff] = await db
    .insert(staffMembers)
    .values({
      agencyId: agency!.id,
      email: `ada@${slug}.example`,
      emailKey: `ada@${slug}.example`,
      name: 'Ada Example',
      role: 'approver',
      createdAt: NOW,
    })
    .returning();
  const [wave] = await db
    .insert(waves)
    .values({
      agencyId: agency!.id,
      name: 'A wave',
      createdBy: staff!.id,
      createdAt: NOW,
      updatedAt: NOW,
    })
    .returning();
  return { agency: agency!, staff: { id: staff!.id, agencyId: agency!.id }, wave: wave! };
}

/** A person at an employer of their own, invited to a meeting by a mail that has left. */
export async function inviteSomebody(
  db: Db,
  given: {
    agencyId: number;
    waveId: number;
    meetingId: number;
    name?: string;
    naicsCode?: string;
    role?: string;
    language?: 'en' | 'es';
  },
) {
  serial += 1;
  const email = `person${serial}@business${serial}.example`;
  const [employer] = await db
    .insert(employers)
    .values({
      legalName: `Business ${serial} LLC`,
      nameKey: `business ${serial}`,
      naicsCode: given.naicsCode ?? null,
      createdAt: NOW,
      updatedAt: NOW,
    })
    .returning();
  const [contact] = await db
    .insert(contacts)
    .values({
      employerId: employer!.id,
      name: given.name ?? `Person ${serial}`,
      email,
      emailKey: email,
      emailDomain: email.split('@')[1]!,
      createdAt: NOW,
      updatedAt: NOW,
    })
    .returning();
  const [invitation] = await db
    .insert(invitations)
    .values({
      waveId: given.waveId,
      agencyId: given.agencyId,
      contactId: contact!.id,
      employerId: employer!.id,
      tokenHash: hashToken(`invitation ${serial}`),
      language: given.language ?? 'en',
      expiresAt: new Date('2026-12-24T00:00:00Z'),
      createdAt: NOW,
    })
    .returning();
  const [ask] = await db
    .insert(asks)
    .values({
      waveId: given.waveId,
      invitationId: invitation!.id,
      contactId: contact!.id,
      employerId: employer!.id,
      meetingId: given.meetingId,
      seatRole: given.role ?? 'employer',
      position: 1,
      state: 'asked',
      askedAt: NOW,
      createdAt: NOW,
    })
    .returning();
  return { askId: ask!.id, contactId: contact!.id, email, name: contact!.name };
}
