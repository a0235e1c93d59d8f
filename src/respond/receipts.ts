import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { credentials } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { asks, invitations, waves } from '../db/schema/outreach.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Deps } from '../deps.ts';
import type { MessageContents } from '../outreach/contents.ts';
import { answerToken } from '../outreach/create-touches.ts';
import { getInstrumentVersion } from '../surveys/queries.ts';
import { answerRows } from './pages.ts';
import { respondPath } from './paths.ts';
import { TEXT } from './text.ts';

/**
 * What a person told us, told back to the address that was invited (E8): read when the mail leaves, so that it says
 * what stands then. A receipt for answers that never were is missing and its mail is cancelled.
 */
export function receiptContents(
  deps: Pick<Deps, 'config' | 'secrets' | 'clock'>,
): Pick<MessageContents, 'receipt'> {
  return {
    async receipt(db, messages) {
      const contents = new Map();
      const invitationIds = messages.flatMap(({ invitationId }) => invitationId ?? []);
      if (invitationIds.length === 0) return contents;
      const now = deps.clock.now();
      const facts = await listInvitationFacts(db, invitationIds);
      const latest = await listLatestAnswers(db, invitationIds);
      for (const message of messages) {
        const invitation = facts.find(({ id }) => id === message.invitationId);
        const given = latest.filter(({ answer }) => answer.invitationId === message.invitationId);
        if (!invitation || given.length === 0) continue;
        const { language } = invitation;
        const items = [];
        for (const { answer, credential } of given) {
          const instrument = await getInstrumentVersion(db, answer.instrumentVersionId);
          const said = answer.familiar
            ? ({ familiar: true, values: answer.values } as const)
            : ({ familiar: false } as const);
          const rows = answerRows(instrument.body, said, language, 'text');
          items.push({
            topic: credential,
            answers:
              answer.endKind === 'withdrawn'
                ? [TEXT[language].receiptWithdrawn]
                : rows.map(({ key, value }) => `${key} ${value}`),
          });
        }
        const token = answerToken(deps, invitation.id, invitation.tokenVersion);
        contents.set(message.id, {
          data: {
            employerName: invitation.employerName,
            items,
            answeredAt: invitation.answeredAt ?? now,
            changeUntil: invitation.graceUntil && invitation.graceUntil > now ? invitation.graceUntil : null,
            timeZone: invitation.timeZone,
            link: `${deps.config.publicUrl}${respondPath(token)}`,
          },
        });
      }
      return contents;
    },
  };
}

async function listInvitationFacts(db: Db, invitationIds: number[]) {
  return db
    .select({
      id: invitations.id,
      language: invitations.language,
      tokenVersion: invitations.tokenVersion,
      answeredAt: invitations.answeredAt,
      employerName: employers.legalName,
      graceUntil: waves.graceUntil,
      timeZone: agencies.timeZone,
    })
    .from(invitations)
    .innerJoin(employers, eq(employers.id, invitations.employerId))
    .innerJoin(waves, eq(waves.id, invitations.waveId))
    .innerJoin(agencies, eq(agencies.id, invitations.agencyId))
    .where(inArray(invitations.id, invitationIds));
}

/** The last version of each ask's answer, withdrawn or not, in the order they were asked. */
async function listLatestAnswers(db: Db, invitationIds: number[]) {
  const latest = db
    .selectDistinctOn([answers.askId], { id: answers.id })
    .from(answers)
    .where(inArray(answers.invitationId, invitationIds))
    .orderBy(answers.askId, desc(answers.version));
  return db
    .select({ answer: answers, credential: credentials.name })
    .from(answers)
    .innerJoin(asks, eq(asks.id, answers.askId))
    .innerJoin(credentials, eq(credentials.id, answers.credentialId))
    .where(and(inArray(answers.invitationId, invitationIds), inArray(answers.id, latest)))
    .orderBy(asc(answers.invitationId), asc(asks.position));
}
