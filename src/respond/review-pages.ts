import type { InstrumentBody } from '../surveys/types.ts';
import { answerRows } from './pages.ts';
import { reviewPaths } from './review-paths.ts';
import type {
  findQuarantined,
  listFlagged,
  listQuarantined,
  listSecondLooks,
  listUnmatched,
} from './review-queries.ts';
import { FLAG_WORDS, GRADE_WORDS, KIND_WORDS, QUARANTINE_WORDS } from './review-words.ts';

type Rows<F extends (...args: never[]) => unknown> = Awaited<ReturnType<F>>;

const REVIEW_CRUMB = { href: reviewPaths.list, text: 'Answers to look at' };

export const REVIEW_NOTICES: Record<string, string> = {
  released: 'The answers count now, where a policy takes them.',
  machine: 'Noted. Another person must agree; the answers stay uncounted meanwhile.',
  agreed: 'The answers stay kept and uncounted, and are off this list.',
  looked: 'Marked as looked at.',
  entered: 'Entered. It counts after a colleague has looked at it, where a policy takes it.',
  confirmed: 'The answer counts now, where a policy takes it.',
  sent_back: 'Sent back: the answer is kept, marked as withdrawn, and does not count.',
  matched: 'The answer has its employer.',
  rejected: 'Turned down. It is kept with the reason.',
};

export function noticeOf(done: unknown): { text: string } | null {
  const text = typeof done === 'string' ? REVIEW_NOTICES[done] : undefined;
  return text ? { text } : null;
}

/** Everything that a person should look at before, or after, it counts. */
export function reviewPage(facts: {
  quarantined: Rows<typeof listQuarantined>;
  secondLooks: Rows<typeof listSecondLooks>;
  unmatched: Rows<typeof listUnmatched>;
  flagged: Rows<typeof listFlagged>;
  /** How many of each are shown at most. */
  shown: number;
  viewer: { staffId: number; mayEdit: boolean };
  zone: string;
  done: unknown;
}) {
  const { viewer } = facts;
  return {
    title: 'Answers to look at',
    zone: facts.zone,
    notice: noticeOf(facts.done),
    nothing:
      facts.quarantined.length + facts.secondLooks.length + facts.unmatched.length + facts.flagged.length ===
      0,
    quarantined: facts.quarantined.map((row) => ({
      href: reviewPaths.answer(row.invitationId),
      employer: row.employer,
      who: [row.who, row.title].filter(Boolean).join(', '),
      credentials: row.credentials.join(', '),
      since: row.since,
      reasons: row.reasons.map(
        (reason) => QUARANTINE_WORDS[reason as keyof typeof QUARANTINE_WORDS] ?? reason,
      ),
      said:
        row.machineSaidBy === null
          ? null
          : row.machineSaidBy === viewer.staffId
            ? 'You said it is a machine; a colleague must agree.'
            : `${row.sayer} says it is a machine. Do you agree?`,
    })),
    secondLooks: facts.secondLooks.map((row) => ({
      href: reviewPaths.submission(row.submissionId),
      kind: KIND_WORDS[row.kind],
      employer: row.employer,
      credential: row.credential,
      who: row.who,
      by: row.enteredBy === viewer.staffId ? 'You: a colleague must look' : row.enteredName,
      enteredAt: row.receivedAt,
    })),
    unmatched: facts.unmatched.map((row) => ({
      href: reviewPaths.submission(row.submissionId),
      employer: row.employerName,
      place: row.employerPlace,
      credential: row.credential,
      who: row.who,
      receivedAt: row.receivedAt,
      tag: row.verifiedAt ? { kind: 'good', text: 'Confirmed' } : { kind: 'quiet', text: 'Not confirmed' },
    })),
    flagged: facts.flagged.map((row) => ({
      id: row.invitationId,
      href: reviewPaths.answer(row.invitationId),
      employer: row.employer,
      who: row.who,
      answeredAt: row.answeredAt,
      how: row.flags.map((flag) => FLAG_WORDS[flag] ?? flag).join(', '),
    })),
    shownOnly: facts.flagged.length >= facts.shown ? facts.shown : null,
    lookedAtAction: viewer.mayEdit ? reviewPaths.lookedAt : null,
    markAllText: facts.flagged.length > 1 ? `Mark all ${facts.flagged.length} shown here as looked at` : null,
  };
}

/** One invitation's answers with why they wait, and what can be done. */
export function quarantinedPage(facts: {
  found: NonNullable<Rows<typeof findQuarantined>>;
  instruments: ReadonlyMap<number, InstrumentBody>;
  viewer: { staffId: number; mayEdit: boolean; mayApprove: boolean };
  zone: string;
  done: unknown;
}) {
  const { invitation, rows } = facts.found;
  const { viewer } = facts;
  const holds = rows.flatMap(({ hold, sayer }) => (hold ? [{ ...hold, sayer }] : []));
  const open = holds.filter(({ endedAt, machineAgreedBy }) => endedAt === null && machineAgreedBy === null);
  const [first] = open;
  const settled = holds.find(({ endedAt, machineAgreedBy }) => endedAt !== null || machineAgreedBy !== null);
  const reasons = [...new Set(holds.flatMap((hold) => hold.reasons))];
  const latest = rows.at(-1)!.answer;
  return {
    title: invitation.employer,
    zone: facts.zone,
    breadcrumbs: [REVIEW_CRUMB],
    notice: noticeOf(facts.done),
    tag: first
      ? { kind: 'short', text: 'Waits, uncounted' }
      : settled && settled.endedAt === null
        ? { kind: 'bad', text: 'A machine, uncounted' }
        : { kind: 'good', text: 'Not held back' },
    facts: [
      {
        key: 'Answered by',
        value: [latest.respondentName, latest.respondentTitle].filter(Boolean).join(', '),
      },
      { key: 'How it came', value: GRADE_WORDS[latest.provenance] },
      { key: 'Wave', value: invitation.wave },
      ...(invitation.startedAt && invitation.answeredAt
        ? [
            {
              key: 'From first page to sending',
              value: duration(invitation.startedAt, invitation.answeredAt),
            },
          ]
        : []),
      ...(invitation.flags.length > 0
        ? [{ key: 'Fast', value: invitation.flags.map((flag) => FLAG_WORDS[flag] ?? flag).join(', ') }]
        : []),
    ],
    reasons: reasons.map((reason) => QUARANTINE_WORDS[reason as keyof typeof QUARANTINE_WORDS] ?? reason),
    outcome:
      settled?.outcome === 'confirmed_by_mail'
        ? 'The employer confirmed the answers by the mailed link.'
        : settled?.outcome === 'released'
          ? `Let through by staff: ${settled.endReason}`
          : settled && settled.endedAt === null
            ? `Two people hold it for a machine’s: ${settled.machineReason}. The employer can still confirm by the mailed link.`
            : null,
    answers: rows.map(({ answer, credential }) => ({
      heading: credential,
      rows: answerRows(
        facts.instruments.get(answer.instrumentVersionId)!,
        answer.familiar ? { familiar: true, values: answer.values } : { familiar: false },
        'en',
      ),
    })),
    employerHref: `/staff/employers/${invitation.employerId}`,
    said: first?.machineSaidBy ? { by: first.sayer, reason: first.machineReason } : null,
    releaseAction: first && viewer.mayApprove ? reviewPaths.release(invitation.id) : null,
    machineAction:
      first && first.machineSaidBy === null && viewer.mayEdit ? reviewPaths.machine(invitation.id) : null,
    agreeAction:
      first?.machineSaidBy && first.machineSaidBy !== viewer.staffId && viewer.mayApprove
        ? reviewPaths.agree(invitation.id)
        : null,
    needsOther: first?.machineSaidBy === viewer.staffId,
  };
}

function duration(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  if (seconds < 120) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
