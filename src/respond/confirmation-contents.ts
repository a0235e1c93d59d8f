import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { credentials } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { asks, invitations } from '../db/schema/outreach.ts';
import { confirmations, submissions } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Deps } from '../deps.ts';
import type { MessageContents } from '../outreach/contents.ts';
import { getInstrumentVersion } from '../surveys/queries.ts';
import { confirmToken } from './open-confirmation.ts';
import { answerRows } from './pages.ts';
import { confirmPath } from './paths.ts';

type Said = {
  credential: string;
  instrumentVersionId: number;
  familiar: boolean;
  values: Record<string, string>;
};

/**
 * What a mail that asks for a confirmation says, read when it leaves. One that was answered meanwhile, or whose answers
 * were withdrawn, is missing and its mail is cancelled.
 */
export function confirmationContents(
  deps: Pick<Deps, 'config' | 'secrets'>,
): Pick<MessageContents, 'confirmation'> {
  return {
    async confirmation(db, messages) {
      const contents = new Map();
      for (const message of messages) {
        const found = await findConfirmation(db, Number(message.refs.confirmationId));
        if (!found || found.said.length === 0) continue;
        const items = [];
        for (const { credential, instrumentVersionId, familiar, values } of found.said) {
          const { body } = await getInstrumentVersion(db, instrumentVersionId);
          const said = familiar ? ({ familiar, values } as const) : ({ familiar: false } as const);
          const rows = answerRows(body, said, message.language, 'text');
          items.push({ topic: credential, answers: rows.map(({ key, value }) => `${key} ${value}`) });
        }
        const token = confirmToken(deps, found.id);
        contents.set(message.id, {
          data: {
            employerName: found.employer,
            because: found.kind,
            items,
            answeredAt: found.answeredAt,
            until: found.expiresAt,
            timeZone: found.timeZone,
            link: `${deps.config.publicUrl}${confirmPath(token, message.language)}`,
          },
        });
      }
      return contents;
    },
  };
}

async function findConfirmation(db: Db, id: number) {
  const [row] = await db
    .select()
    .from(confirmations)
    .where(and(eq(confirmations.id, id), isNull(confirmations.answeredAt)));
  if (!row) return null;
  if (row.submissionId !== null) {
    const [submission] = await db
      .select({ submission: submissions, credential: credentials.name, timeZone: agencies.timeZone })
      .from(submissions)
      .innerJoin(credentials, eq(credentials.id, submissions.credentialId))
      .innerJoin(agencies, eq(agencies.id, submissions.agencyId))
      .where(eq(submissions.id, row.submissionId));
    if (!submission || submission.submission.state === 'rejected' || !submission.submission.email)
      return null;
    const { employerName: employer, receivedAt: answeredAt, ...said } = submission.submission;
    const { credential, timeZone } = submission;
    return { ...row, employer, answeredAt, timeZone, said: [{ ...said, credential }] satisfies Said[] };
  }
  const invitationId = row.invitationId!;
  const [invitation] = await db
    .select({
      employer: employers.legalName,
      answeredAt: invitations.answeredAt,
      timeZone: agencies.timeZone,
    })
    .from(invitations)
    .innerJoin(employers, eq(employers.id, invitations.employerId))
    .innerJoin(agencies, eq(agencies.id, invitations.agencyId))
    .where(eq(invitations.id, invitationId));
  const said: Said[] = await db
    .select({
      credential: credentials.name,
      instrumentVersionId: answers.instrumentVersionId,
      familiar: answers.familiar,
      values: answers.values,
    })
    .from(answers)
    .innerJoin(asks, eq(asks.id, answers.askId))
    .innerJoin(credentials, eq(credentials.id, answers.credentialId))
    .where(and(inArray(answers.invitationId, [invitationId]), isNull(answers.endedAt)))
    .orderBy(asks.position);
  if (!invitation) return null;
  return { ...row, ...invitation, answeredAt: invitation.answeredAt ?? row.createdAt, said };
}
