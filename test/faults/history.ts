import type { Delivery } from './sink.ts';

/** What an employer chose for one credential. */
export type Choice = { incentive: string; preference: string };

/**
 * One thing that somebody outside did and what they saw of it: `ok` was acknowledged, `info` may have happened or not
 * (the connection broke, the server said 5xx), `refused` was answered with a no that nothing explains.
 */
export type Operation = {
  kind: 'answer' | 'read' | 'stop';
  /** Whose: the invitation's link for answers, the contact for stops. */
  key: string;
  choice?: Choice;
  /** What a read saw: whether the page said that the answer had arrived. */
  seen?: boolean;
  outcome: 'ok' | 'info' | 'refused';
  /** Which server was asked. */
  server: number;
  invokedAt: number;
  endedAt: number;
  /** Why it was refused. */
  because?: string;
};

/** What was done to the system, and for how long. */
export type Fault = { what: string; at: number };

/** One change of a message's row, in the order in which the database made them. */
export type Change = {
  messageRow: number;
  at: number;
  from: string;
  to: string;
  /** Hand-overs so far. */
  attempts: number;
  handedOver: boolean;
};

export type MessageRow = {
  id: number;
  messageId: string;
  contactId: number;
  employerId: number;
  email: string;
  /** A touch: an invitation or a reminder. */
  outreach: boolean;
  step: number;
  state: string;
  reason: string | null;
};

/** The answer that stands in the database for a link, as text; null when there is none. */
export type Standing = { key: string; choice: Choice | null };

export type History = {
  operations: Operation[];
  faults: Fault[];
  deliveries: Delivery[];
  changes: Change[];
  messages: MessageRow[];
  standing: Standing[];
};
