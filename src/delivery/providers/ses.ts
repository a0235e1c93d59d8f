import { createVerify, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { type BounceClass, classifyBounce } from '../../mail/inbound/classify-bounce.ts';
import type { ReceivedMailEvent } from '../record-mail-event.ts';
import {
  facts,
  type HookOutcome,
  headerFromCorrelation,
  parseJson,
  REFUSED,
  REPLAY_WINDOW_MS,
  timeOf,
} from './verified.ts';

const snsMessage = z.object({
  Type: z.string(),
  MessageId: z.string().min(1).max(200),
  TopicArn: z.string(),
  Message: z.string(),
  Timestamp: z.string(),
  SignatureVersion: z.string(),
  Signature: z.string(),
  SigningCertURL: z.string(),
  Subject: z.string().nullish(),
  SubscribeURL: z.string().optional(),
  Token: z.string().optional(),
});
type SnsMessage = z.output<typeof snsMessage>;

export type SesSettings = {
  /** Whose notifications are ours; anybody can have a topic. */
  topicArns: readonly string[];
  messageIdDomain: string;
  now: Date;
  /** Text behind an https address of Amazon; the caller may keep it. */
  fetchText(url: string): Promise<string>;
};

/**
 * SES by way of SNS. Genuine is what is signed (SignatureVersion 2, SHA-256) by a certificate from Amazon's own host,
 * for a topic of ours. Notifications that are delivered late, after an outage of ours, are taken: each counts once by
 * its MessageId, for ever. Only a confirmation, which makes us fetch something, must be fresh.
 */
export async function readSesRequest(raw: Buffer, settings: SesSettings): Promise<HookOutcome> {
  const parsed = snsMessage.safeParse(parseJson(raw.toString('utf8')));
  if (!parsed.success) return REFUSED;
  const message = parsed.data;
  if (!settings.topicArns.includes(message.TopicArn)) return REFUSED;
  if (!(await isSigned(message, settings))) return REFUSED;
  if (message.Type === 'SubscriptionConfirmation') {
    const age = Math.abs(settings.now.getTime() - (timeOf(message.Timestamp)?.getTime() ?? 0));
    if (age > REPLAY_WINDOW_MS || !isAmazonUrl(message.SubscribeURL)) return REFUSED;
    return { ok: true, events: [], confirm: message.SubscribeURL! };
  }
  if (message.Type !== 'Notification') return { ok: true, events: [] };
  return { ok: true, events: readNotification(message, settings.messageIdDomain) };
}

/** Amazon's own host and nothing that only looks like it: what is fetched there is believed. */
export function isAmazonUrl(value: string | undefined, path = /./): boolean {
  if (value === undefined || !URL.canParse(value)) return false;
  const { protocol, hostname, port, username, pathname } = new URL(value);
  return (
    protocol === 'https:' &&
    port === '' &&
    username === '' &&
    /^sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?$/.test(hostname) &&
    path.test(pathname)
  );
}

async function isSigned(message: SnsMessage, { fetchText, now }: SesSettings): Promise<boolean> {
  if (message.SignatureVersion !== '2' || !isAmazonUrl(message.SigningCertURL, /\.pem$/)) return false;
  const certificate = readCertificate(await fetchText(message.SigningCertURL));
  if (!certificate || now < new Date(certificate.validFrom) || now > new Date(certificate.validTo))
    return false;
  return createVerify('sha256')
    .update(textToSign(message))
    .verify(certificate.publicKey, Buffer.from(message.Signature, 'base64'));
}

function readCertificate(pem: string): X509Certificate | null {
  try {
    const certificate = new X509Certificate(pem);
    return /(?:^|\n)CN=sns\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/m.test(certificate.subject)
      ? certificate
      : null;
  } catch {
    return null;
  }
}

/** The fields that SNS signs, in its order, each as a line of its name and one of its value. */
export function textToSign(message: z.input<typeof snsMessage>): string {
  const keys =
    message.Type === 'Notification'
      ? (['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const)
      : (['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] as const);
  return keys
    .flatMap((key) => {
      const value = (message as Record<string, string | null | undefined>)[key];
      return value === undefined || value === null ? [] : [`${key}\n${value}\n`];
    })
    .join('');
}

const recipient = z.object({
  emailAddress: z.string().optional(),
  action: z.string().optional(),
  status: z.string().optional(),
  diagnosticCode: z.string().optional(),
});
/** Identity notifications say `notificationType`, configuration sets `eventType`. */
const sesEvent = z.object({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail: z.object({
    messageId: z.string().optional(),
    tags: z.record(z.string(), z.array(z.string())).optional(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  }),
  bounce: z
    .object({
      bounceType: z.string().optional(),
      bounceSubType: z.string().optional(),
      bouncedRecipients: z.array(recipient).default([]),
      timestamp: z.string().optional(),
    })
    .optional(),
  complaint: z
    .object({
      complaintFeedbackType: z.string().nullish(),
      complaintSubType: z.string().nullish(),
      complainedRecipients: z.array(recipient).default([]),
      timestamp: z.string().optional(),
    })
    .optional(),
  delivery: z
    .object({ recipients: z.array(z.string()).default([]), timestamp: z.string().optional() })
    .optional(),
  deliveryDelay: z.object({ delayType: z.string().optional(), timestamp: z.string().optional() }).optional(),
});

function readNotification(message: SnsMessage, messageIdDomain: string): ReceivedMailEvent[] {
  const parsed = sesEvent.safeParse(parseJson(message.Message));
  const base = { source: 'ses' as const, providerEventId: message.MessageId };
  if (!parsed.success) {
    return [{ ...base, kind: 'other', classification: null, occurredAt: null, facts: {} }];
  }
  const event = parsed.data;
  const type = event.eventType ?? event.notificationType ?? '';
  const own = event.mail.headers?.find(({ name }) => name.toLowerCase() === 'message-id')?.value;
  const about = {
    ...base,
    providerMessageId: event.mail.messageId ?? null,
    headerMessageId:
      headerFromCorrelation(event.mail.tags?.countersign?.[0], messageIdDomain) ??
      own?.replace(/^<|>$/g, '') ??
      null,
  };
  const { bounce, complaint, delivery, deliveryDelay } = event;
  switch (type) {
    case 'Bounce': {
      const to = bounce?.bouncedRecipients[0];
      return [
        {
          ...about,
          kind: 'bounce',
          classification: classifySesBounce(bounce?.bounceType, bounce?.bounceSubType, to),
          recipient: to?.emailAddress ?? null,
          occurredAt: timeOf(bounce?.timestamp),
          facts: facts({ type: bounce?.bounceType, subType: bounce?.bounceSubType, status: to?.status }),
        },
      ];
    }
    case 'Complaint': {
      const feedback = complaint?.complaintFeedbackType ?? null;
      const kind =
        feedback === 'not-spam'
          ? 'not_spam'
          : feedback === 'auth-failure'
            ? ('other' as const)
            : ('complaint' as const);
      return [
        {
          ...about,
          kind,
          classification: null,
          recipient: complaint?.complainedRecipients[0]?.emailAddress ?? null,
          occurredAt: timeOf(complaint?.timestamp),
          facts: facts({ feedbackType: feedback, subType: complaint?.complaintSubType }),
        },
      ];
    }
    case 'Delivery':
      return [
        {
          ...about,
          kind: 'delivered',
          classification: null,
          recipient: delivery?.recipients[0] ?? null,
          occurredAt: timeOf(delivery?.timestamp),
          facts: {},
        },
      ];
    case 'DeliveryDelay':
      return [
        {
          ...about,
          kind: 'bounce',
          classification: 'delayed',
          occurredAt: timeOf(deliveryDelay?.timestamp),
          facts: facts({ type: deliveryDelay?.delayType }),
        },
      ];
    case 'Reject':
      return [
        { ...about, kind: 'bounce', classification: 'policy_block', occurredAt: null, facts: { type } },
      ];
    // Who opened or clicked is none of our business (E7); that it was sent we know.
    case 'Send':
    case 'Open':
    case 'Click':
      return [];
    default:
      return [{ ...about, kind: 'other', classification: null, occurredAt: null, facts: facts({ type }) }];
  }
}

function classifySesBounce(
  type: string | undefined,
  subType: string | undefined,
  to: z.output<typeof recipient> | undefined,
): BounceClass {
  if (type === 'Permanent') {
    if (subType === 'NoEmail' || subType === 'Suppressed' || subType === 'OnAccountSuppressionList') {
      return 'dead_address';
    }
    const byStatus = classifyBounce({
      action: 'failed',
      status: to?.status ?? null,
      diagnostic: to?.diagnosticCode ?? null,
    });
    return byStatus === 'unknown' ? 'other_permanent' : byStatus;
  }
  if (type === 'Transient') {
    if (subType === 'ContentRejected' || subType === 'AttachmentRejected') return 'policy_block';
    // "General" is also what an out-of-office reply is reported as.
    return subType === 'MailboxFull' || subType === 'MessageTooLarge' ? 'transient' : 'delayed';
  }
  return 'unknown';
}
