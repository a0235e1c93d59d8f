import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Deps } from '../deps.ts';
import { StartError } from '../lib/told-errors.ts';
import { type MailListener, startMailListener } from '../mail/inbound/listener.ts';
import { isReportAddress, receiveReport } from './receive-report.ts';

/** A renewed certificate is in use within the hour. */
const RENEW_EVERY_MS = 3_600_000;

/**
 * Starts the mail listener where the settings ask for one. Of several processes on one machine the first has the
 * port; null when there is none to start or another has it.
 */
export async function listenForReports(
  deps: Pick<Deps, 'config' | 'db' | 'clock' | 'log' | 'queue' | 'secrets' | 'askObservers'>,
): Promise<MailListener | null> {
  const { mailIn, bounceDomain: domain } = deps.config;
  if (!mailIn || !domain) return null;
  let tls = mailIn.tls && readCertificate(mailIn.tls);
  try {
    const listener = await startMailListener({
      ...mailIn,
      tls,
      name: domain,
      isRecipient: (address) => isReportAddress(deps, address, domain),
      receive: async (mail) => {
        await receiveReport(deps, { ...mail, domain });
      },
      log: deps.log,
    });
    deps.log.info({ port: listener.port, tls: tls !== null }, 'taking in bounces');
    const { tls: files } = mailIn;
    if (!files) return listener;
    const renewal = setInterval(() => {
      tls = renewIfChanged(deps, listener, files, tls);
    }, RENEW_EVERY_MS);
    renewal.unref();
    return {
      ...listener,
      close() {
        clearInterval(renewal);
        return listener.close();
      },
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    deps.log.warn({ port: mailIn.port }, 'MAIL_IN_PORT is taken; bounces come in at the process that has it');
    return null;
  }
}

type Certificate = { cert: string; key: string };
type CertificateFiles = { certFile: string; keyFile: string };

function readCertificate({ certFile, keyFile }: CertificateFiles): Certificate {
  try {
    const certificate = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    createSecureContext(certificate);
    return certificate;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `MAIL_IN_CERT_FILE and MAIL_IN_KEY_FILE cannot be used (${code}): they must be a certificate and its own private key, both as PEM.`,
    );
  }
}

/** What is in use from now on. Files that are half written, or do not fit each other, leave it as it was. */
export function renewIfChanged(
  { log }: Pick<Deps, 'log'>,
  listener: Pick<MailListener, 'renew'>,
  files: CertificateFiles,
  inUse: Certificate | null,
): Certificate | null {
  try {
    const found = readCertificate(files);
    if (found.cert === inUse?.cert && found.key === inUse.key) return inUse;
    listener.renew(found);
    log.info('the mail listener took its renewed certificate');
    return found;
  } catch (error) {
    log.error(
      { err: error },
      'the certificate of the mail listener cannot be renewed; the old one stays in use',
    );
    return inUse;
  }
}
