import nodemailer from 'nodemailer';
import { composeMail } from './compose.ts';
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
  const transport = nodemailer.createTransport({
    url: options.url,
    pool: true,
    maxConnections: options.connections ?? 10,
    maxMessages: 1000,
    // A message whose connection broke is our business: only the claim knows whether it may go again.
    maxRequeues: 1,
    requireTLS: options.requireTls ?? false,
    connectionTimeout: options.connectTimeoutMs ?? 10_000,
    greetingTimeout: options.connectTimeoutMs ?? 10_000,
    socketTimeout: options.socketTimeoutMs ?? 60_000,
    idleTimeout: 30_000,
    maxRecipients: 1,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(options.dkim && {
      dkim: {
        domainName: options.dkim.domain,
        keySelector: options.dkim.selector,
        privateKey: options.dkim.privateKey,
        headerFieldNames: SIGNED_HEADERS.join(':'),
        cacheDir: false as const,
      },
    }),
  });

  return {
    kind: 'smtp',
    async send(mail) {
      const raw = composeMail(mail);
      try {
        const info = await transport.sendMail({
          raw,
          envelope: { from: mail.envelopeFrom ?? mail.from.address, to: mail.to.address },
        });
        return info.serverMessageId ? { providerId: info.serverMessageId.slice(0, 200) } : {};
      } catch (error) {
        throw smtpError(error);
      }
    },
    async verify() {
      try {
        await transport.verify();
      } catch (error) {
        throw smtpError(error);
      }
    },
    async close() {
      transport.close();
    },
  };
}

type SmtpFailure = {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
  syscall?: string;
  timeoutType?: string;
};

/** Sorts what went wrong by what helps: another message, another time, or another configuration. */
export function smtpError(error: unknown): SendError {
  if (error instanceof SendError) return error;
  const { code = 'EUNKNOWN', command, response, responseCode, permanent } = error as SmtpFailure;
  const aboutThisMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (aboutThisMessage && responseCode && responseCode !== 421) {
    const reply = replyCode(responseCode, response);
    // A refused sender is refused for every message: nothing is wrong with this one.
    if (command === 'MAIL FROM') return new SendError('unavailable', reply);
    return new SendError(permanent ? 'refused' : 'deferred', reply);
  }
  if (responseCode) return new SendError('unavailable', replyCode(responseCode, response));
  if (code === 'EENVELOPE' || code === 'EMAXRECIPIENTS') return new SendError('refused', code);
  return new SendError('unavailable', code, brokeWhileSending(error as SmtpFailure));
}

/** Nodemailer does not tell whether a connection broke before or after the message: only what came before it is sure. */
function brokeWhileSending({ code, syscall, timeoutType }: SmtpFailure): boolean {
  if (code === 'ETIMEDOUT') return timeoutType === 'SOCKET_TIMEOUT';
  return code === 'ECONNECTION' || (code === 'ESOCKET' && syscall !== 'connect');
}

/** `550 5.1.1` out of a reply; the rest of it may quote the address. */
function replyCode(responseCode: number, response = ''): string {
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  return enhanced ? `${responseCode} ${enhanced}` : String(responseCode);
}
