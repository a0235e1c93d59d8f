import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { credentials } from '../db/schema/credentials.ts';
import { answerHolds, submissions } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Deps } from '../deps.ts';
import { storeDocument } from '../documents/store-document.ts';
import type { DocumentRefusal, UploadedFile } from '../documents/types.ts';
import { lockUnitsOf } from '../evidence/queries.ts';
import { refreshPositions } from '../evidence/refresh-positions.ts';
import { DomainError } from '../lib/errors.ts';
import { markWordingUsed, takeWording } from '../surveys/publish-wording.ts';
import { endSubmission, recordSubmission } from '../surveys/record-submission.ts';
import type { AnswerValues, Relation, StaffSubmissionKind } from '../surveys/types.ts';

export type EnteredAnswer = {
  kind: StaffSubmissionKind;
  credentialId: number;
  employerId: number;
  respondentName: string;
  respondentTitle: string;
  hiringAuthority: boolean | null;
  /** The date on the letter, of the call or of the vote, as YYYY-MM-DD. */
  saidOn: string;
  answer: AnswerValues;
  relation: Relation;
  note: string;
  /** The wording that the form showed; null for the standard one, before anything was ever asked. */
  instrumentVersionId: number | null;
  file: UploadedFile | null;
  /** The submission that this one takes the place of. */
  correctsId: number | null;
};

export type EnterOutcome =
  | { entered: true; submissionId: number }
  | { entered: false; reason: DocumentRefusal | 'document_needed' | 'corrected_already' };

class Refused extends Error {
  readonly reason: DocumentRefusal;
  constructor(reason: DocumentRefusal) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Staff write down what an employer said in a letter or on the telephone, or in a committee's vote, with the paper attached. It is kept
 * and shown at once and counts, where a policy takes its grade, after a second person of the agency has looked at it. A
 * correction ends what it corrects and waits for a second look of its own.
 */
export async function enterAnswer(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: EnteredAnswer & { agencyId: number; staffId: number },
): Promise<EnterOutcome> {
  if (input.kind === 'letter' && input.file === null && input.correctsId === null)
    return { entered: false, reason: 'document_needed' };
  try {
    return await deps.db.transaction((tx) => enter(tx, input, deps.clock.now()));
  } catch (error) {
    if (error instanceof Refused) return { entered: false, reason: error.reason };
    throw error;
  }
}

async function enter(
  tx: Tx,
  input: EnteredAnswer & { agencyId: number; staffId: number },
  now: Date,
): Promise<EnterOutcome> {
  const { agencyId, staffId, credentialId, employerId, answer, file, correctsId } = input;
  const units = await lockUnitsOf(tx, [employerId]);
  const [credential] = await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(eq(credentials.id, credentialId));
  if (!units.has(employerId) || !credential) throw new DomainError('not_found');
  const corrected = correctsId === null ? null : await lockSubmission(tx, agencyId, correctsId);
  if (corrected && (corrected.employerId !== employerId || corrected.credentialId !== credentialId))
    throw new DomainError('stale_form');
  let documentId = corrected?.documentId ?? null;
  if (file) {
    const stored = await storeDocument(tx, { agencyId, staffId, file, now });
    if (!stored.ok) throw new Refused(stored.reason);
    documentId = stored.document.id;
  }
  if (input.kind === 'letter' && documentId === null) return { entered: false, reason: 'document_needed' };
  const wording = await takeWording(tx, { agencyId, now });
  const instrumentVersionId = input.instrumentVersionId ?? wording.instrumentVersionId;
  await markWordingUsed(tx, { instrumentVersionId, noticeVersionId: wording.noticeVersionId, now });
  const [submission] = await tx
    .insert(submissions)
    .values({
      kind: input.kind,
      state: 'answered',
      agencyId,
      credentialId,
      employerId,
      instrumentVersionId,
      noticeVersionId: wording.noticeVersionId,
      language: 'en',
      familiar: answer.familiar,
      values: answer.familiar ? answer.values : {},
      relation: input.relation,
      respondentName: input.respondentName,
      respondentTitle: input.respondentTitle,
      hiringAuthority: input.hiringAuthority,
      receivedAt: now,
      saidOn: input.saidOn,
      documentId,
      note: input.note,
      enteredBy: staffId,
      correctsId,
    })
    .onConflictDoNothing({ target: submissions.correctsId })
    .returning();
  if (!submission) return { entered: false, reason: 'corrected_already' };
  if (corrected) await endSubmission(tx, corrected.id, 'superseded', now);
  await recordSubmission(tx, { ...submission, employerId }, { hold: 'second_look', now });
  await recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: corrected ? 'answer.corrected' : 'answer.entered',
    subjectType: 'submission',
    subjectId: submission.id,
    details: { kind: input.kind, credentialId, employerId, documentId, correctsId },
  });
  await refreshPositions(tx, [{ credentialId, unitId: units.get(employerId)! }], now);
  return { entered: true, submissionId: submission.id };
}

async function lockSubmission(tx: Tx, agencyId: number, submissionId: number) {
  const [row] = await tx
    .select()
    .from(submissions)
    .where(and(eq(submissions.id, submissionId), eq(submissions.agencyId, agencyId)))
    .for('update');
  if (!row || row.kind === 'open_link') throw new DomainError('not_found');
  return row;
}

/**
 * The second look at what a colleague entered. Agreeing lets it count where a policy takes its grade; sending it back takes it
 * away, kept and marked as withdrawn.
 */
export async function lookAgain(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    agencyId: number;
    staffId: number;
    submissionId: number;
    agrees: boolean;
    reason: string;
  },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId, submissionId, agrees, reason } = input;
  await deps.db.transaction(async (tx) => {
    const submission = await lockSubmission(tx, agencyId, submissionId);
    if (submission.enteredBy === staffId) throw new DomainError('needs_second_person');
    const employerId = submission.employerId!;
    const units = await lockUnitsOf(tx, [employerId]);
    const [waiting] = await tx
      .select({ holdId: answerHolds.id })
      .from(answerHolds)
      .innerJoin(answers, eq(answers.id, answerHolds.answerId))
      .where(
        and(
          eq(answers.submissionId, submissionId),
          eq(answerHolds.kind, 'second_look'),
          isNull(answerHolds.endedAt),
          isNull(answers.endedAt),
        ),
      )
      .for('update', { of: answerHolds });
    if (!waiting) throw new DomainError('already_done');
    await tx
      .update(answerHolds)
      .set({
        endedAt: now,
        outcome: agrees ? 'looked_at' : 'sent_back',
        endedBy: staffId,
        endReason: reason,
      })
      .where(eq(answerHolds.id, waiting.holdId));
    if (!agrees) await endSubmission(tx, submissionId, 'withdrawn', now);
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: agrees ? 'answer.confirmed' : 'answer.sent_back',
      subjectType: 'submission',
      subjectId: submissionId,
      details: { enteredBy: submission.enteredBy },
    });
    await refreshPositions(
      tx,
      [{ credentialId: submission.credentialId, unitId: units.get(employerId)! }],
      now,
    );
  });
}
