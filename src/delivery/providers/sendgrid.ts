import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { type BounceClass, classifyBounce } from '../../mail/inbound/classify-bounce.ts';
import type { ReceivedMailEvent } from '../record-mail-event.ts';
import {
  digest,
  facts,
  type HookOutcome,
  headerFromCorrelation,
  parseJson,
  REFUSED,
  REPLAY_WINDOW_MS,
  timeOf,
} from './verified.ts';

export type SendGridSettings = {
  /** The webhook's public key as SendGrid shows it: DER in base64. */
  publicKey: string;
  messageIdDomain: string;
  now: Date;
};

/** Genuine is what is signed (ECDSA P-256) over the timestamp header and the raw body, not long ago. */
export function readSendGridRequest(
  raw: Buffer,
  headers: { signature: string | undefined; timestamp: string | undefined },
  settings: SendGridSettings,
): HookOutcome {
  const { signature, timestamp } = headers;
  if (!signature || !timestamp || !/^\d{1,12}$/.test(timestamp)) return REFUSED;
  if (!isSigned(raw, signature, timestamp, settings.publicKey)) return REFUSED;
  if (Math.abs(settings.now.getTime() - Number(timestamp) * 1_000) > REPLAY_WINDOW_MS) return REFUSED;
  const body = parseJson(raw.toString('utf8'));
  const list = Array.isArray(body) ? body : [body];
  return { ok: true, events: list.flatMap((each) => readEvent(each, settings.messageIdDomain)) };
}

function isSigned(raw: Buffer, signature: string, timestamp: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    const signed = Buffer.concat([Buffer.from(timestamp), raw]);
    return verify('sha256', signed, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

const sendGridEvent = z.object({
  event: z.string(),
  sg_event_id: z.string().min(1).max(200).optional(),
  email: z.string().optional(),
  timestamp: z.number().optional(),
  status: z.string().optional(),
  reason: z.string().optional(),
  type: z.string().optional(),
  countersign: z.string().optional(),
  'smtp-id': z.string().optional(),
});
type SendGridEvent = z.output<typeof sendGridEvent>;

function readEvent(value: unknown, messageIdDomain: string): ReceivedMailEvent[] {
  const parsed = sendGridEvent.safeParse(value);
  if (!parsed.success) {
    const unread = {
      source: 'sendgrid' as const,
      providerEventId: digest(value),
      occurredAt: null,
      facts: {},
    };
    return [{ ...unread, kind: 'other', classification: null }];
  }
  const event = parsed.data;
  const about = {
    source: 'sendgrid' as const,
    providerEventId: event.sg_event_id ?? digest(value),
    headerMessageId:
      headerFromCorrelation(event.countersign, messageIdDomain) ??
      event['smtp-id']?.replace(/^<|>$/g, '') ??
      null,
    recipient: event.email ?? null,
    occurredAt: timeOf(event.timestamp),
    facts: facts({ event: event.event, type: event.type, status: event.status }),
  };
  const bounce = (classification: BounceClass): ReceivedMailEvent[] => [
    { ...about, kind: 'bounce', classification },
  ];
  const plain = (kind: ReceivedMailEvent['kind']): ReceivedMailEvent[] => [
    { ...about, kind, classification: null },
  ];
  switch (event.event) {
    case 'delivered':
      return plain('delivered');
    case 'deferred':
      return bounce('delayed');
    case 'bounce':
      return bounce(classifySendGridBounce(event));
    case 'dropped':
      return readDropped(event, about);
    case 'spamreport':
      return plain('complaint');
    case 'unsubscribe':
    case 'group_unsubscribe':
      return plain('unsubscribe');
    // Who opened or clicked is none of our business (E7); that it was taken we know.
    case 'processed':
    case 'open':
    case 'click':
      return [];
    default:
      return plain('other');
  }
}

function classifySendGridBounce(event: SendGridEvent): BounceClass {
  const byStatus = classifyBounce({
    action: 'failed',
    status: event.status ?? null,
    // The reason begins with the receiving server's reply.
    diagnostic: event.reason === undefined ? null : `smtp; ${event.reason}`,
  });
  // "blocked": the address is fine, the server did not want this mail or this sender.
  if (event.type === 'blocked' && byStatus !== 'transient') return 'policy_block';
  return byStatus;
}

/** Not even tried, since SendGrid keeps a list of its own. */
function readDropped(
  event: SendGridEvent,
  about: Omit<ReceivedMailEvent, 'kind' | 'classification'>,
): ReceivedMailEvent[] {
  const reason = event.reason?.toLowerCase() ?? '';
  if (reason === 'bounced address') return [{ ...about, kind: 'bounce', classification: 'dead_address' }];
  if (reason === 'unsubscribed address' || reason === 'spam reporting address') {
    const stop = { ...about, providerEventId: `${about.providerEventId}:stop` };
    return [
      { ...about, kind: 'bounce', classification: 'other_permanent' },
      { ...stop, kind: 'unsubscribe', classification: null },
    ];
  }
  return [{ ...about, kind: 'bounce', classification: 'unknown' }];
}
