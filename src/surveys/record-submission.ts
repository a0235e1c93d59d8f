import { and, eq, isNull, max } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { answerHolds, type submissions } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import { type HoldKind, type Provenance, type SubmissionKind, VERIFIED_GRADE } from './types.ts';

type Submission = typeof submissions.$inferSelect;

/** How far each way of coming ties an answer to its employer. */
export function gradeSubmission({ kind, verifiedAt }: Pick<Submission, 'kind' | 'verifiedAt'>): Provenance {
  const grades = {
    letter: 'staff_letter',
    phone: 'staff_phone',
    committee_vote: 'committee_vote',
    open_link: verifiedAt === null ? 'open_link_unverified' : 'open_link_verified',
  } as const satisfies Record<SubmissionKind, Provenance>;
  return grades[kind];
}

/**
 * Makes a submission that has its employer an answer of that employer's. `hold` says for what it waits, uncounted. The caller has locked
 * the employer's unit and refreshes its positions.
 */
export async function recordSubmission(
  tx: Tx,
  submission: Submission & { employerId: number },
  input: { hold: HoldKind | null; now: Date },
): Promise<{ answerId: number }> {
  const [answer] = await tx
    .insert(answers)
    .values({
      submissionId: submission.id,
      version: 1,
      contactId: submission.contactId,
      employerId: submission.employerId,
      credentialId: submission.credentialId,
      instrumentVersionId: submission.instrumentVersionId,
      noticeVersionId: submission.noticeVersionId,
      language: submission.language,
      familiar: submission.familiar,
      values: submission.values,
      relation: submission.relation,
      respondentName: submission.respondentName,
      respondentTitle: submission.respondentTitle,
      hiringAuthority: submission.hiringAuthority,
      provenance: gradeSubmission(submission),
      answeredAt: input.now,
      saidOn: submission.saidOn ?? submission.receivedAt.toISOString().slice(0, 10),
    })
    .returning({ id: answers.id });
  const answerId = answer!.id;
  if (input.hold) await tx.insert(answerHolds).values({ answerId, kind: input.hold, setAt: input.now });
  return { answerId };
}

/** Ends the current answer of a submission: a correction takes its place, or it is taken back. */
export async function endSubmission(
  tx: Tx,
  submissionId: number,
  endKind: 'superseded' | 'withdrawn',
  now: Date,
): Promise<{ answerId: number; employerId: number; credentialId: number } | null> {
  const [ended] = await tx
    .update(answers)
    .set({ endedAt: now, endKind })
    .where(and(eq(answers.submissionId, submissionId), isNull(answers.endedAt)))
    .returning({
      answerId: answers.id,
      employerId: answers.employerId,
      credentialId: answers.credentialId,
    });
  return ended ?? null;
}

/**
 * Somebody confirmed by mail that current answers are theirs: each becomes a new version of the higher grade that says the same.
 * Returns the credentials whose answer changed.
 */
export async function raiseGrades(
  tx: Tx,
  source: { invitationId: number } | { submissionId: number },
  now: Date,
): Promise<{ employerId: number; credentialId: number }[]> {
  const of =
    'invitationId' in source
      ? eq(answers.invitationId, source.invitationId)
      : eq(answers.submissionId, source.submissionId);
  const current = await tx
    .select()
    .from(answers)
    .where(and(of, isNull(answers.endedAt)));
  const raised: { employerId: number; credentialId: number }[] = [];
  for (const { id, ...answer } of current) {
    const grade = raisedGrade(answer.provenance);
    if (!grade) continue;
    const [latest] = await tx
      .select({ version: max(answers.version) })
      .from(answers)
      .where(answer.askId === null ? of : eq(answers.askId, answer.askId));
    await tx.update(answers).set({ endedAt: now, endKind: 'superseded' }).where(eq(answers.id, id));
    await tx.insert(answers).values({
      ...answer,
      version: (latest?.version ?? answer.version) + 1,
      provenance: grade,
      answeredAt: now,
      saidOn: answer.saidOn ?? answer.answeredAt.toISOString().slice(0, 10),
    });
    raised.push({ employerId: answer.employerId, credentialId: answer.credentialId });
  }
  return raised;
}

function raisedGrade(provenance: Provenance): Provenance | null {
  return provenance in VERIFIED_GRADE ? VERIFIED_GRADE[provenance as keyof typeof VERIFIED_GRADE] : null;
}
