import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { applications, listCycles, lists } from '../db/schema/approvals.ts';
import { credentials } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { publishEvent } from '../events/publish-event.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { setApplicant } from '../evidence/set-party.ts';
import { trackTallyIn } from '../evidence/track-tally.ts';
import { DomainError } from '../lib/errors.ts';
import { type ApplicantRefusal, decideApplicant } from './rules.ts';
import type { ApplicantKind } from './types.ts';

export type Applicant = { kind: ApplicantKind; name: string; employerId?: number | null };

/**
 * Puts a credential up for a list in one of its cycles. From now on its count under the list's policy is kept, and that
 * version of the policy no longer changes. A policy may say who may apply. An employer that applies stands behind the
 * credential from then on: what it and its relatives say is shown, and counted where the policy takes it.
 */
export async function submitApplication(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    agencyId: number;
    staffId: number;
    /** Present when it came through the API, by a key that the staff member made. */
    apiKeyId?: number;
    credentialId: number;
    listId: number;
    cycleId: number;
    /** The agency itself, when nobody is named. */
    applicant?: Applicant;
  },
): Promise<
  { ok: true; applicationId: number } | { ok: false; reason: 'already_submitted' | ApplicantRefusal }
> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const [list] = await tx
      .select({ policyVersionId: lists.policyVersionId, slug: lists.slug, agency: agencies.name })
      .from(lists)
      .innerJoin(agencies, eq(agencies.id, lists.agencyId))
      .innerJoin(listCycles, eq(listCycles.listId, lists.id))
      .where(
        and(eq(lists.id, input.listId), eq(lists.agencyId, input.agencyId), eq(listCycles.id, input.cycleId)),
      );
    const [credential] = await tx
      .select({ id: credentials.id, slug: credentials.slug, issuerId: credentials.issuerId })
      .from(credentials)
      .where(eq(credentials.id, input.credentialId));
    if (!list || !credential) throw new DomainError('not_found');
    const applicant = input.applicant ?? { kind: 'agencies', name: list.agency };
    const employerId = await findEmployerId(tx, applicant);
    const policy = await getPolicyVersion(tx, list.policyVersionId);
    const allowed = decideApplicant(policy.body, { kind: applicant.kind, employerId });
    if (!allowed.ok) return allowed;
    const [application] = await tx
      .insert(applications)
      .values({
        agencyId: input.agencyId,
        credentialId: input.credentialId,
        listId: input.listId,
        cycleId: input.cycleId,
        submittedBy: input.staffId,
        submittedAt: now,
        applicantKind: applicant.kind,
        applicantName: applicant.name,
        applicantEmployerId: employerId,
        updatedAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: applications.id });
    if (!application) return { ok: false, reason: 'already_submitted' };
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      ...(input.apiKeyId === undefined
        ? { actorKind: 'staff', actorId: input.staffId }
        : { actorKind: 'api', actorId: input.apiKeyId }),
      action: 'application.submitted',
      subjectType: 'application',
      subjectId: application.id,
      details: {
        credentialId: input.credentialId,
        listId: input.listId,
        cycleId: input.cycleId,
        applicantKind: applicant.kind,
        applicantEmployerId: employerId,
      },
    });
    await publishEvent(tx, {
      agencyId: input.agencyId,
      type: 'application.submitted',
      at: now,
      data: { applicationId: application.id, credential: credential.slug, list: list.slug },
    });
    await trackTallyIn(tx, { credentialId: input.credentialId, policyVersionId: list.policyVersionId }, now);
    // After the tally: two that applied at once would else wait for each other's lock on what is tracked.
    if (employerId !== null) {
      await setApplicant(tx, {
        agencyId: input.agencyId,
        staffId: input.staffId,
        issuerId: credential.issuerId,
        credentialId: credential.id,
        employerId,
        name: applicant.name,
        now,
      });
    }
    return { ok: true, applicationId: application.id };
  });
}

/** The employer that applies, unless it is none of ours or was merged into another. */
async function findEmployerId(tx: Tx, applicant: Applicant): Promise<number | null> {
  if (applicant.kind !== 'employers' || applicant.employerId == null) return null;
  const [row] = await tx
    .select({ id: employers.id })
    .from(employers)
    .where(eq(employers.id, applicant.employerId));
  return row?.id ?? null;
}
