import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { issuerParties } from '../db/schema/evidence.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { findConnections } from './find-connections.ts';
import { listUnitsTouching, lockUnitsOf } from './queries.ts';
import { refreshPositions } from './refresh-positions.ts';
import type { PARTY_RELATIONS } from './types.ts';

type Actor = { agencyId: number; staffId: number };

/**
 * Records who stands behind an issuer's credentials, or one of them: the issuer as a company, a reseller, a training
 * provider, an applicant. Employers that share its domain or its parent are found at once and from then on.
 */
export async function setParty(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Actor & {
    issuerId: number;
    relation: (typeof PARTY_RELATIONS)[number];
    name: string;
    domain: string | null;
    employerId: number | null;
    /** Slug of the one credential that it is about; null for all of the issuer's. */
    credential: string | null;
  },
): Promise<{ ok: true; found: number } | { ok: false; reason: 'employer_unknown' | 'credential_unknown' }> {
  const now = deps.clock.now();
  const { issuerId, relation, name, domain, employerId, agencyId, staffId } = input;
  return deps.db.transaction(async (tx) => {
    const [issuer] = await tx.select({ id: issuers.id }).from(issuers).where(eq(issuers.id, issuerId));
    if (!issuer) throw new DomainError('not_found');
    if (employerId !== null) {
      const known = await tx.select({ id: employers.id }).from(employers).where(eq(employers.id, employerId));
      if (known.length === 0) return { ok: false, reason: 'employer_unknown' };
    }
    let credentialId: number | null = null;
    if (input.credential !== null) {
      const [credential] = await tx
        .select({ id: credentials.id })
        .from(credentials)
        .where(and(eq(credentials.slug, input.credential), eq(credentials.issuerId, issuerId)));
      if (!credential) return { ok: false, reason: 'credential_unknown' };
      credentialId = credential.id;
    }
    const values = { issuerId, credentialId, relation, name, domain, employerId };
    const found = await addParty(tx, values, { agencyId, staffId }, now);
    return { ok: true, found };
  });
}

/** It stands behind the credentials no longer; what was found through it ends, and counts follow. */
export async function endParty(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Actor & { partyId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [party] = await tx.select().from(issuerParties).where(eq(issuerParties.id, input.partyId));
    if (!party) throw new DomainError('not_found');
    // What it takes out of counts must not come back by one person's word.
    if (party.setBy === input.staffId) throw new DomainError('needs_second_person');
    const ended = await tx
      .update(issuerParties)
      .set({ endedAt: now, endedBy: input.staffId })
      .where(and(eq(issuerParties.id, party.id), isNull(issuerParties.endedAt)))
      .returning({ id: issuerParties.id });
    if (ended.length === 0) throw new DomainError('already_done');
    const found = await countAnew(tx, now);
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'party.ended',
      subjectType: 'issuer_party',
      subjectId: party.id,
      details: { found },
    });
  });
}

/**
 * Whoever applied for a credential's approval stands behind it: the employer, and those that share its domain or its
 * parent, are marked at once and from then on. In the transaction of the application. Told once, however often it applies.
 */
export async function setApplicant(
  tx: Tx,
  input: Actor & { issuerId: number; credentialId: number; employerId: number; name: string; now: Date },
): Promise<void> {
  const { issuerId, credentialId, employerId, name, agencyId, staffId, now } = input;
  const known = await tx
    .select({ id: issuerParties.id })
    .from(issuerParties)
    .where(
      and(
        eq(issuerParties.credentialId, credentialId),
        eq(issuerParties.employerId, employerId),
        eq(issuerParties.relation, 'applicant'),
        isNull(issuerParties.endedAt),
      ),
    );
  if (known.length > 0) return;
  const values = { issuerId, credentialId, relation: 'applicant' as const, name, employerId };
  await addParty(tx, values, { agencyId, staffId }, now);
}

/** Returns how many employers are found connected because of it. */
async function addParty(
  tx: Tx,
  values: Omit<typeof issuerParties.$inferInsert, 'setAt' | 'setBy'>,
  { agencyId, staffId }: Actor,
  now: Date,
): Promise<number> {
  const [party] = await tx
    .insert(issuerParties)
    .values({ ...values, setAt: now, setBy: staffId })
    .returning({ id: issuerParties.id });
  const found = await countAnew(tx, now);
  const { issuerId, relation, employerId = null } = values;
  await recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: 'party.set',
    subjectType: 'issuer_party',
    subjectId: party!.id,
    details: { issuerId, relation, employerId, found },
  });
  return found;
}

async function countAnew(tx: Tx, now: Date): Promise<number> {
  const connected = await findConnections(tx, now);
  const units = await lockUnitsOf(tx, connected);
  await refreshPositions(tx, await listUnitsTouching(tx, [...new Set(units.values())], []), now);
  return connected.length;
}
