import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { credentials } from '../db/schema/credentials.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { asks, invitations } from '../db/schema/outreach.ts';
import { confirmations, submissions } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Language } from '../employers/types.ts';
import type { ConfirmationAnswer, ConfirmationKind } from '../surveys/types.ts';

/** One answer as whoever confirms it sees it. */
export type Said = {
  credential: string;
  instrumentVersionId: number;
  familiar: boolean;
  values: Record<string, string>;
};

export type Confirmation = {
  id: number;
  kind: ConfirmationKind;
  expiresAt: Date;
  answer: ConfirmationAnswer | null;
  language: Language;
  employer: string;
  answeredAt: Date;
  agency: { name: string; replyTo: string; phone: string; postalAddress: string; timeZone: string };
  /** Empty once the answers were taken back, or the address was forgotten. */
  said: Said[];
};

const AGENCY = {
  name: agencies.name,
  replyTo: agencies.replyTo,
  phone: agencies.phone,
  postalAddress: agencies.postalAddress,
  timeZone: agencies.timeZone,
};

/** What a confirmation's mail and page show. */
export async function findConfirmation(
  db: Db,
  by: { id: number } | { tokenHash: Buffer },
): Promise<Confirmation | null> {
  const [row] = await db
    .select()
    .from(confirmations)
    .where('id' in by ? eq(confirmations.id, by.id) : eq(confirmations.tokenHash, by.tokenHash));
  if (!row) return null;
  const { id, kind, expiresAt, answer } = row;
  if (row.submissionId !== null) {
    const [found] = await db
      .select({ submission: submissions, credential: credentials.name, agency: AGENCY })
      .from(submissions)
      .innerJoin(credentials, eq(credentials.id, submissions.credentialId))
      .innerJoin(agencies, eq(agencies.id, submissions.agencyId))
      .where(eq(submissions.id, row.submissionId));
    if (!found) return null;
    const { submission, credential, agency } = found;
    const { language, employerName: employer, receivedAt: answeredAt } = submission;
    const isOver = submission.state === 'rejected' || !submission.email;
    const { instrumentVersionId, familiar, values } = submission;
    const said = isOver ? [] : [{ credential, instrumentVersionId, familiar, values }];
    return { id, kind, expiresAt, answer, language, employer, answeredAt, agency, said };
  }
  const invitationId = row.invitationId!;
  const [invitation] = await db
    .select({
      employer: employers.legalName,
      answeredAt: invitations.answeredAt,
      language: contacts.language,
      agency: AGENCY,
    })
    .from(invitations)
    .innerJoin(employers, eq(employers.id, invitations.employerId))
    .innerJoin(agencies, eq(agencies.id, invitations.agencyId))
    .innerJoin(contacts, eq(contacts.id, row.contactId!))
    .where(eq(invitations.id, invitationId));
  if (!invitation) return null;
  const said = await db
    .select({
      credential: credentials.name,
      instrumentVersionId: answers.instrumentVersionId,
      familiar: answers.familiar,
      values: answers.values,
    })
    .from(answers)
    .innerJoin(asks, eq(asks.id, answers.askId))
    .innerJoin(credentials, eq(credentials.id, answers.credentialId))
    .where(and(eq(answers.invitationId, invitationId), isNull(answers.endedAt)))
    .orderBy(asks.position);
  return {
    id,
    kind,
    expiresAt,
    answer,
    ...invitation,
    answeredAt: invitation.answeredAt ?? row.createdAt,
    said,
  };
}
