import { and, count, eq, gt, gte, isNull, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { openLinks, submissions } from '../db/schema/submissions.ts';
import type { Deps } from '../deps.ts';
import { addEmployer } from '../employers/add-employer.ts';
import type { Language } from '../employers/types.ts';
import { lockUnitsOf } from '../evidence/queries.ts';
import { refreshPositions } from '../evidence/refresh-positions.ts';
import { DomainError } from '../lib/errors.ts';
import { parseMailAddress } from '../lib/mail-address.ts';
import { takeWording } from '../surveys/publish-wording.ts';
import { recordSubmission } from '../surveys/record-submission.ts';
import { isQuick } from '../surveys/rules.ts';
import type { AnswerValues, Relation } from '../surveys/types.ts';
import { openConfirmation } from './open-confirmation.ts';
import { OPEN_ANSWERS_PER_ADDRESS, OPEN_ANSWERS_PER_LIST } from './rules/open-answers.ts';

const DAY_MS = 86_400_000;

export type OpenAnswer = {
  openLinkId: number;
  credentialId: number;
  language: Language;
  answer: AnswerValues;
  relation: Relation;
  respondentName: string;
  respondentTitle: string;
  hiringAuthority: boolean;
  employerName: string;
  employerPlace: string;
  employerWebsite: string;
  email: string;
  shownAt: Date | null;
};

/**
 * Takes what somebody says on a credential's public page. It is nobody's answer yet: the address is asked to confirm, and staff find
 * the employer. What is above the limits is dropped without a word, as is what a person is known for elsewhere: the page
 * says the same to everybody. Returns false only where the link is closed.
 */
export async function receiveOpenAnswer(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
  input: OpenAnswer,
): Promise<{ taken: boolean }> {
  const now = deps.clock.now();
  const address = parseMailAddress(input.email);
  if (!address) return { taken: false };
  const outcome = await deps.db.transaction(async (tx) => {
    const [link] = await tx
      .select()
      .from(openLinks)
      .where(and(eq(openLinks.id, input.openLinkId), isNull(openLinks.closedAt), gt(openLinks.closesAt, now)))
      .for('no key update');
    if (!link) return { taken: false, mailed: false };
    const since = new Date(now.getTime() - DAY_MS);
    const [byAddress] = await tx
      .select({ n: count() })
      .from(submissions)
      .where(and(eq(submissions.emailKey, address.key), gte(submissions.receivedAt, since)));
    const [byList] = await tx
      .select({ n: count() })
      .from(submissions)
      .where(and(eq(submissions.openLinkId, link.id), gte(submissions.receivedAt, since)));
    if (byAddress!.n >= OPEN_ANSWERS_PER_ADDRESS || byList!.n >= OPEN_ANSWERS_PER_LIST)
      return { taken: true, mailed: false };
    const [submission] = await tx
      .insert(submissions)
      .values({
        kind: 'open_link',
        state: 'received',
        agencyId: link.agencyId,
        credentialId: input.credentialId,
        instrumentVersionId: link.instrumentVersionId,
        noticeVersionId: link.noticeVersionId,
        language: input.language,
        familiar: input.answer.familiar,
        values: input.answer.familiar ? input.answer.values : {},
        relation: input.relation,
        respondentName: input.respondentName,
        respondentTitle: input.respondentTitle,
        hiringAuthority: input.hiringAuthority,
        receivedAt: now,
        openLinkId: link.id,
        employerName: input.employerName,
        employerPlace: input.employerPlace,
        employerWebsite: input.employerWebsite,
        email: address.email,
        emailKey: address.key,
        emailDomain: address.domain,
        flags: isQuick(input.shownAt, now) ? ['quick_page'] : [],
      })
      .returning({ id: submissions.id });
    await openConfirmation(tx, deps, {
      kind: 'open_link',
      agencyId: link.agencyId,
      submissionId: submission!.id,
      now,
    });
    await recordAudit(tx, {
      at: now,
      agencyId: link.agencyId,
      actorKind: 'employer',
      actorId: null,
      action: 'answer.received_openly',
      subjectType: 'submission',
      subjectId: submission!.id,
      details: { credentialId: input.credentialId },
    });
    return { taken: true, mailed: true };
  });
  if (outcome.mailed) void deps.queue.enqueue('outreach.send-due', {});
  return { taken: outcome.taken };
}

/**
 * Staff say whose answer a public submission is. It becomes an answer of that employer, counted once its address has confirmed it
 * and where a policy takes the grade. Nothing is matched by itself.
 */
export async function matchSubmission(
  deps: Pick<Deps, 'db' | 'clock' | 'employerObservers'>,
  input: {
    agencyId: number;
    staffId: number;
    submissionId: number;
    /** A record of the register, or what to add to it. */
    employer: number | { legalName: string; city: string; state: string; domain: string | null };
  },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId, submissionId, employer } = input;
  await deps.db.transaction(async (tx) => {
    const employerId =
      typeof employer === 'number'
        ? employer
        : await addEmployer(tx, deps, { ...employer, agencyId, staffId, now });
    const units = await lockUnitsOf(tx, [employerId]);
    if (!units.has(employerId)) throw new DomainError('not_found');
    const submission = await lockReceived(tx, agencyId, submissionId);
    const contactId = await findOrAddContact(tx, submission, employerId, now);
    const [matched] = await tx
      .update(submissions)
      .set({ state: 'answered', employerId, contactId, decidedBy: staffId, decidedAt: now })
      .where(and(eq(submissions.id, submissionId), eq(submissions.state, 'received')))
      .returning();
    await recordSubmission(tx, { ...matched!, employerId }, { hold: null, now });
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'answer.matched',
      subjectType: 'submission',
      subjectId: submissionId,
      details: { employerId, verified: matched!.verifiedAt !== null },
    });
    await refreshPositions(
      tx,
      [{ credentialId: matched!.credentialId, unitId: units.get(employerId)! }],
      now,
    );
  });
}

/** Staff turn a public submission down, with the reason kept: no employer, a joke, asked twice. */
export async function rejectSubmission(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; submissionId: number; reason: string },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId, submissionId, reason } = input;
  await deps.db.transaction(async (tx) => {
    await lockReceived(tx, agencyId, submissionId);
    await tx
      .update(submissions)
      .set({ state: 'rejected', decidedBy: staffId, decidedAt: now, decisionReason: reason })
      .where(eq(submissions.id, submissionId));
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'answer.turned_down',
      subjectType: 'submission',
      subjectId: submissionId,
    });
  });
}

async function lockReceived(tx: Tx, agencyId: number, submissionId: number) {
  const [submission] = await tx
    .select()
    .from(submissions)
    .where(
      and(
        eq(submissions.id, submissionId),
        eq(submissions.agencyId, agencyId),
        eq(submissions.kind, 'open_link'),
      ),
    )
    .for('update');
  if (!submission) throw new DomainError('not_found');
  if (submission.state !== 'received') throw new DomainError('already_done');
  return submission;
}

/**
 * The person as a contact, so that their later word takes the place of this one, and this one that of an invited answer of theirs. Somebody who
 * is a contact elsewhere stays it.
 */
async function findOrAddContact(
  tx: Tx,
  submission: typeof submissions.$inferSelect,
  employerId: number,
  now: Date,
): Promise<number | null> {
  const { email, emailKey, emailDomain, respondentName, respondentTitle, language } = submission;
  if (!email || !emailKey) return null;
  const at = now.toISOString();
  await tx.execute(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, title, language, source, created_at, updated_at)
    values (${employerId}, ${respondentName}, ${email}, ${emailKey}, ${emailDomain}, ${respondentTitle}, ${language},
            'open_link', ${at}::timestamptz, ${at}::timestamptz)
    on conflict (email_key) do nothing`);
  const [found] = await tx.execute<{ id: number }>(
    sql`select id from contacts where email_key = ${emailKey}`,
  );
  return Number(found!.id);
}

/** Opens a list's public pages for answers until a day, or moves that day. */
export async function openList(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; listId: number; closesAt: Date },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId, listId, closesAt } = input;
  await deps.db.transaction(async (tx) => {
    const wording = await takeWording(tx, { agencyId, now });
    // One is open at a time; an earlier one that ran out is closed by whoever opens the next.
    await tx
      .update(openLinks)
      .set({ closedAt: now, closedBy: staffId })
      .where(and(eq(openLinks.listId, listId), eq(openLinks.agencyId, agencyId), isNull(openLinks.closedAt)));
    await tx
      .insert(openLinks)
      .values({ listId, agencyId, ...wording, openedBy: staffId, openedAt: now, closesAt });
    await auditLink(tx, input, 'list.opened_to_answers', now);
  });
}

export async function closeList(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; listId: number },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId, listId } = input;
  await deps.db.transaction(async (tx) => {
    const closed = await tx
      .update(openLinks)
      .set({ closedAt: now, closedBy: staffId })
      .where(and(eq(openLinks.listId, listId), eq(openLinks.agencyId, agencyId), isNull(openLinks.closedAt)))
      .returning({ id: openLinks.id });
    if (closed.length === 0) throw new DomainError('already_done');
    await auditLink(tx, input, 'list.closed_to_answers', now);
  });
}

function auditLink(
  tx: Tx,
  { agencyId, staffId, listId }: { agencyId: number; staffId: number; listId: number },
  action: string,
  now: Date,
): Promise<void> {
  return recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action,
    subjectType: 'list',
    subjectId: listId,
  });
}
