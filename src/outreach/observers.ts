import type { Tx } from '../db/client.ts';

export type SentAsk = {
  askId: number;
  contactId: number;
  employerId: number;
  /** Exactly one of the two is present. */
  credentialId: number | null;
  meetingId: number | null;
  askedAt: Date;
};

/**
 * What features to the right of outreach want to know inside its transactions: outreach calls, evidence listens,
 * deps.ts wires. Both run in the transaction that changes the asks, so counts never drift from them.
 */
export type AskObservers = {
  /** The first message that carries these asks left. */
  asksSent(tx: Tx, asks: readonly SentAsk[]): Promise<void>;
  /** That message came back, at `at`, or was refused for good, then and there. */
  asksUndelivered(tx: Tx, asks: readonly SentAsk[], at?: Date): Promise<void>;
};
