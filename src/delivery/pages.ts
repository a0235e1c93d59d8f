import { hasRole } from '../agencies/rules.ts';
import type { StaffRole } from '../agencies/types.ts';
import { employerPaths, withQuery } from '../employers/paths.ts';
import type { BounceClass } from '../mail/inbound/classify-bounce.ts';
import { SUPPRESSION_REASONS, type SuppressionReason } from '../outreach/types.ts';
import { deliveryPaths } from './paths.ts';
import type { ReceiptRow, SuppressionRow } from './queries.ts';
import { canLift } from './rules.ts';
import type { MailEventKind, MailEventSource } from './types.ts';

export const PAGE_SIZE = 50;
/** How many receipts that need a person are shown. */
export const RECEIPTS_SHOWN = 200;

const REASONS: Record<SuppressionReason, { text: string; means: string }> = {
  unsubscribed: { text: 'Said stop', means: 'The person stopped these mails by the link in one of them.' },
  complained: { text: 'Complained', means: 'The person reported a mail as unwanted to their mail provider.' },
  bounced: { text: 'Does not exist', means: 'The receiving mail server said that there is no such mailbox.' },
  staff: { text: 'Told staff to stop', means: 'Staff noted that the person said stop.' },
};

const SOURCES: Record<MailEventSource, string> = {
  smtp: 'a mail that came back',
  ses: 'Amazon SES',
  sendgrid: 'SendGrid',
  postmark: 'Postmark',
};

const NOTICES: Record<string, string> = {
  requested: 'Another person of your agency now has to agree.',
  confirmed: 'The address may get mails again.',
  added: 'The address is on the list. No agency asks it anything from now on.',
  known: 'The address was on the list already.',
  withdrawn: 'The request is withdrawn. The address stays on the list.',
};

const noticeOf = (done: string | null) => {
  const text = done === null ? undefined : NOTICES[done];
  return text === undefined ? null : { kind: 'success' as const, text };
};

const tabs = (current: 'list' | 'receipts') => [
  { href: deliveryPaths.suppressions, text: 'Addresses', current: current === 'list' },
  { href: deliveryPaths.receipts, text: 'Receipts to look at', current: current === 'receipts' },
];

const nameOf = (row: SuppressionRow) => row.contact || row.email || 'An address that is no longer kept';

export function suppressionsPage(facts: {
  rows: readonly SuppressionRow[];
  total: number;
  byReason: ReadonlyMap<SuppressionReason, number>;
  reason: SuppressionReason | null;
  page: number;
  done: string | null;
  staff: { role: StaffRole; timeZone: string };
}) {
  const { rows, total, byReason, reason, page } = facts;
  const matching = reason === null ? total : (byReason.get(reason) ?? 0);
  const pageHref = (to: number) =>
    withQuery(deliveryPaths.suppressions, { reason, page: to > 1 ? to : null });
  const first = (page - 1) * PAGE_SIZE + 1;
  return {
    title: 'Addresses that get no mails',
    zone: facts.staff.timeZone,
    notice: noticeOf(facts.done),
    tabs: tabs('list'),
    action: deliveryPaths.suppressions,
    mayAdd: hasRole(facts.staff.role, 'editor'),
    reasons: SUPPRESSION_REASONS.map((value) => ({
      value,
      text: `${REASONS[value].text} (${byReason.get(value) ?? 0})`,
    })),
    reason,
    rows: rows.map((row) => ({
      name: nameOf(row),
      employer: row.employer,
      reason: REASONS[row.reason].text,
      since: row.createdAt,
      waits: row.lift !== null,
      href: deliveryPaths.suppression(row.id),
    })),
    pages: {
      previous: page > 1 ? pageHref(page - 1) : null,
      next: first + rows.length - 1 < matching ? pageHref(page + 1) : null,
      text: rows.length === 0 ? '' : `${first} to ${first + rows.length - 1} of ${matching}`,
    },
  };
}

export function suppressionPage(facts: {
  row: SuppressionRow;
  staff: { id: number; agencyId: number; role: StaffRole };
  done: string | null;
  zone: string;
}) {
  const { row, staff, done, zone } = facts;
  const own = row.lift !== null && row.lift.agencyId === staff.agencyId ? row.lift : null;
  const open = own && { state: 'requested' as const, requestedBy: own.requestedBy };
  const inForce = row.liftedAt === null;
  const may = (action: 'request' | 'confirm' | 'withdraw') =>
    inForce && (action === 'request' ? row.lift === null : own !== null) && canLift(action, open, staff).ok;
  return {
    title: nameOf(row),
    zone,
    breadcrumbs: [{ href: deliveryPaths.suppressions, text: 'Addresses that get no mails' }],
    notice: noticeOf(done),
    inForce,
    means: REASONS[row.reason].means,
    rows: [
      ...(row.employer !== null && row.employerId !== null
        ? [
            {
              key: 'Employer',
              value: row.employer,
              action: { href: employerPaths.employer(row.employerId), text: 'See', about: row.employer },
            },
          ]
        : []),
      ...(row.email === null ? [] : [{ key: 'Address', value: row.email }]),
      { key: 'Reason', value: REASONS[row.reason].text },
      ...(row.source === null
        ? []
        : [
            {
              key: 'Known from',
              value: row.status ? `${SOURCES[row.source]}, ${row.status}` : SOURCES[row.source],
            },
          ]),
    ],
    since: row.createdAt,
    liftedAt: row.liftedAt,
    lift: own && { reason: own.reason, requester: own.requester, requestedAt: new Date(own.requestedAt) },
    elsewhere: row.lift !== null && own === null,
    requestAction: may('request') ? deliveryPaths.requestLift(row.id) : null,
    confirmAction: may('confirm') ? deliveryPaths.confirmLift(row.id) : null,
    withdrawAction: may('withdraw') ? deliveryPaths.withdrawLift(row.id) : null,
    asksOther: own !== null && own.requestedBy === staff.id,
  };
}

const KINDS: Record<MailEventKind, string> = {
  delivered: 'Delivered',
  bounce: 'Came back',
  complaint: 'Complaint',
  not_spam: 'Taken back: not unwanted',
  auto_reply: 'Automatic reply',
  unsubscribe: 'Said stop',
  other: 'Not understood',
};

const CLASSES: Record<BounceClass, string> = {
  dead_address: 'no such mailbox',
  policy_block: 'refused by policy',
  other_permanent: 'refused again, for another reason than the address',
  transient: 'given up after trying',
  delayed: 'still being tried',
  unknown: 'it does not say why',
};

export function receiptsPage(facts: { rows: readonly ReceiptRow[]; zone: string }) {
  return {
    title: 'Receipts to look at',
    zone: facts.zone,
    tabs: tabs('receipts'),
    rows: facts.rows.map((row) => ({
      receivedAt: row.receivedAt,
      about: row.contact || row.employer || 'No mail of ours was found',
      employer: row.contact ? row.employer : null,
      wave: row.wave,
      waveHref: row.waveId === null ? null : `/staff/waves/${row.waveId}`,
      what: row.classification ? `${KINDS[row.kind]}: ${CLASSES[row.classification]}` : KINDS[row.kind],
      status: row.status,
      source: SOURCES[row.source],
    })),
  };
}
