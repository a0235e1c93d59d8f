import type { AppealState, ApplicationState, DecisionKind, DecisionOutcome } from '../approvals/types.ts';

/** What can happen to an application, in the order in which it does where two of it share a moment. */
const PROCEEDINGS = [
  'submitted',
  'renewal_submitted',
  'decided',
  'appealed',
  'decided_on_appeal',
  'appeal_ended',
  'due_for_review',
  'renewed',
  'revoked',
  'lapsed',
  'proposal_withdrawn',
] as const;

/** One thing that happened to an application; `by` is the member of staff who did it, none where time did. */
export type ProceedingRecord = {
  what: (typeof PROCEEDINGS)[number];
  at: Date;
  by: string | null;
  applicationId: number;
  credential: string;
  list: string;
  cycle: string;
  [detail: string]: string | number | Date | null;
};

type About = { applicationId: number; credential: string; list: string; cycle: string };
const aboutOf = ({ applicationId, credential, list, cycle }: About): About => ({
  applicationId,
  credential,
  list,
  cycle,
});

export function proceedingsOfMoves(
  row: About & {
    state: ApplicationState;
    submittedAt: Date;
    submittedBy: string;
    applicantKind: string;
    applicantName: string;
    renewalOf: number | null;
    dueAt: Date | null;
    lapsesOn: string | null;
    endedAt: Date | null;
    endReason: string;
  },
): ProceedingRecord[] {
  const about = aboutOf(row);
  const ended = row.state === 'renewed' || row.state === 'lapsed' ? row.state : null;
  return [
    {
      what: row.renewalOf === null ? 'submitted' : 'renewal_submitted',
      at: row.submittedAt,
      by: row.submittedBy,
      ...about,
      applicantKind: row.applicantKind,
      applicantName: row.applicantName,
      renewalOf: row.renewalOf,
    },
    ...(row.dueAt
      ? [{ what: 'due_for_review' as const, at: row.dueAt, by: null, ...about, lapsesOn: row.lapsesOn }]
      : []),
    // A revocation ends an application too, and is told as the decision that it is.
    ...(ended && row.endedAt
      ? [{ what: ended, at: row.endedAt, by: null, ...about, endReason: row.endReason }]
      : []),
  ];
}

const DECIDED = {
  first: 'decided',
  appeal: 'decided_on_appeal',
  revocation: 'revoked',
} as const satisfies Record<DecisionKind, ProceedingRecord['what']>;

export function decisionProceeding(
  row: About & {
    decisionId: number;
    kind: DecisionKind;
    state: 'proposed' | 'confirmed' | 'withdrawn';
    outcome: DecisionOutcome;
    reason: string;
    publicReason: string;
    conditions: string;
    decidedByBody: string;
    proposedBy: string;
    proposedAt: Date;
    at: Date;
    by: string | null;
    appealId: number | null;
    documentId: number | null;
    evidenceSha256: string | null;
  },
): ProceedingRecord {
  const { kind, state, ...rest } = row;
  return { ...rest, what: state === 'confirmed' ? DECIDED[kind] : 'proposal_withdrawn' };
}

export function appealProceedings(
  row: About & {
    appealId: number;
    decisionId: number;
    filedBy: string;
    filedOn: string;
    grounds: string;
    dueOn: string;
    state: AppealState;
    recordedAt: Date;
    recordedBy: string;
    endedAt: Date | null;
    endedBy: string | null;
    endReason: string;
  },
): ProceedingRecord[] {
  const { appealId, decisionId } = row;
  const common = { ...aboutOf(row), appealId, decisionId };
  return [
    {
      what: 'appealed',
      at: row.recordedAt,
      by: row.recordedBy,
      ...common,
      filedBy: row.filedBy,
      filedOn: row.filedOn,
      grounds: row.grounds,
      dueOn: row.dueOn,
    },
    ...(row.endedAt
      ? [
          {
            what: 'appeal_ended' as const,
            at: row.endedAt,
            by: row.endedBy,
            ...common,
            outcome: row.state,
            endReason: row.endReason,
          },
        ]
      : []),
  ];
}

/** What of it lies in a time, in the order in which it happened. */
export function inOrder(
  rows: readonly ProceedingRecord[],
  { from, until }: { from: Date; until: Date },
): ProceedingRecord[] {
  const rank = ({ what }: ProceedingRecord) => PROCEEDINGS.indexOf(what);
  return rows
    .filter(({ at }) => at >= from && at < until)
    .sort(
      (a, b) => a.at.getTime() - b.at.getTime() || a.applicationId - b.applicationId || rank(a) - rank(b),
    );
}
