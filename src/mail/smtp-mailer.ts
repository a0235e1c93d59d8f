import { buffer } from 'node:stream/consumers';
import DKIM from 'nodemailer/lib/dkim';
import { composeMail } from './compose.ts';
import { createSmtpPool } from './smtp-pool.ts';
import { type Mailer, SendError } from './types.ts';

export type SmtpOptions = {
  /** `smtp://user:password@host:port` or `smtps://...`. */
  url: string;
  /** Connections kept open at once. */
  connections?: number;
  /** Refuses to send where STARTTLS is not offered. */
  requireTls?: boolean;
  dkim?: { domain: string; selector: string; privateKey: string };
  connectTimeoutMs?: number;
  socketTimeoutMs?: number;
};

/**
 * Everything that DKIM covers. Nodemailer's own list leaves out List-Unsubscribe-Post, and without it
 * the one-click header does not count (RFC 8058 section 4, E1).
 */
export const SIGNED_HEADERS = [
  'From',
  'Reply-To',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Language',
  'Auto-Submitted',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Feedback-ID',
] as const;

/** Sends through the next hop over a pool of connections. */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const pool = createSmtpPool({
    url: options.url,
    connections: options.connections ?? 10,
    messagesPerConnection: 1_000,
    idleMs: 20_000,
    connection: {
      ...(options.requireTls && { requireTLS: true }),
      connectionTimeout: options.connectTimeoutMs ?? 10_000,
      greetingTimeout: options.connectTimeoutMs ?? 10_000,
      socketTimeout: options.socketTimeoutMs ?? 45_000,
    },
  });
  const sign = options.dkim && createSigner(options.dkim);

  return {
    kind: 'smtp',
    async send(mail) {
      const composed = composeMail(mail);
      const message = sign ? await sign(composed) : composed;
      try {
        const envelope = { from: mail.envelopeFrom ?? mail.from.address, to: mail.to.address };
        const { serverMessageId } = await pool.send(envelope, message);
        return serverMessageId ? { providerId: serverMessageId.slice(0, 200) } : {};
      } catch (error) {
        throw smtpError(error);
      }
    },
    async verify() {
      try {
        await pool.verify();
      } catch (error) {
        throw smtpError(error);
      }
    },
    async close() {
      pool.close();
    },
  };
}

function createSigner(key: NonNullable<SmtpOptions['dkim']>): (message: string) => Promise<Buffer> {
  const signer = new DKIM({
    domainName: key.domain,
    keySelector: key.selector,
    privateKey: key.privateKey,
    headerFieldNames: SIGNED_HEADERS.join(':'),
    cacheDir: false,
  });
  return (message) => buffer(signer.sign(message));
}

type SmtpFailure = {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
  originalCode?: string;
  handedOver?: boolean;
};

/** Sorts what went wrong by what helps: another message, another time, or another configuration. */
export function smtpError(error: unknown): SendError {
  if (error instanceof SendError) return error;
  const {
    code = 'EUNKNOWN',
    originalCode,
    command,
    response,
    responseCode,
    permanent,
    handedOver,
  } = error as SmtpFailure;
  const aboutThisMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  const reply = responseCode ? replyCode(responseCode, response) : '';
  // A 421 ends the connection; with 4.7.x to a recipient or a message it speaks of the domain that the mail is for.
  const aboutTheDomain = /^421 4\.7\./.test(reply) && command !== 'MAIL FROM';
  if (aboutThisMessage && responseCode && (responseCode !== 421 || aboutTheDomain)) {
    // A refused sender is refused for every message: nothing is wrong with this one.
    if (command === 'MAIL FROM') return new SendError('unavailable', reply);
    return new SendError(permanent ? 'refused' : 'deferred', reply);
  }
  if (reply) return new SendError('unavailable', reply);
  if (code === 'EENVELOPE' || code === 'EMAXRECIPIENTS') return new SendError('refused', code);
  return new SendError('unavailable', originalCode ?? code, handedOver === true);
}

/** `550 5.1.1` out of a reply; the rest of it may quote the address. */
function replyCode(responseCode: number, response = ''): string {
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  return enhanced ? `${responseCode} ${enhanced}` : String(responseCode);
}
