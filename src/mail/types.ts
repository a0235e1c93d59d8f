/** One mailbox: a name for people and an address for servers. */
export type Mailbox = { name?: string; address: string };

export type CalendarPart = { method: 'REQUEST' | 'CANCEL' | 'REPLY'; content: string; filename: string };

/** Everything that one message to one person consists of. Both transports send exactly what compose.ts makes of it. */
export type OutgoingMail = {
  /** Deterministic, without angle brackets: the same message sent twice carries the same one (E20). */
  messageId: string;
  date: Date;
  from: Mailbox;
  to: Mailbox;
  replyTo?: Mailbox;
  /** Where bounces go; the From address when absent. */
  envelopeFrom?: string;
  subject: string;
  text: string;
  html: string;
  language: string;
  /** Separates outreach from what answers a person's own act (E11). */
  listId?: { name: string; id: string };
  /** Present exactly on outreach: makes the one-click unsubscribe headers (E1). */
  unsubscribeUrl?: string;
  /** Gmail's Feedback-ID, parts from the particular to the general, without the colons. */
  feedbackId?: readonly string[];
  calendar?: CalendarPart;
  /** Tells these providers an id to name the message by in what they report of it. */
  correlation?: { id: string; providers: readonly MailProvider[] };
};

/** Services that tell by webhook what became of a mail. */
export const MAIL_PROVIDERS = ['ses', 'sendgrid', 'postmark'] as const;
export type MailProvider = (typeof MAIL_PROVIDERS)[number];

/**
 * What to do about a message that was not accepted:
 * `refused`: this message will never be accepted; `deferred`: this message may be accepted later;
 * `unavailable`: nothing can be sent now and the message is not at fault.
 */
export type SendFailure = 'refused' | 'deferred' | 'unavailable';

/** A failed hand-over. Holds codes only: a server's reply quotes addresses, and errors end up in logs. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly failure: SendFailure;
  /** `550`, `ECONNECTION` and the like, with the enhanced status when the server gave one: `550 5.1.1`. */
  readonly code: string;
  /** The connection broke after the message was handed over, so it may have been accepted. */
  readonly inDoubt: boolean;

  constructor(failure: SendFailure, code: string, inDoubt = false) {
    super(`Mail was not accepted: ${failure}, ${code}`);
    this.failure = failure;
    this.code = code;
    this.inDoubt = inDoubt;
  }

  get permanent(): boolean {
    return this.failure === 'refused';
  }
}

export type Mailer = {
  readonly kind: 'smtp' | 'local';
  /** Resolves when the next hop has taken responsibility; rejects with a SendError. */
  send(mail: OutgoingMail): Promise<{ providerId?: string }>;
  /** Rejects with a SendError when nothing could be sent now. */
  verify(): Promise<void>;
  close(): Promise<void>;
};
