import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { enhancedStatus, type StatusFields } from './classify-bounce.ts';

/** What a report says of one recipient. Addresses serve to match and are never stored. */
export type RecipientStatus = StatusFields & {
  finalRecipient: string | null;
  originalRecipient: string | null;
};

type ReportBase = {
  /** Message-ID of the report itself, without angle brackets. */
  reportId: string | null;
  /** Message-ID of the mail that it is about, as far as the report quotes it. */
  originalMessageId: string | null;
};

/** A mail that came back to us, told apart by its MIME structure. */
export type InboundReport =
  | (ReportBase & { kind: 'delivery_status'; recipients: RecipientStatus[] })
  /** ARF: the recipient pressed a button. `feedbackType` is `abuse`, `not-spam` and the like. */
  | (ReportBase & { kind: 'feedback'; feedbackType: string; originalMailFrom: string | null })
  /** Out of office and other automatic replies: neither a bounce nor an answer. */
  | (ReportBase & { kind: 'auto_reply' })
  | (ReportBase & { kind: 'unknown' });

/**
 * Reads one mail. Delivery status notifications (RFC 3464, also in UTF-8 by RFC 6533) and feedback reports (RFC 5965)
 * are known by their machine-readable part; what only looks like one in its text stays unknown.
 */
export async function parseReport(raw: Uint8Array): Promise<InboundReport> {
  const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true });
  const base: ReportBase = {
    reportId: bareId(header(mail, 'message-id')),
    originalMessageId: originalMessageId(mail),
  };
  const status = findPart(mail, ['message/delivery-status', 'message/global-delivery-status']);
  if (status !== null) return { ...base, kind: 'delivery_status', recipients: readRecipients(status) };
  const feedback = findPart(mail, ['message/feedback-report']);
  if (feedback !== null) {
    const [fields = new Map<string, string>()] = readBlocks(feedback);
    return {
      ...base,
      kind: 'feedback',
      feedbackType: (fields.get('feedback-type') ?? '').toLowerCase(),
      originalMailFrom: bareId(fields.get('original-mail-from')),
    };
  }
  return { ...base, kind: isAutoReply(mail) ? 'auto_reply' : 'unknown' };
}

/** The block about this address; a report about a single recipient is about it even when the address was forwarded. */
export function statusFor(recipients: readonly RecipientStatus[], address: string): RecipientStatus | null {
  const wanted = address.toLowerCase();
  const named = recipients.find(
    ({ originalRecipient, finalRecipient }) =>
      originalRecipient?.toLowerCase() === wanted || finalRecipient?.toLowerCase() === wanted,
  );
  if (named) return named;
  return recipients.length === 1 ? recipients[0]! : null;
}

function readRecipients(text: string): RecipientStatus[] {
  return readBlocks(text).flatMap((fields) => {
    const finalRecipient = typedValue(fields.get('final-recipient'));
    const action =
      fields
        .get('action')
        ?.toLowerCase()
        .split(/[\s;(]/)[0] || null;
    // The first block is about the report as a whole.
    if (finalRecipient === null && action === null) return [];
    const found: StatusFields = {
      action,
      status: fields.get('status') ?? null,
      diagnostic: fields.get('diagnostic-code') ?? null,
    };
    return [
      {
        ...found,
        status: enhancedStatus(found),
        finalRecipient,
        originalRecipient: typedValue(fields.get('original-recipient')),
      },
    ];
  });
}

/** Blocks of `Name: value` lines, as in a mail's head; a repeated field counts once, the first time. */
function readBlocks(text: string): Map<string, string>[] {
  const unfolded = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]+/g, ' ');
  return unfolded
    .split(/\n{2,}/)
    .map((block) => {
      const fields = new Map<string, string>();
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        if (colon < 1) continue;
        const name = line.slice(0, colon).trim().toLowerCase();
        if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
      }
      return fields;
    })
    .filter((fields) => fields.size > 0);
}

/** `rfc822; ann@firm.example` and its sisters, without the type and without brackets. */
function typedValue(value: string | undefined): string | null {
  if (value === undefined) return null;
  const address = value
    .slice(value.indexOf(';') + 1)
    .trim()
    .replace(/^<|>$/g, '');
  return address || null;
}

function originalMessageId(mail: Email): string | null {
  const original = findPart(mail, [
    'message/rfc822',
    'text/rfc822-headers',
    'message/rfc822-headers',
    'message/global',
    'message/global-headers',
  ]);
  if (original !== null) {
    const [head] = readBlocks(original);
    const id = bareId(head?.get('message-id'));
    if (id) return id;
  }
  return bareId(header(mail, 'in-reply-to'));
}

function findPart(mail: Email, types: readonly string[]): string | null {
  const part = mail.attachments.find(({ mimeType }) => types.includes(mimeType.toLowerCase()));
  return part ? textOf(part) : null;
}

function textOf({ content }: Attachment): string {
  if (typeof content === 'string') return content;
  return new TextDecoder().decode(content);
}

function header(mail: Email, name: string): string | undefined {
  return mail.headers.find(({ key }) => key === name)?.value;
}

function bareId(value: string | undefined): string | null {
  const text = value?.trim();
  if (!text) return null;
  return /<([^<>\s]+)>/.exec(text)?.[1] ?? (/\s/.test(text) ? null : text.replace(/^<|>$/g, '') || null);
}

/** RFC 3834, and what programs said before it; the subject only where no header speaks. */
function isAutoReply(mail: Email): boolean {
  const submitted = header(mail, 'auto-submitted')?.trim().toLowerCase();
  if (submitted !== undefined && submitted !== 'no') return true;
  if (header(mail, 'x-autoreply') !== undefined || header(mail, 'x-autorespond') !== undefined) return true;
  if (header(mail, 'precedence')?.toLowerCase() === 'auto_reply') return true;
  return /^(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|respuesta automática|fuera de la oficina)\b/i.test(
    mail.subject ?? '',
  );
}
