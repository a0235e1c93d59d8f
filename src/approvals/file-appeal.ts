import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { appeals, decisions } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { findOpenDecision, listAppeals, listApplicationDecisions, takeApplication } from './queries.ts';
import { type AppealRefusal, type Day, decideAppeal } from './rules.ts';

type Input = { agencyId: number; staffId: number; applicationId: number };

/**
 * Records that somebody appeals a decision. While the appeal is open evidence can be frozen again and criteria shown, and
 * a second decision, proposed by one person and confirmed by another, upholds or overturns the first.
 */
export async function fileAppeal(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Input & { filedBy: string; filedOn: Day; dueOn: Day; grounds: string },
): Promise<{ ok: true; appealId: number } | { ok: false; reason: AppealRefusal }> {
  const now = deps.clock.now();
  const { agencyId, staffId, applicationId, ...filed } = input;
  return deps.db.transaction(async (tx) => {
    const application = await takeApplication(tx, agencyId, applicationId);
    const policy = await getPolicyVersion(tx, application.policyVersionId);
    const all = await listApplicationDecisions(tx, applicationId);
    const decided = all.find(
      ({ decision }) => decision.state === 'confirmed' && decision.kind !== 'revocation',
    );
    if (!decided || application.decidedAt === null) return { ok: false, reason: 'not_decided' };
    const earlier = await listAppeals(tx, applicationId);
    const allowed = decideAppeal(policy.body, {
      state: application.state,
      decidedOn: dayIn(application.timeZone, application.decidedAt),
      filedOn: filed.filedOn,
      isAppealed: earlier.some(({ appeal }) => appeal.decisionId === decided.decision.id),
    });
    if (!allowed.ok) return allowed;
    const [appeal] = await tx
      .insert(appeals)
      .values({
        applicationId,
        decisionId: decided.decision.id,
        ...filed,
        recordedBy: staffId,
        recordedAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: appeals.id });
    if (!appeal) return { ok: false, reason: 'already_appealed' };
    // A revocation that waits is for another reason than the appeal: whoever proposed it proposes it anew.
    const waiting = await findOpenDecision(tx, applicationId);
    if (waiting) {
      await tx
        .update(decisions)
        .set({ state: 'withdrawn', endedBy: staffId, endedAt: now })
        .where(and(eq(decisions.id, waiting.id), eq(decisions.state, 'proposed')));
    }
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'appeal.filed',
      subjectType: 'application',
      subjectId: applicationId,
      details: { appealId: appeal.id, decisionId: decided.decision.id, dueOn: filed.dueOn },
    });
    return { ok: true, appealId: appeal.id };
  });
}

/** Ends an appeal that whoever filed it takes back; the decision stands as it was. */
export async function withdrawAppeal(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Input & { appealId: number; reason: string },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId, applicationId, appealId } = input;
  await deps.db.transaction(async (tx) => {
    await takeApplication(tx, agencyId, applicationId);
    const ended = await tx
      .update(appeals)
      .set({ state: 'withdrawn', endedBy: staffId, endedAt: now, endReason: input.reason })
      .where(
        and(eq(appeals.id, appealId), eq(appeals.applicationId, applicationId), eq(appeals.state, 'open')),
      )
      .returning({ id: appeals.id });
    if (ended.length === 0) throw new DomainError('already_done');
    await tx
      .update(decisions)
      .set({ state: 'withdrawn', endedBy: staffId, endedAt: now })
      .where(and(eq(decisions.appealId, appealId), eq(decisions.state, 'proposed')));
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'appeal.withdrawn',
      subjectType: 'application',
      subjectId: applicationId,
      details: { appealId },
    });
  });
}
