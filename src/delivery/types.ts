/** Where a receipt came in: our own mail listener, or a provider's webhook. */
export const MAIL_EVENT_SOURCES = ['smtp', 'ses', 'sendgrid', 'postmark'] as const;
export type MailEventSource = (typeof MAIL_EVENT_SOURCES)[number];

/**
 * - delivered: the receiving server took it
 * - bounce: it came back, or is being tried still; the classification says which
 * - complaint: the recipient reported it as unwanted
 * - not_spam: the recipient took such a report back
 * - auto_reply: out of office; neither a bounce nor an answer
 * - unsubscribe: the recipient said stop to the provider
 * - other: anything else, kept for staff
 */
export const MAIL_EVENT_KINDS = [
  'delivered',
  'bounce',
  'complaint',
  'not_spam',
  'auto_reply',
  'unsubscribe',
  'other',
] as const;
export type MailEventKind = (typeof MAIL_EVENT_KINDS)[number];

/**
 * - moved: the message's state changed
 * - no_change: repeated, or later than what says more
 * - noted: nothing follows from it
 * - needs_staff: a program may not act on it
 * - unmatched: its message was never found
 */
export const MAIL_EVENT_OUTCOMES = ['moved', 'no_change', 'noted', 'needs_staff', 'unmatched'] as const;
export type MailEventOutcome = (typeof MAIL_EVENT_OUTCOMES)[number];

/** requested -> confirmed by another person | withdrawn. */
export const LIFT_STATES = ['requested', 'confirmed', 'withdrawn'] as const;
export type LiftState = (typeof LIFT_STATES)[number];
