import { and, eq, ne, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { respondToMeeting } from '../committees/respond-to-meeting.ts';
import { canRespond } from '../committees/rules.ts';
import { isTransactionConflict, type Tx } from '../db/client.ts';
import { meetings } from '../db/schema/committees.ts';
import { credentials } from '../db/schema/credentials.ts';
import { asks, invitations, waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import type { Language } from '../employers/types.ts';
import { lockUnitsOf } from '../evidence/queries.ts';
import { refreshPositions } from '../evidence/refresh-positions.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { invariant } from '../lib/errors.ts';
import { isFreeMailDomain, parseMailAddress } from '../lib/mail-address.ts';
import { queueTransactional } from '../outreach/queue-transactional.ts';
import { referToColleague } from '../outreach/refer-to-colleague.ts';
import { stopReminders } from '../outreach/stop-messages.ts';
import { markWordingUsed } from '../surveys/publish-wording.ts';
import { getInstrumentVersions, getNoticeVersion } from '../surveys/queries.ts';
import { type NewAnswer, recordAnswers } from '../surveys/record-answers.ts';
import { gradeProvenance, isComplete } from '../surveys/rules.ts';
import { listDomains, lockInvitation } from './lock-invitation.ts';
import { openConfirmation } from './open-confirmation.ts';
import { quarantineInvitation } from './quarantine-answers.ts';
import { findMachines } from './rules/quarantine.ts';
import { accessOf, hasUnsentChanges, type Wordings } from './rules.ts';
import { QUICK_FLAG, UNSEEN_FLAG } from './save-page.ts';
import { noteSending } from './sendings.ts';
import { TEXT } from './text.ts';
import type { About, Draft, MeetingReply } from './types.ts';

export type SendRefusal =
  | 'unknown'
  | 'not_open'
  | 'about_missing'
  | 'identity_missing'
  | 'connection_missing'
  | 'nothing_to_send';
export type SendOutcome = { sent: true } | { sent: false; reason: SendRefusal };

/** The whole answer, from the first page to the check, came sooner than a person reads the questions. */
const QUICKEST_ANSWER_MS = 5_000;
const ATTEMPTS = 4;

/**
 * Records what the draft holds: answers as new versions, replies to meetings, the invitation as answered, the evidence
 * of every policy that counts them, and a receipt. All of it or nothing; when this returns it is on disk. The same form sent
 * twice is recorded once, and both see the same page.
 */
export async function sendAnswers(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
  input: { tokenHash: Buffer; language: Language; ip: string },
): Promise<SendOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { outcome, mailed, suspect } = await deps.db.transaction((tx) => send(tx, deps, input));
      // A hint only: the schedule finds the receipt too, so nobody waits for the queue.
      if (mailed) void deps.queue.enqueue('outreach.send-due', {});
      // It is the last of a burst: the first ones, which counted a moment ago, are found now.
      if (suspect) void deps.queue.enqueue('respond.find-machines', {});
      return outcome;
    } catch (error) {
      // The mailer and this hold some of the same rows in another order; PostgreSQL ends one of the two.
      if (attempt >= ATTEMPTS || !isTransactionConflict(error)) throw error;
    }
  }
}

type Result = { outcome: SendOutcome; mailed: boolean; suspect: boolean };

async function send(
  tx: Tx,
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config'>,
  input: { tokenHash: Buffer; language: Language; ip: string },
): Promise<Result> {
  const now = deps.clock.now();
  const locked = await lockInvitation(tx, input.tokenHash);
  if (!locked) return refused('unknown');
  const { invitation, draft } = locked;
  if (accessOf(locked.access, now) !== 'open') return refused('not_open');
  if (
    invitation.state === 'answered' &&
    !hasUnsentChanges({ draft, draftVersion: invitation.draftVersion })
  ) {
    return { outcome: { sent: true }, mailed: false, suspect: false };
  }
  const { about } = draft;
  if (!about) return refused('about_missing');
  if (about.other && !draft.identity) return refused('identity_missing');
  // What was asked beside others may be over while they go on: each ask is taken as long as its own wave takes it.
  const asked = (await listAsks(tx, invitation.id)).filter(
    ({ wave }) => accessOf({ ...locked.access, ...wave }, now) === 'open',
  );
  const wordings = await getInstrumentVersions(
    deps.db,
    asked.flatMap(({ instrumentVersionId }) => instrumentVersionId ?? []),
  );
  const given = answersIn(draft, about, wordings, asked);
  if (given === 'connection_missing') return refused('connection_missing');
  const replies = asked.flatMap((ask) => {
    const reply = draft[`meeting:${ask.askId}`];
    if (!reply || !ask.startsAt || !ask.meetingState) return [];
    const replied = draft[`replied:${ask.askId}`];
    if (replied && canonicalJson(replied) === canonicalJson(reply)) return [];
    const takesReplies = canRespond({ state: ask.meetingState, startsAt: ask.startsAt }, now).ok;
    return takesReplies ? [{ askId: ask.askId, reply }] : [];
  });
  const nothing = given.length === 0 && replies.length === 0;
  if (nothing && invitation.state !== 'answered') return refused('nothing_to_send');

  const units = await lockUnitsOf(tx, [invitation.employerId]);
  const passedOn =
    about.other && draft.identity?.kind === 'passed_on'
      ? await findPassedOn(tx, invitation, { ...about, email: draft.identity.email }, input.language, now)
      : null;
  const changed = await recordAnswers(
    tx,
    {
      invitationId: invitation.id,
      contactId: passedOn?.contactId ?? invitation.contactId,
      employerId: invitation.employerId,
      language: input.language,
      respondentName: about.name,
      respondentTitle: about.title,
      hiringAuthority: about.hiring,
      provenance: gradeProvenance({
        wasReferred: invitation.referredFromId !== null,
        wasPassedOn: passedOn !== null,
        emailDomain: locked.emailDomain,
        employerDomains: await listDomains(tx, invitation.employerId),
        isFreeMail: isFreeMailDomain(locked.emailDomain),
      }),
    },
    given,
    now,
  );
  for (const { instrumentVersionId, noticeVersionId } of changed) {
    const notice = await getNoticeVersion(deps.db, noticeVersionId);
    if (wordings.get(instrumentVersionId)?.isUsed && notice.isUsed) continue;
    await markWordingUsed(tx, { instrumentVersionId, noticeVersionId, now });
  }
  for (const { askId, reply } of replies) {
    await respondToMeeting(tx, deps, {
      askId,
      answer:
        reply.response === 'accepted'
          ? { response: 'accepted' }
          : { response: 'declined', reason: declineReason(reply, input.language) },
      now,
    });
    // Who cannot be written to is still named in the reason, for staff to read.
    if (reply.response === 'declined' && reply.colleague) {
      await referToColleague(tx, deps, {
        invitationId: invitation.id,
        colleague: reply.colleague,
        handsOver: false,
        now,
      });
    }
  }
  const sentMarks = {
    sent: invitation.draftVersion,
    ...Object.fromEntries(replies.map(({ askId, reply }) => [`replied:${askId}`, reply])),
  };
  const quick =
    invitation.startedAt !== null && now.getTime() - invitation.startedAt.getTime() < QUICKEST_ANSWER_MS;
  const wasShown = !invitation.flags.includes(UNSEEN_FLAG);
  const flags = [
    ...new Set([
      ...invitation.flags.map((flag) => (flag === UNSEEN_FLAG ? QUICK_FLAG : flag)),
      ...(quick ? ['quick_answer'] : []),
    ]),
  ];
  await tx
    .update(invitations)
    .set({
      state: 'answered',
      answeredAt: nothing ? invitation.answeredAt : now,
      startedAt: invitation.startedAt ?? now,
      declinedAt: null,
      declineReason: null,
      language: input.language,
      flags,
      draft: sql`${invitations.draft} || ${JSON.stringify(sentMarks)}::jsonb`,
    })
    .where(eq(invitations.id, invitation.id));
  await stopReminders(tx, { invitationId: invitation.id, reason: 'answered', now });
  const unitId = units.get(invitation.employerId)!;
  await recordAudit(tx, {
    at: now,
    agencyId: invitation.agencyId,
    actorKind: 'employer',
    actorId: invitation.contactId,
    action: 'answers.sent',
    subjectType: 'invitation',
    subjectId: invitation.id,
    details: { answers: changed.length, replies: replies.length, language: input.language },
  });
  let suspect = false;
  if (changed.length > 0) {
    const { sending, around } = await noteSending(tx, deps, {
      invitationId: invitation.id,
      employerId: invitation.employerId,
      sentAt: now,
      ip: input.ip,
      respondentName: about.name,
      tookMs: now.getTime() - (invitation.startedAt ?? now).getTime(),
      isQuick: flags.length > 0,
      wasShown,
    });
    const reasons = findMachines(around).get(sending);
    suspect = reasons !== undefined;
    if (reasons) {
      await quarantineInvitation(tx, deps, { invitationId: invitation.id, reasons, sentAt: now, now });
    }
    if (passedOn?.contactId) {
      await openConfirmation(tx, deps, {
        kind: 'forwarded',
        agencyId: invitation.agencyId,
        invitationId: invitation.id,
        contactId: passedOn.contactId,
        now,
      });
    }
    await queueTransactional(tx, deps, [
      {
        kind: 'receipt',
        key: `${invitation.id}:${invitation.draftVersion}`,
        agencyId: invitation.agencyId,
        contactId: invitation.contactId,
        employerId: invitation.employerId,
        invitationId: invitation.id,
        refs: { invitationId: invitation.id },
        now,
      },
    ]);
    await refreshPositions(
      tx,
      changed.map(({ credentialId }) => ({ credentialId, unitId })),
      now,
    );
  }
  return { outcome: { sent: true }, mailed: changed.length > 0 || replies.length > 0, suspect };
}

function refused(reason: SendRefusal): Result {
  return { outcome: { sent: false, reason }, mailed: false, suspect: false };
}

/**
 * Who says that the link was passed on to them, as a contact of the employer. No contact when the address is somebody's
 * elsewhere or of somebody who left: the answer is kept and cannot be confirmed, and nothing tells why. Null when the
 * address is the invited one: then the mail that was sent has reached them.
 */
async function findPassedOn(
  tx: Tx,
  invitation: { contactId: number; employerId: number },
  person: { name: string; title: string; email: string },
  language: Language,
  now: Date,
): Promise<{ contactId: number | null } | null> {
  const address = parseMailAddress(person.email);
  if (!address) return { contactId: null };
  const at = now.toISOString();
  await tx.execute(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, title, language, source, created_at, updated_at)
    values (${invitation.employerId}, ${person.name}, ${address.email}, ${address.key}, ${address.domain}, ${person.title},
            ${language}, 'passed_on', ${at}::timestamptz, ${at}::timestamptz)
    on conflict (email_key) do nothing`);
  const [found] = await tx.execute<{ id: number; usable: boolean }>(sql`
    select c.id, c.state = 'active' and e.unit_id = own.unit_id as usable
    from contacts c join employers e on e.id = c.employer_id, employers own
    where c.email_key = ${address.key} and own.id = ${invitation.employerId}`);
  if (Number(found?.id) === invitation.contactId) return null;
  return { contactId: found?.usable ? Number(found.id) : null };
}

function declineReason({ reason, colleague }: MeetingReply, language: Language): string {
  const suggested = colleague ? TEXT[language].meetingSuggested(colleague.name) : '';
  return [reason, suggested].filter(Boolean).join(' · ');
}

type AskRow = Awaited<ReturnType<typeof listAsks>>[number];

async function listAsks(tx: Tx, invitationId: number) {
  return tx
    .select({
      askId: asks.id,
      credentialId: asks.credentialId,
      instrumentVersionId: asks.instrumentVersionId,
      issuerId: credentials.issuerId,
      startsAt: meetings.startsAt,
      meetingState: meetings.state,
      noticeVersionId: waves.noticeVersionId,
      wave: {
        waveState: waves.state,
        closeAt: sql<Date>`${waves.closeAt}`.mapWith(waves.closeAt),
        graceUntil: sql<Date>`${waves.graceUntil}`.mapWith(waves.graceUntil),
      },
    })
    .from(asks)
    .innerJoin(waves, eq(waves.id, asks.waveId))
    .leftJoin(credentials, eq(credentials.id, asks.credentialId))
    .leftJoin(meetings, eq(meetings.id, asks.meetingId))
    .where(and(eq(asks.invitationId, invitationId), ne(asks.state, 'cancelled')))
    .orderBy(asks.position);
}

/** The draft's complete answers. A part without an answer is left out; a relation that was announced must be given. */
function answersIn(
  draft: Draft,
  about: About,
  wordings: Wordings,
  asked: readonly AskRow[],
): NewAnswer[] | 'connection_missing' {
  const given: NewAnswer[] = [];
  for (const { askId, credentialId, issuerId, instrumentVersionId, noticeVersionId } of asked) {
    const answer = draft[`ask:${askId}`];
    if (credentialId === null || issuerId === null || instrumentVersionId === null || !answer) continue;
    const wording = wordings.get(instrumentVersionId);
    invariant(wording && noticeVersionId, 'what a launched wave asks has its wording and notice');
    if (!isComplete(wording.body, answer)) continue;
    const relation = about.connected ? draft[`issuer:${issuerId}`] : 'none';
    if (!relation) return 'connection_missing';
    given.push({ askId, credentialId, instrumentVersionId, noticeVersionId, answer, relation });
  }
  return given;
}
