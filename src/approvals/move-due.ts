import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { applications, listCycles } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { publishEvent } from '../events/publish-event.ts';
import type { EventFacts } from '../events/types.ts';
import { trackTallyIn } from '../evidence/track-tally.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { type ApplicationRow, listCyclesOf, listDueApplications, takeApplication } from './queries.ts';
import { type Day, daysAfter, renewalCycle } from './rules.ts';

export type MovedDue = { due: number; renewals: number; lapsed: number };

const BATCH = 200;

/**
 * Moves approvals whose review has come to "due for review" and opens the application that is to renew each; ends those
 * that nobody renewed in the time that their list gives. Each in its own transaction, so that one fault stops no other;
 * running it twice changes nothing.
 */
export async function moveDue(deps: Pick<Deps, 'db' | 'clock'>): Promise<MovedDue> {
  const now = deps.clock.now();
  const moved: MovedDue = { due: 0, renewals: 0, lapsed: 0 };
  for (;;) {
    const batch = await listDueApplications(deps.db, now, BATCH);
    let changed = 0;
    for (const { id, agencyId } of batch) {
      const done = await deps.db.transaction((tx) => moveOne(tx, agencyId, id, now));
      if (done === null) continue;
      changed += 1;
      if (done === 'lapsed') moved.lapsed += 1;
      else moved.due += 1;
      if (done === 'due_with_renewal') moved.renewals += 1;
    }
    if (batch.length < BATCH || changed === 0) return moved;
  }
}

async function moveOne(
  tx: Tx,
  agencyId: number,
  id: number,
  now: Date,
): Promise<'due' | 'due_with_renewal' | 'lapsed' | null> {
  const application = await takeApplication(tx, agencyId, id);
  const today = dayIn(application.timeZone, now);
  if (application.state === 'due_for_review') {
    if (application.lapsesOn === null || application.lapsesOn > today) return null;
    await tx
      .update(applications)
      .set({ state: 'lapsed', endedAt: now, endReason: 'Not renewed in time', updatedAt: now })
      .where(and(eq(applications.id, id), eq(applications.state, 'due_for_review')));
    await audit(tx, application, 'application.lapsed', now, {});
    await tell(tx, application, 'application.lapsed', now);
    return 'lapsed';
  }
  if (application.state !== 'decided' || application.decision !== 'approved') return null;
  if (application.reviewDueOn === null || application.reviewDueOn > today || application.hasOpenAppeal)
    return null;
  // From today: after an outage nobody could know before that the review had come.
  const lapsesOn = daysAfter(today, application.lapseAfterDays);
  await tx
    .update(applications)
    .set({ state: 'due_for_review', dueAt: now, lapsesOn, updatedAt: now })
    .where(and(eq(applications.id, id), eq(applications.state, 'decided')));
  const renewalId = await openRenewal(tx, application, today, now);
  await audit(tx, application, 'application.due_for_review', now, { renewalId, lapsesOn });
  await tell(tx, application, 'application.due_for_review', now, { renewalId, lapsesOn });
  return renewalId === null ? 'due' : 'due_with_renewal';
}

/** The application for the next cycle; one that staff made already becomes the renewal. Null when it renews another. */
async function openRenewal(
  tx: Tx,
  application: ApplicationRow,
  today: Day,
  now: Date,
): Promise<number | null> {
  const [known] = await tx
    .select({ id: applications.id })
    .from(applications)
    .where(eq(applications.renewalOf, application.id));
  if (known) return known.id;
  const { credentialId, listId, applicantKind, applicantName, applicantEmployerId } = application;
  const found = renewalCycle(
    await listCyclesOf(tx, [listId]),
    application.cycleId,
    today,
    application.reviewCycle,
  );
  const cycleId = 'known' in found ? found.known.id : await makeCycle(tx, listId, found.toMake);
  const [before] = await tx
    .select({ submittedBy: applications.submittedBy })
    .from(applications)
    .where(eq(applications.id, application.id));
  const [made] = await tx
    .insert(applications)
    .values({
      agencyId: application.agencyId,
      credentialId,
      listId,
      cycleId,
      submittedBy: before!.submittedBy,
      submittedAt: now,
      applicantKind,
      applicantName,
      applicantEmployerId,
      renewalOf: application.id,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: applications.id });
  if (made) {
    await tell(tx, { ...application, id: made.id }, 'application.submitted', now, {
      renewalOf: application.id,
    });
    await trackTallyIn(tx, { credentialId, policyVersionId: application.policyVersionId }, now);
    return made.id;
  }
  const [taken] = await tx
    .update(applications)
    .set({ renewalOf: application.id, updatedAt: now })
    .where(
      and(
        eq(applications.credentialId, credentialId),
        eq(applications.listId, listId),
        eq(applications.cycleId, cycleId),
        isNull(applications.renewalOf),
      ),
    )
    .returning({ id: applications.id });
  return taken?.id ?? null;
}

async function makeCycle(
  tx: Tx,
  listId: number,
  cycle: { name: string; startsOn: Day; endsOn: Day },
): Promise<number> {
  const [made] = await tx
    .insert(listCycles)
    .values({ listId, ...cycle })
    .onConflictDoNothing()
    .returning({ id: listCycles.id });
  if (made) return made.id;
  const [known] = await tx
    .select({ id: listCycles.id })
    .from(listCycles)
    .where(and(eq(listCycles.listId, listId), eq(listCycles.name, cycle.name)));
  return known!.id;
}

/** What other systems are told of it, in the transaction that does it. */
function tell(
  tx: Tx,
  { id, agencyId, credentialSlug, listSlug }: ApplicationRow,
  type: 'application.submitted' | 'application.due_for_review' | 'application.lapsed',
  at: Date,
  facts: EventFacts = {},
): Promise<void> {
  const data = { applicationId: id, credential: credentialSlug, list: listSlug, ...facts };
  return publishEvent(tx, { agencyId, type, at, data });
}

async function audit(
  tx: Tx,
  { id, agencyId }: ApplicationRow,
  action: 'application.due_for_review' | 'application.lapsed',
  now: Date,
  details: Record<string, unknown>,
): Promise<void> {
  await recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'system',
    actorId: null,
    action,
    subjectType: 'application',
    subjectId: id,
    details,
  });
}
