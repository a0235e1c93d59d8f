import { and, eq, inArray, isNull, max } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { asks } from '../db/schema/outreach.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Language } from '../employers/types.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { AnswerValues, Provenance, Relation } from './types.ts';

export type NewAnswer = {
  askId: number;
  credentialId: number;
  /** The wording of the wave that asks it, and its agency's notice. */
  instrumentVersionId: number;
  noticeVersionId: number;
  answer: AnswerValues;
  relation: Relation;
};

/** Who answers, from which link. */
export type AnswerSource = {
  invitationId: number;
  contactId: number;
  employerId: number;
  language: Language;
  respondentName: string;
  respondentTitle: string;
  hiringAuthority: boolean | null;
  provenance: Provenance;
};

/**
 * Stores answers as new versions; the versions before them end as superseded and stay. An answer that says what the
 * current version says already is left alone, so sending a form twice leaves one version. The caller has locked the
 * invitation. Returns the asks whose answer changed.
 */
export async function recordAnswers(
  tx: Tx,
  source: AnswerSource,
  given: readonly NewAnswer[],
  now: Date,
): Promise<NewAnswer[]> {
  if (given.length === 0) return [];
  const askIds = given.map(({ askId }) => askId);
  const current = await tx
    .select()
    .from(answers)
    .where(and(inArray(answers.askId, askIds), isNull(answers.endedAt)));
  const changed = given.filter((each) => {
    const before = current.find(({ askId }) => askId === each.askId);
    return !before || !saysTheSame(before, source, each);
  });
  if (changed.length === 0) return [];
  const changedIds = changed.map(({ askId }) => askId);
  const versions = await tx
    .select({ askId: answers.askId, version: max(answers.version) })
    .from(answers)
    .where(inArray(answers.askId, changedIds))
    .groupBy(answers.askId);
  const superseded = current
    .filter(({ askId }) => askId !== null && changedIds.includes(askId))
    .map(({ id }) => id);
  if (superseded.length > 0) {
    await tx
      .update(answers)
      .set({ endedAt: now, endKind: 'superseded' })
      .where(inArray(answers.id, superseded));
  }
  await tx.insert(answers).values(
    changed.map(({ answer, ...asked }) => ({
      ...source,
      ...asked,
      version: (versions.find(({ askId }) => askId === asked.askId)?.version ?? 0) + 1,
      familiar: answer.familiar,
      values: answer.familiar ? answer.values : {},
      answeredAt: now,
    })),
  );
  await tx.update(asks).set({ state: 'answered' }).where(inArray(asks.id, changedIds));
  return changed;
}

/** Ends the current answers of an invitation; they stay, and count no longer. */
export async function withdrawAnswers(
  tx: Tx,
  invitationId: number,
  now: Date,
): Promise<{ askId: number; credentialId: number }[]> {
  const ended = await tx
    .update(answers)
    .set({ endedAt: now, endKind: 'withdrawn' })
    .where(and(eq(answers.invitationId, invitationId), isNull(answers.endedAt)))
    .returning({ askId: answers.askId, credentialId: answers.credentialId });
  const ofAsks = ended.map(({ askId, credentialId }) => ({ askId: askId!, credentialId }));
  if (ofAsks.length > 0) {
    await tx
      .update(asks)
      .set({ state: 'withdrawn' })
      .where(
        inArray(
          asks.id,
          ofAsks.map(({ askId }) => askId),
        ),
      );
  }
  return ofAsks;
}

type AnswerRow = typeof answers.$inferSelect;

/** The language it was read in is no part of what an answer says. */
function saysTheSame(before: AnswerRow, source: AnswerSource, next: NewAnswer): boolean {
  return (
    before.familiar === next.answer.familiar &&
    canonicalJson(before.values) === canonicalJson(next.answer.familiar ? next.answer.values : {}) &&
    before.relation === next.relation &&
    before.respondentName === source.respondentName &&
    before.respondentTitle === source.respondentTitle &&
    before.hiringAuthority === source.hiringAuthority
  );
}
