import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { BounceClass } from '../../mail/inbound/classify-bounce.ts';
import type { ReceivedMailEvent } from '../record-mail-event.ts';
import { digest, facts, type HookOutcome, headerFromCorrelation, parseJson, timeOf } from './verified.ts';

export type PostmarkSettings = {
  /** `user:password` as given to Postmark in the webhook's address. */
  auth: string;
  messageIdDomain: string;
};

/** Postmark signs nothing: genuine is whoever knows the password of the webhook's address. */
export function readPostmarkRequest(
  raw: Buffer,
  authorization: string | undefined,
  settings: PostmarkSettings,
): HookOutcome {
  const given = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization ?? '')?.[1];
  if (given === undefined || !isSame(Buffer.from(given, 'base64'), Buffer.from(settings.auth))) {
    return { ok: false, status: 401 };
  }
  return { ok: true, events: readEvent(parseJson(raw.toString('utf8')), settings.messageIdDomain) };
}

/** In constant time, whatever the lengths. */
function isSame(left: Buffer, right: Buffer): boolean {
  const hash = (value: Buffer) => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(left), hash(right));
}

const postmarkEvent = z.object({
  RecordType: z.string(),
  ID: z.number().optional(),
  MessageID: z.string().optional(),
  Type: z.string().optional(),
  Email: z.string().optional(),
  Recipient: z.string().optional(),
  DeliveredAt: z.string().optional(),
  BouncedAt: z.string().optional(),
  ChangedAt: z.string().optional(),
  SuppressSending: z.boolean().optional(),
  SuppressionReason: z.string().nullish(),
  Metadata: z.record(z.string(), z.unknown()).optional(),
});

const BOUNCES: Record<string, BounceClass> = {
  HardBounce: 'dead_address',
  BadEmailAddress: 'dead_address',
  ManuallyDeactivated: 'other_permanent',
  Transient: 'delayed',
  SoftBounce: 'transient',
  DnsError: 'transient',
  Blocked: 'policy_block',
  SpamNotification: 'policy_block',
  DMARCPolicy: 'policy_block',
  VirusNotification: 'policy_block',
};
const AUTO_REPLIES = new Set(['AutoResponder', 'ChallengeVerification', 'OpenRelayTest']);

function readEvent(value: unknown, messageIdDomain: string): ReceivedMailEvent[] {
  const parsed = postmarkEvent.safeParse(value);
  if (!parsed.success) {
    const unread = {
      source: 'postmark' as const,
      providerEventId: digest(value),
      occurredAt: null,
      facts: {},
    };
    return [{ ...unread, kind: 'other', classification: null }];
  }
  const event = parsed.data;
  const when = event.BouncedAt ?? event.DeliveredAt ?? event.ChangedAt;
  const about = {
    source: 'postmark' as const,
    providerEventId:
      `${event.RecordType}:${event.ID ?? event.MessageID ?? ''}:${when ?? digest(value)}`.slice(0, 200),
    providerMessageId: event.MessageID ?? null,
    headerMessageId: headerFromCorrelation(event.Metadata?.countersign, messageIdDomain),
    recipient: event.Email ?? event.Recipient ?? null,
    occurredAt: timeOf(when),
    facts: facts({ recordType: event.RecordType, type: event.Type, reason: event.SuppressionReason }),
  };
  const bounce = (classification: BounceClass): ReceivedMailEvent[] => [
    { ...about, kind: 'bounce', classification },
  ];
  const plain = (kind: ReceivedMailEvent['kind']): ReceivedMailEvent[] => [
    { ...about, kind, classification: null },
  ];
  switch (event.RecordType) {
    case 'Delivery':
      return plain('delivered');
    case 'SpamComplaint':
      return plain('complaint');
    case 'Bounce': {
      if (event.Type === 'SpamComplaint') return plain('complaint');
      if (event.Type === 'Unsubscribe') return plain('unsubscribe');
      if (AUTO_REPLIES.has(event.Type ?? '')) return plain('auto_reply');
      return bounce(BOUNCES[event.Type ?? ''] ?? 'unknown');
    }
    case 'SubscriptionChange':
      if (event.SuppressSending !== true) return plain('other');
      // What caused the other two comes as an event of its own.
      if (event.SuppressionReason === 'HardBounce') return bounce('dead_address');
      return plain(event.SuppressionReason === 'SpamComplaint' ? 'complaint' : 'unsubscribe');
    // Who opened or clicked is none of our business (E7).
    case 'Open':
    case 'Click':
      return [];
    default:
      return plain('other');
  }
}
