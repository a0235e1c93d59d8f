import { X509Certificate } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { isCheckableDomain } from '../sender-dns.ts';

const TIMEOUT_MS = 3_000;
/** Certificates are renewed by then, or somebody has forgotten it. */
const EXPIRES_SOON_MS = 14 * 86_400_000;

/** Where mail to a domain goes, and the addresses behind a name. Both empty when there are none; throw when DNS is silent. */
export type AskDns = {
  mx(domain: string): Promise<{ exchange: string; priority: number }[]>;
  addresses(host: string): Promise<string[]>;
};

const orNone = <T>(answer: Promise<T[]>) =>
  answer.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
    throw error;
  });

export const askDns: AskDns = {
  mx: (domain) => orNone(new Resolver({ timeout: TIMEOUT_MS, tries: 2 }).resolveMx(domain)),
  async addresses(host) {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
    return (await Promise.all([orNone(resolver.resolve4(host)), orNone(resolver.resolve6(host))])).flat();
  },
};

/** As judgeSenderDns tells its own. */
export type BounceFinding = {
  check: 'Bounces' | 'MX' | 'Mail in' | 'Certificate';
  level: 'must' | 'should';
  ok: boolean | null;
  says: string;
};

export type BounceSettings = {
  bounceDomain: string | null;
  mailIn: { host: string; port: number; tls: { certFile: string; keyFile: string } | null } | null;
};

/**
 * Whether what comes back can arrive: the domain's MX leads to a server that exists, our own port listens, and its
 * certificate holds. Whether the one leads to the other cannot be seen from here.
 */
export async function checkBounceDomain(
  { bounceDomain, mailIn }: BounceSettings,
  dns: AskDns,
  now: Date,
): Promise<BounceFinding[]> {
  if (bounceDomain === null) {
    const says = 'no BOUNCE_DOMAIN: what comes back goes to the agency that sends, and nobody counts it';
    return [{ check: 'Bounces', level: 'should', ok: false, says }];
  }
  const findings = [await checkMx(bounceDomain, dns)];
  if (mailIn) {
    findings.push(await checkPort(mailIn));
    if (mailIn.tls) findings.push(checkCertificate(mailIn.tls.certFile, now));
  }
  return findings;
}

async function checkMx(domain: string, dns: AskDns): Promise<BounceFinding> {
  const finding = (ok: boolean | null, says: string): BounceFinding => ({
    check: 'MX',
    level: 'must',
    ok,
    says,
  });
  if (!isCheckableDomain(domain)) return finding(null, `${domain} is no domain of the public DNS`);
  try {
    const found = (await dns.mx(domain)).sort((a, b) => a.priority - b.priority);
    // RFC 7505: an empty exchange says that the domain takes no mail at all.
    if (found.some(({ exchange }) => exchange === '' || exchange === '.'))
      return finding(false, `${domain} says that it takes no mail (null MX): nothing comes back`);
    const hosts = found.length > 0 ? found.map(({ exchange }) => exchange) : [domain];
    for (const host of hosts) {
      if ((await dns.addresses(host)).length > 0) {
        return finding(true, `mail to ${domain} goes to ${host}; see that it leads on to MAIL_IN_PORT`);
      }
    }
    return finding(
      false,
      found.length > 0
        ? `the MX of ${domain} names ${hosts.join(', ')}, which has no address`
        : `${domain} has no MX record: publish one that leads to MAIL_IN_PORT, or to a relay in front of it`,
    );
  } catch (error) {
    return finding(
      null,
      `${domain}: cannot be checked now (${(error as NodeJS.ErrnoException).code ?? 'no answer'})`,
    );
  }
}

/** Speaks to our own listener as a mail server would. */
async function checkPort({ host, port, tls }: NonNullable<BounceSettings['mailIn']>): Promise<BounceFinding> {
  const finding = (ok: boolean, says: string): BounceFinding => ({
    check: 'Mail in',
    level: 'should',
    ok,
    says,
  });
  const at = `${host}, port ${port}`;
  const heard = await greet(host === '0.0.0.0' ? '127.0.0.1' : host, port);
  if (heard === null) return finding(false, `nothing listens at ${at}: start a worker, and bounces come in`);
  if (!heard.includes('reports only')) return finding(false, `something else listens at ${at}`);
  const offersTls = /^250[ -]STARTTLS/im.test(heard);
  if (tls && !offersTls) return finding(false, `the listener at ${at} was started without its certificate`);
  return finding(true, `takes bounces at ${at}, ${offersTls ? 'with' : 'without'} STARTTLS`);
}

function greet(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = createConnection({ host, port, timeout: TIMEOUT_MS });
    const end = (result: string | null) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('error', () => end(null));
    socket.on('timeout', () => end(heard));
    socket.on('close', () => end(heard));
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      if (/^220 .*\r\n$/.test(heard)) socket.write('EHLO doctor\r\n');
      if (/^250 .*\r\n$/m.test(heard)) end(heard);
    });
  });
}

function checkCertificate(path: string, now: Date): BounceFinding {
  const finding = (ok: boolean, level: BounceFinding['level'], says: string): BounceFinding => ({
    check: 'Certificate',
    level,
    ok,
    says,
  });
  try {
    const { validTo } = new X509Certificate(readFileSync(path));
    const left = new Date(validTo).getTime() - now.getTime();
    if (left <= 0) return finding(false, 'must', `MAIL_IN_CERT_FILE has expired on ${validTo}`);
    if (left < EXPIRES_SOON_MS)
      return finding(false, 'should', `MAIL_IN_CERT_FILE expires on ${validTo}: renew it`);
    return finding(true, 'should', `MAIL_IN_CERT_FILE holds until ${validTo}`);
  } catch {
    return finding(false, 'must', `MAIL_IN_CERT_FILE cannot be read: ${path}`);
  }
}
