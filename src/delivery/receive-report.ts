import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Deps } from '../deps.ts';
import { isComplaintsAddress, readBounceAddress } from '../mail/inbound/bounce-address.ts';
import { classifyBounce } from '../mail/inbound/classify-bounce.ts';
import {
  type InboundReport,
  parseReport,
  type RecipientStatus,
  statusFor,
} from '../mail/inbound/parse-report.ts';
import { type ReceivedMailEvent, recordMailEvents } from './record-mail-event.ts';
import type { MailEventKind } from './types.ts';

type ReportDeps = Pick<Deps, 'db' | 'clock' | 'log' | 'queue' | 'secrets' | 'askObservers'>;

/** Whether the listener takes mail to this address: one that we made for a message, or the one for complaints. */
export function isReportAddress(deps: Pick<Deps, 'secrets'>, address: string, domain: string): boolean {
  return (
    isComplaintsAddress(address, domain) || readBounceAddress(deps.secrets.linkKey, address, domain) !== null
  );
}

/**
 * Keeps what one mail to our bounce domain says; when it returns, that is committed. What a report says of itself
 * proves nothing: the message is the one whose token the address carries, or, for complaints, whose token or whose
 * Message-ID (both unguessable) the report quotes.
 */
export async function receiveReport(
  deps: ReportDeps,
  mail: { recipients: readonly string[]; raw: Buffer; domain: string },
): Promise<{ kept: number; ignored: number }> {
  const report = await parseReport(mail.raw).catch((): InboundReport => UNREADABLE);
  const reportKey = report.reportId ?? createHash('sha256').update(mail.raw).digest('hex');
  const events: ReceivedMailEvent[] = [];
  let ignored = 0;
  for (const recipient of mail.recipients) {
    const messageRow =
      readBounceAddress(deps.secrets.linkKey, recipient, mail.domain) ??
      (report.kind === 'feedback' && report.originalMailFrom
        ? readBounceAddress(deps.secrets.linkKey, report.originalMailFrom, mail.domain)
        : null);
    const message = messageRow === null ? await findByHeader(deps, report) : { row: messageRow };
    if (message === null) {
      ignored += 1;
      continue;
    }
    const said = await readEvent(deps, report, message.row);
    const providerEventId = createHash('sha256').update(`${message.row} ${reportKey}`).digest('hex');
    events.push({ ...said, source: 'smtp', providerEventId, messageRow: message.row, occurredAt: null });
  }
  if (ignored > 0) deps.log.info({ ignored }, 'a report about no mail of ours was ignored');
  if (events.length > 0) await recordMailEvents(deps, events);
  return { kept: events.length, ignored };
}

const UNREADABLE: InboundReport = { kind: 'unknown', reportId: null, originalMessageId: null };

async function findByHeader(
  { db }: Pick<Deps, 'db'>,
  report: InboundReport,
): Promise<{ row: number } | null> {
  if (report.kind !== 'feedback' || report.originalMessageId === null) return null;
  const [message] = await db.execute<{ id: number }>(
    sql`select id from messages where message_id = ${report.originalMessageId}`,
  );
  return message ? { row: Number(message.id) } : null;
}

type Said = Pick<ReceivedMailEvent, 'kind' | 'classification' | 'recipient' | 'facts'>;

async function readEvent(deps: ReportDeps, report: InboundReport, messageRow: number): Promise<Said> {
  switch (report.kind) {
    case 'delivery_status':
      return readStatus(statusFor(report.recipients, await addressOf(deps, messageRow)));
    case 'feedback':
      return {
        kind: FEEDBACK[report.feedbackType] ?? 'other',
        classification: null,
        facts: { feedbackType: report.feedbackType.replace(/[^a-z-]/g, '').slice(0, 40) },
      };
    case 'auto_reply':
      return { kind: 'auto_reply', classification: null, facts: {} };
    case 'unknown':
      return { kind: 'other', classification: null, facts: {} };
  }
}

const FEEDBACK: Record<string, MailEventKind> = {
  abuse: 'complaint',
  fraud: 'complaint',
  'not-spam': 'not_spam',
  'opt-out': 'unsubscribe',
  'opt-out-list': 'unsubscribe',
};

function readStatus(status: RecipientStatus | null): Said {
  // Several recipients and none of them ours: whom it concerns is for a person to say.
  if (status === null) return { kind: 'bounce', classification: 'unknown', facts: {} };
  const facts = {
    ...(status.action && { action: status.action.replace(/[^a-z]/g, '').slice(0, 20) }),
    ...(status.status && { status: status.status }),
  };
  const recipient = status.originalRecipient ?? status.finalRecipient;
  if (status.action === 'delivered') return { kind: 'delivered', classification: null, recipient, facts };
  return { kind: 'bounce', classification: classifyBounce(status), recipient, facts };
}

async function addressOf({ db }: Pick<Deps, 'db'>, messageRow: number): Promise<string> {
  const [row] = await db.execute<{ email: string }>(sql`
    select c.email from messages m join contacts c on c.id = m.contact_id where m.id = ${messageRow}`);
  return row?.email ?? '';
}
