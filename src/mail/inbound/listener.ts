import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { SMTPServer } from 'smtp-server';

export type InboundMail = {
  /** Those of the envelope that were ours. */
  recipients: string[];
  raw: Buffer;
};

export type MailListenerOptions = {
  host: string;
  port: number;
  /** How the server calls itself. */
  name: string;
  maxBytes?: number;
  /** PEM; offers STARTTLS. */
  tls?: { cert: string; key: string } | null;
  /** Whether mail to this address is for us. Everything else is refused before its content is sent. */
  isRecipient(address: string): boolean;
  /** Resolves when what the mail says is committed; only then is it acknowledged. */
  receive(mail: InboundMail): Promise<void>;
  log: Logger;
};

export type MailListener = {
  port: number;
  /** Since the start: mails that were acknowledged, recipients that were none of ours. */
  counts: { received: number; ignored: number };
  /** Takes a renewed certificate for the connections to come. */
  renew(tls: { cert: string; key: string }): void;
  close(): Promise<void>;
};

/** Bounces quote the mail they are about; ours are small. */
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_CLIENTS = 50;
const MAX_RECIPIENTS = 10;
const SOCKET_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * A mail server that takes in reports and nothing else: no relaying, no mailboxes, no sign-in. A mail is acknowledged
 * once what it says is committed; until then its sender keeps it and tries again.
 */
export async function startMailListener(options: MailListenerOptions): Promise<MailListener> {
  const { maxBytes = MAX_BYTES, log, tls } = options;
  const counts = { received: 0, ignored: 0 };
  const server = new SMTPServer({
    name: options.name,
    banner: 'reports only',
    size: maxBytes,
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...(tls && { ...tls, minVersion: 'TLSv1.2' as const }),
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    maxClients: MAX_CLIENTS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onRcptTo(address, session, done) {
      if (!options.isRecipient(address.address)) {
        counts.ignored += 1;
        log.info({ ignored: counts.ignored }, 'mail to no address of ours was refused');
        return done(refusal(550, 'No such address here'));
      }
      if (session.envelope.rcptTo.length >= MAX_RECIPIENTS) return done(refusal(452, 'Too many recipients'));
      done();
    },
    onData(stream, session, done) {
      readAll(stream, maxBytes)
        .then(async (raw) => {
          if (raw === null) throw refusal(552, 'Message is too large');
          await options.receive({ recipients: session.envelope.rcptTo.map(({ address }) => address), raw });
          counts.received += 1;
        })
        .then(
          () => done(),
          (error: Error & { responseCode?: number }) => {
            if (error.responseCode) return done(error);
            log.warn({ err: error }, 'a report could not be kept; its sender tries again');
            done(refusal(451, 'Try again later'));
          },
        );
    },
  });
  // Connections that break are the other side's business.
  server.on('error', (error) => log.info({ code: (error as NodeJS.ErrnoException).code }, 'mail listener'));
  server.listen(options.port, options.host);
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    counts,
    renew: (renewed) => server.updateSecureContext({ ...renewed, minVersion: 'TLSv1.2' }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** The whole mail, or null when it is too large; what is too much is read and dropped, as SMTP wants it. */
async function readAll(stream: Readable, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes > maxBytes ? null : Buffer.concat(chunks);
}
