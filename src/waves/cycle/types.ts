/** Why the calendar proposes a wave: employers are missing now, or will be once evidence has aged out. */
export const CYCLE_NEEDS = ['short', 'lapsing'] as const;
export type CycleNeed = (typeof CYCLE_NEEDS)[number];

/** open -> taken (staff opened it in the wizard) | dismissed (with a reason) | passed (nothing is needed any more). */
export const CYCLE_PROPOSAL_STATES = ['open', 'taken', 'dismissed', 'passed'] as const;
export type CycleProposalState = (typeof CYCLE_PROPOSAL_STATES)[number];

/** What is needed of one credential, as the calendar found it. */
export type NeededCredential = {
  credentialId: number;
  name: string;
  required: number;
  shortfall: number;
  /** How many more will be missing once evidence has aged out, and from which day on. */
  lapsing: number;
  lapsesOn: string | null;
};

/** How the proposed wave would do, by the planner: what staff see before they open it. */
export type ProposalOutlook = {
  people: number;
  employers: number;
  credentials: {
    credentialId: number;
    chance: number;
    /** The day by which the number is likely, as an instant. */
    by: string | null;
    moreEmployers: number;
  }[];
};
