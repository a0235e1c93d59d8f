import { hash } from 'node:crypto';
import { foldLines } from 'nodemailer/lib/mime-funcs';
import MimeNode from 'nodemailer/lib/mime-node';
import { encodeQuotedPrintable } from './quoted-printable.ts';
import { type CalendarPart, type Mailbox, type MailProvider, type OutgoingMail, SendError } from './types.ts';

/**
 * The bytes of one message. Nodemailer encodes the header values, so that nothing in a name or a subject can
 * start another header; the tree is written here because nodemailer's streams cost more than all else in sending.
 */
export function composeMail(mail: OutgoingMail): string {
  const boundary = `=_${hash('sha256', mail.messageId).slice(0, 32)}`;
  const headers = [
    header('Date', mail.date.toUTCString().replace('GMT', '+0000')),
    header('Message-ID', `<${checked(mail.messageId, MESSAGE_ID, 'message_id')}>`),
    header('From', mailbox(mail.from)),
    header('To', mailbox(mail.to)),
    header('Subject', headerValues.encodeHeaderValue('Subject', mail.subject)),
    mail.replyTo ? header('Reply-To', mailbox(mail.replyTo)) : '',
    'MIME-Version: 1.0\r\n',
    header('Content-Language', checked(mail.language, LANGUAGE, 'language')),
    // Asks mail systems to send no automatic replies (RFC 3834 and Exchange).
    'Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n',
    mail.listId ? listIdHeader(mail.listId) : '',
    mail.unsubscribeUrl ? unsubscribeHeaders(mail.unsubscribeUrl) : '',
    mail.feedbackId ? header('Feedback-ID', feedbackId(mail.feedbackId)) : '',
    mail.correlation ? correlationHeaders(mail.correlation) : '',
  ].join('');

  const alternatives = [textPart('text/plain', mail.text), textPart('text/html', mail.html)];
  if (!mail.calendar) return headers + multipart('alternative', boundary, alternatives);
  // Outlook looks for iMIP only in the first child of multipart/mixed (C1).
  alternatives.push(calendarPart(mail.calendar));
  return (
    headers +
    multipart('mixed', `${boundary}.m`, [
      multipart('alternative', `${boundary}.a`, alternatives),
      calendarAttachment(mail.calendar),
    ])
  );
}

/** Each provider takes its own header out again; Postmark would otherwise put a Message-ID of its own in (E20). */
function correlationHeaders({ id, providers }: NonNullable<OutgoingMail['correlation']>): string {
  const safe = checked(id, CORRELATION, 'correlation');
  return providers.map((provider) => CORRELATION_HEADERS[provider](safe)).join('');
}

const CORRELATION_HEADERS: Record<MailProvider, (id: string) => string> = {
  ses: (id) => header('X-SES-MESSAGE-TAGS', `countersign=${id}`),
  sendgrid: (id) => header('X-SMTPAPI', JSON.stringify({ unique_args: { countersign: id } })),
  postmark: (id) => header('X-PM-Metadata-countersign', id) + header('X-PM-KeepID', 'true'),
};

const CORRELATION = /^[0-9a-f]{1,64}$/;

/** Whether an address can go into an envelope: one dot-atom at one domain name, nothing that a server could read as more. */
export function isSendableAddress(address: string): boolean {
  return address.length <= 254 && ADDRESS.test(address);
}

const ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?=.)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const PLAIN_NAME = /^[\w ]+$/;
const PLAIN_ADDRESS = /^[a-z0-9._-]+@(?!xn--|.*\.xn--)(?:[a-z][a-z0-9-]*\.)+[a-z]+$/;
const MESSAGE_ID = /^[\w.+-]+@[\w.-]+$/;
const LANGUAGE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;
const LINK = /^https?:\/\/[\x21-\x3b\x3d\x3f-\x7e]+$/;
const LIST_LABEL = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Only its encoder is used. */
const headerValues = new MimeNode('text/plain');

function header(name: string, value: string): string {
  const line = `${name}: ${value}`;
  return `${line.length > 76 ? foldLines(line, 76) : line}\r\n`;
}

function mailbox(box: Mailbox): string {
  if (!isSendableAddress(box.address)) throw new SendError('refused', 'bad_address');
  const name = box.name?.trim();
  // Most names and addresses need no encoding, and looking whether they do is dear.
  if (name && PLAIN_NAME.test(name) && PLAIN_ADDRESS.test(box.address)) return `${name} <${box.address}>`;
  return name ? headerValues.encodeHeaderValue('From', { name, address: box.address }) : box.address;
}

function listIdHeader(list: { name: string; id: string }): string {
  const id = checked(list.id, LIST_LABEL, 'list_id');
  const name = PRINTABLE.test(list.name) ? list.name.replace(/["\\<>]/g, '') : '';
  return header('List-Id', name ? `"${name}" <${id}>` : `<${id}>`);
}

/** Not folded: some mail systems read these two names and values only on one line. */
function unsubscribeHeaders(url: string): string {
  const link = checked(url, LINK, 'unsubscribe_url');
  return `List-Unsubscribe: <${link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`;
}

function feedbackId(parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[^A-Za-z0-9._-]/g, '-')).join(':');
}

/** What we make ourselves is never escaped but refused when it is not as it should be. */
function checked(value: string, pattern: RegExp, what: string): string {
  if (!pattern.test(value)) throw new SendError('refused', `bad_${what}`);
  return value;
}

function multipart(subtype: 'alternative' | 'mixed', boundary: string, parts: readonly string[]): string {
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return `Content-Type: multipart/${subtype}; boundary="${boundary}"\r\n\r\n${body}--${boundary}--\r\n`;
}

function textPart(type: string, content: string): string {
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${encodeQuotedPrintable(content)}`;
}

function calendarPart({ method, content }: CalendarPart): string {
  return `Content-Type: text/calendar; charset=utf-8; method=${method}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(content)}`;
}

function calendarAttachment({ content, filename }: CalendarPart): string {
  const name = filename.replace(/[^A-Za-z0-9._-]/g, '-');
  return `Content-Type: application/ics; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(content)}`;
}

function base64Lines(content: string): string {
  return (
    Buffer.from(content, 'utf8')
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n');
}
