import { pagesOf } from '../employers/pages.ts';
import type { PageData } from '../http/views.ts';
import type { AdjudicationRow, AnswerWords, DisputedUnit } from './adjudication-queries.ts';
import { evidencePaths } from './paths.ts';
import type { Policy } from './rules/policy.ts';
import { stanceOf } from './rules/position.ts';
import { termsOf } from './rules/terms.ts';
import type { AdjudicationState } from './types.ts';

export const CASES_SHOWN = 25;

const NOTICES: Record<string, string> = {
  proposed: 'Proposed. Nothing changes until another person confirms it.',
  confirmed: 'Confirmed. The counts are taken again.',
  withdrawn: 'The proposal is taken back. The employer stays uncounted.',
  end_requested: 'Asked. The decision holds until another person confirms.',
  ended: 'The decision is taken back, and the counts are taken again.',
  kept: 'The request is turned down. The decision holds.',
};

export function noticeOfCase(done: unknown): PageData['notice'] {
  const text = typeof done === 'string' ? NOTICES[done] : undefined;
  return text ? { kind: 'success', text } : null;
}

const STATES: Record<AdjudicationState, { text: string; kind: string }> = {
  proposed: { text: 'Waits for a second person', kind: 'active' },
  in_force: { text: 'Holds', kind: 'good' },
  withdrawn: { text: 'Not agreed', kind: 'quiet' },
  ended: { text: 'Taken back', kind: 'quiet' },
};

export function adjudicationsPage(facts: {
  disputed: readonly DisputedUnit[];
  total: number;
  page: number;
  settled: readonly AdjudicationRow[];
  agencyId: number;
  zone: string;
}): PageData {
  const { page, total } = facts;
  return {
    title: 'Adjudication',
    zone: facts.zone,
    total,
    disputed: facts.disputed.map((one) => ({
      href: evidencePaths.dispute(one.slug, one.unitId),
      employer: one.employer,
      credential: one.credential,
      counts: one.counts,
      since: one.since,
      proposedBy: one.proposedBy,
    })),
    pages: pagesOf(
      total,
      page,
      (to) => (to === 1 ? evidencePaths.adjudications : `${evidencePaths.adjudications}?page=${to}`),
      CASES_SHOWN,
    ),
    settled: facts.settled.map((row) => ({
      href: evidencePaths.dispute(row.slug, row.unitId),
      employer: row.employer,
      credential: row.credential,
      reason: row.agencyId === facts.agencyId ? row.reason : reasonOfOthers(row),
      state: STATES[row.state],
      at: row.endedAt ?? row.decidedAt,
      by: [row.proposerName, row.deciderName].filter(Boolean).join(' and '),
    })),
  };
}

/** A written reason may name people, so another agency's is read where its people may be named, and asked for elsewhere. */
function reasonOfOthers({ agency }: Pick<AdjudicationRow, 'agency'>): string {
  return `${agency} decided it, and keeps the written reason: it may name people`;
}

const VALUE_WORDS: Record<string, string> = { yes: 'Yes', no: 'No', not_sure: 'Not sure' };

/** What one answer says to each question that the policies ask, in their words. */
function saysOf(policies: readonly Policy[], answer: Pick<AnswerWords, 'familiar' | 'values'>) {
  if (!answer.familiar) return [{ about: '', value: 'Does not know the credential' }];
  const questions = new Map(policies.flatMap(questionsOf));
  return [...questions].flatMap(([key, meaning]) => {
    const value = answer.values[key];
    return value ? [{ about: meaning, value: VALUE_WORDS[value] ?? value.replaceAll('_', ' ') }] : [];
  });
}

function questionsOf(policy: Policy): [string, string][] {
  const { requirement } = policy;
  if ('questions' in requirement) return requirement.questions.map(({ key, meaning }) => [key, meaning]);
  if (requirement.kind === 'points') return [[requirement.question.key, requirement.question.meaning]];
  return termsOf(policy).questions.map(({ key }) => [key, key]);
}

export function disputePage(facts: {
  credential: { slug: string; name: string };
  employer: { id: number; name: string };
  /** null: nobody disagrees any more, or it is settled. */
  dispute: { answerIds: readonly number[]; policies: readonly { name: string; body: Policy }[] } | null;
  words: readonly AnswerWords[];
  history: readonly AdjudicationRow[];
  viewer: { staffId: number; agencyId: number; mayEdit: boolean; mayApprove: boolean };
  zone: string;
}): PageData {
  const { credential, employer, dispute, viewer } = facts;
  const bodies = dispute?.policies.map(({ body }) => body) ?? [];
  const open = facts.history.find(({ state }) => state === 'proposed') ?? null;
  const wordsOf = (answerId: number | null) =>
    answerId === null ? null : (facts.words.find((one) => one.answerId === answerId) ?? null);
  const outcome = (row: Pick<AdjudicationRow, 'speaksAnswerId'>) => {
    const speaker = wordsOf(row.speaksAnswerId);
    if (row.speaksAnswerId === null) return 'None of the answers counts.';
    if (!speaker) return `The answer of number ${row.speaksAnswerId} speaks for the employer.`;
    return `The answer of ${inSentence(speaker)} speaks for the employer.`;
  };
  const inDispute = facts.words.filter(({ answerId }) => dispute?.answerIds.includes(answerId));
  const mayRead = (row: AdjudicationRow) =>
    row.agencyId === viewer.agencyId || row.answerIds.every((answerId) => wordsOf(answerId)?.isNamed);
  return {
    title: `${employer.name}: whose answer speaks?`,
    zone: facts.zone,
    breadcrumbs: [{ href: evidencePaths.adjudications, text: 'Adjudication' }],
    credential: {
      name: credential.name,
      href: `/staff/credentials/${credential.slug}/story?show=conflicting`,
    },
    employer: { name: employer.name, href: `/staff/employers/${employer.id}` },
    policies: dispute?.policies.map(({ name }) => name) ?? [],
    isDisputed: dispute !== null,
    answers: inDispute.map((answer) => ({
      ...answer,
      says: saysOf(bodies, answer),
      stances: [...new Set(bodies.map((body) => stanceOf(body, answer)))].map((stance) =>
        stance === 'both_yes'
          ? { text: 'Would count', kind: 'good' }
          : { text: 'Would be a no', kind: 'bad' },
      ),
    })),
    hasUnnamed: inDispute.some(({ isNamed }) => !isNamed),
    seen: dispute?.answerIds.join(',') ?? '',
    action: dispute && !open && viewer.mayEdit ? evidencePaths.dispute(credential.slug, employer.id) : null,
    choices: [
      ...inDispute.map((answer, index) => ({
        value: answer.answerId,
        text: answer.isNamed
          ? `${answer.name}’s answer speaks for the employer`
          : `The answer of ${inSentence(answer)}, speaks for the employer`,
        hint: answer.isNamed ? answer.title : `Row ${index + 1} of the table`,
      })),
      {
        value: 'none',
        text: 'None of them counts',
        hint: 'The employer stays shown and uncounted.',
        divider: 'or',
      },
    ],
    history: facts.history.map((row) => {
      const isOwnAgency = row.agencyId === viewer.agencyId;
      const mayAnswerEnd = isOwnAgency && row.state === 'in_force' && row.endRequestedBy !== null;
      return {
        state: STATES[row.state],
        outcome: outcome(row),
        reason: mayRead(row) ? row.reason : null,
        keptReason: mayRead(row) ? null : reasonOfOthers(row),
        proposedAt: row.proposedAt,
        proposer: row.proposerName,
        decidedAt: row.decidedAt,
        decider: row.deciderName,
        wasWithdrawn: row.state === 'withdrawn',
        endedAt: row.endedAt,
        ender: row.enderName,
        endRequester: row.endRequesterName,
        endReason: mayRead(row) ? row.endReason : null,
        isOwn: row.state === 'proposed' && row.proposedBy === viewer.staffId,
        confirmAction:
          isOwnAgency && row.state === 'proposed' && viewer.mayApprove && row.proposedBy !== viewer.staffId
            ? evidencePaths.confirmAdjudication(row.id)
            : null,
        withdrawAction:
          isOwnAgency && row.state === 'proposed' && viewer.mayEdit
            ? evidencePaths.withdrawAdjudication(row.id)
            : null,
        endAction:
          isOwnAgency && row.state === 'in_force' && row.endRequestedBy === null && viewer.mayEdit
            ? evidencePaths.endAdjudication(row.id)
            : null,
        confirmEndAction:
          mayAnswerEnd && viewer.mayApprove && row.endRequestedBy !== viewer.staffId
            ? evidencePaths.confirmEnd(row.id)
            : null,
        keepAction: mayAnswerEnd && viewer.mayEdit ? evidencePaths.keepAdjudication(row.id) : null,
      };
    }),
  };
}

/** "Yara Yes", or "somebody, asked by CTE": roles stand within a sentence. */
function inSentence({ name, isNamed }: Pick<AnswerWords, 'name' | 'isNamed'>): string {
  return isNamed ? name : name.replace(/^S/, 's');
}
