/**
 * What an entry of the log commits to. A kind names a table and the columns that count; what an entry of that kind
 * says never changes its meaning (src/ledger/sources.ts).
 */
export const ENTRY_KINDS = [
  'audit_event',
  'answer',
  'answer_end',
  'snapshot',
  'erasure',
  'answer_kept',
  'ballot',
  'ballot_vote',
  'board_letter',
  'rubric_review',
  'vendor_finding',
  'adjudication',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** Bytes of the salt that hides what an entry commits to. */
export const SALT_BYTES = 32;

export type LogEntry = {
  /** From 0, without gaps. */
  index: number;
  commitment: Buffer;
  /** The leaf's hash in the tree; the next entry names it. */
  leafHash: Buffer;
};

/** What opens a commitment. Kept beside the log and deletable; the log stays whole without it. */
export type Opening = { kind: EntryKind; sourceId: number; salt: Buffer };
