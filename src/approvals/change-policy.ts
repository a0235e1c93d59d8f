import { and, eq, ne, notInArray, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import { applications, lists, policyProposals } from '../db/schema/approvals.ts';
import { policies, policyVersions } from '../db/schema/evidence.ts';
import type { Deps } from '../deps.ts';
import { findLatestPolicyHash } from '../evidence/policy-queries.ts';
import type { PolicyPreset } from '../evidence/presets.ts';
import { publishPolicy } from '../evidence/publish-policy.ts';
import { hashOf } from '../evidence/rules/packet.ts';
import { policySchema } from '../evidence/rules/policy.ts';
import { trackTallyIn } from '../evidence/track-tally.ts';
import { DomainError } from '../lib/errors.ts';
import { DECIDED_APPLICATION_STATES } from './types.ts';

export type ProposedPolicy =
  | { ok: true; state: 'published' | 'proposed' }
  | { ok: false; reason: 'nothing_new' | 'already_proposed' };

/**
 * A policy as the next version of its name. While no list counts under the name it is published at once; else it waits
 * for a second person.
 */
export async function proposePolicy(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; policy: PolicyPreset },
): Promise<ProposedPolicy> {
  const now = deps.clock.now();
  const { agencyId, staffId, policy } = input;
  const body = policySchema.parse(policy.body);
  try {
    return await deps.db.transaction(async (tx): Promise<ProposedPolicy> => {
      const using = await listsUsing(tx, policy.slug);
      const sha256 = hashOf(body);
      const isOld = using.some((list) => list.agencyId === agencyId && list.sha256 !== sha256);
      if ((await findLatestPolicyHash(tx, policy.slug)) === sha256 && !isOld) {
        return { ok: false, reason: 'nothing_new' };
      }
      if (using.length === 0) {
        const { policyVersionId } = await publishPolicy(tx, { ...policy, now });
        await audit(tx, {
          ...input,
          now,
          action: 'policy.published',
          subjectId: policyVersionId,
          details: {},
        });
        return { ok: true, state: 'published' };
      }
      const [proposal] = await tx
        .insert(policyProposals)
        .values({
          agencyId,
          slug: policy.slug,
          name: policy.name,
          body,
          proposedBy: staffId,
          proposedAt: now,
        })
        .returning({ id: policyProposals.id });
      await audit(tx, {
        ...input,
        now,
        action: 'policy.proposed',
        subjectId: proposal!.id,
        details: { policySha256: sha256 },
      });
      return { ok: true, state: 'proposed' };
    });
  } catch (error) {
    if (isUniqueViolation(error, 'policy_proposals_one_open'))
      return { ok: false, reason: 'already_proposed' };
    throw error;
  }
}

/**
 * The second person's word: the version is published, the agency's lists count under it from now on, and so do their open
 * applications. Frozen evidence keeps the version that it was frozen under.
 */
export async function confirmPolicy(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; proposalId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const proposal = await lockProposal(tx, input);
    if (proposal.proposedBy === input.staffId) throw new DomainError('needs_second_person');
    const { slug, name } = proposal;
    const { policyVersionId } = await publishPolicy(tx, {
      slug,
      name,
      body: policySchema.parse(proposal.body),
      now,
    });
    const moved = await tx
      .update(lists)
      .set({ policyVersionId })
      .where(
        and(
          eq(lists.agencyId, input.agencyId),
          ne(lists.policyVersionId, policyVersionId),
          sql`${lists.policyVersionId} in (select v.id from policy_versions v join policies p on p.id = v.policy_id
            where p.slug = ${slug})`,
        ),
      )
      .returning({ id: lists.id });
    for (const { id } of moved) {
      const open = await tx
        .selectDistinct({ credentialId: applications.credentialId })
        .from(applications)
        .where(
          and(eq(applications.listId, id), notInArray(applications.state, [...DECIDED_APPLICATION_STATES])),
        );
      for (const { credentialId } of open) await trackTallyIn(tx, { credentialId, policyVersionId }, now);
    }
    await tx
      .update(policyProposals)
      .set({ state: 'published', endedBy: input.staffId, endedAt: now, policyVersionId })
      .where(eq(policyProposals.id, proposal.id));
    await audit(tx, {
      ...input,
      now,
      action: 'policy.published',
      subjectId: policyVersionId,
      details: { proposalId: proposal.id, listIds: moved.map(({ id }) => id) },
    });
  });
}

/** Takes a proposal back; anybody of the agency who may propose one. */
export async function withdrawPolicy(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; proposalId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const proposal = await lockProposal(tx, input);
    await tx
      .update(policyProposals)
      .set({ state: 'withdrawn', endedBy: input.staffId, endedAt: now })
      .where(eq(policyProposals.id, proposal.id));
    await audit(tx, {
      ...input,
      now,
      action: 'policy.withdrawn',
      subjectId: proposal.id,
      details: {},
    });
  });
}

async function lockProposal(tx: Tx, input: { agencyId: number; proposalId: number }) {
  const [proposal] = await tx
    .select()
    .from(policyProposals)
    .where(and(eq(policyProposals.id, input.proposalId), eq(policyProposals.agencyId, input.agencyId)))
    .for('update');
  if (!proposal) throw new DomainError('not_found');
  if (proposal.state !== 'proposed') throw new DomainError('already_done');
  return proposal;
}

function listsUsing(tx: Tx, slug: string) {
  return tx
    .select({ id: lists.id, agencyId: lists.agencyId, sha256: policyVersions.sha256 })
    .from(lists)
    .innerJoin(policyVersions, eq(policyVersions.id, lists.policyVersionId))
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .where(eq(policies.slug, slug));
}

async function audit(
  tx: Tx,
  entry: {
    agencyId: number;
    staffId: number;
    now: Date;
    action: 'policy.proposed' | 'policy.published' | 'policy.withdrawn';
    subjectId: number;
    details: Record<string, unknown>;
  },
): Promise<void> {
  await recordAudit(tx, {
    at: entry.now,
    agencyId: entry.agencyId,
    actorKind: 'staff',
    actorId: entry.staffId,
    action: entry.action,
    subjectType: entry.action === 'policy.published' ? 'policy_version' : 'policy_proposal',
    subjectId: entry.subjectId,
    details: entry.details,
  });
}
