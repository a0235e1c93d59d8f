import { hasRole } from '../agencies/rules.ts';
import type { StaffRole } from '../agencies/types.ts';
import type { BounceClass } from '../mail/inbound/classify-bounce.ts';
import type { MessageState, SuppressionReason } from '../outreach/types.ts';
import type { LiftState, MailEventKind, MailEventOutcome } from './types.ts';

export type Receipt = { kind: MailEventKind; classification: BounceClass | null };

/** What a receipt does to its message and to the address. */
export type ReceiptEffect = {
  moveTo: 'delivered' | 'bounced' | 'complained' | null;
  suppress: SuppressionReason | null;
  outcome: MailEventOutcome;
};

/**
 * How much a state says. A receipt moves a message up only, so that any order of the same receipts, and any
 * repetition, ends in the same state: a late "delivered" never clears a bounce or a complaint, and who complains of
 * a mail that was reported as bounced has received it and said no. Any of them proves that an uncertain message left.
 */
const RANK: Partial<Record<MessageState, number>> = {
  uncertain: -1,
  sent: 0,
  delivered: 1,
  bounced: 2,
  complained: 3,
};

/** Null: not yet; the note that the message left is still to come. */
export function decideReceipt(receipt: Receipt, state: MessageState): ReceiptEffect | null {
  if (state === 'planned' || state === 'claimed') return null;
  const wanted = targetOf(receipt);
  const suppress = suppressionBy(receipt);
  if (receipt.kind === 'other' || receipt.classification === 'unknown') {
    return { moveTo: null, suppress, outcome: 'needs_staff' };
  }
  if (wanted === null) return { moveTo: null, suppress, outcome: 'noted' };
  const from = RANK[state];
  return from !== undefined && RANK[wanted]! > from
    ? { moveTo: wanted, suppress, outcome: 'moved' }
    : { moveTo: null, suppress, outcome: 'no_change' };
}

function targetOf({ kind, classification }: Receipt): ReceiptEffect['moveTo'] {
  if (kind === 'delivered') return 'delivered';
  if (kind === 'complaint') return 'complained';
  if (kind !== 'bounce') return null;
  return classification === 'delayed' || classification === 'unknown' ? null : 'bounced';
}

/**
 * What a receipt means for the address, whatever became of the message. A block by policy says nothing against it, and a
 * full mailbox empties.
 */
export function suppressionBy({ kind, classification }: Receipt): SuppressionReason | null {
  if (kind === 'complaint') return 'complained';
  if (kind === 'unsubscribe') return 'unsubscribed';
  return kind === 'bounce' && classification === 'dead_address' ? 'bounced' : null;
}

/** Bounces without a dead address that an address may have before staff look at it: one, then the next try. */
export const OTHER_BOUNCES_BEFORE_STAFF = 1;

export const LIFT_ACTIONS = ['request', 'confirm', 'withdraw'] as const;
export type LiftAction = (typeof LIFT_ACTIONS)[number];
export type LiftRefusal = 'wrong_state' | 'role' | 'same_person';

/** Whether a staff member may do this to a request to take an address off the list. It takes two people. */
export function canLift(
  action: LiftAction,
  lift: { state: LiftState; requestedBy: number } | null,
  staff: { id: number; role: StaffRole },
): { ok: true } | { ok: false; reason: LiftRefusal } {
  const isOpen = lift?.state === 'requested';
  if (isOpen !== (action !== 'request')) return { ok: false, reason: 'wrong_state' };
  if (!hasRole(staff.role, action === 'confirm' ? 'approver' : 'editor'))
    return { ok: false, reason: 'role' };
  if (action === 'confirm' && lift?.requestedBy === staff.id) return { ok: false, reason: 'same_person' };
  return { ok: true };
}
