import { lookup as dnsLookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';
import type { AttemptError } from './types.ts';

export type Address = { address: string; family: number };
export type Lookup = (host: string) => Promise<Address[]>;

export const systemLookup: Lookup = (host) => dnsLookup(host, { all: true, verbatim: true });

export type PostOutcome = { status: number; retryAfter: string | null } | { error: AttemptError };

const TIMEOUT_MS = 20_000;

/** A URL's host as DNS and sockets take it: IPv6 without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * Posts to an address that a person typed, without letting it reach this network (SSRF): https only, every address that
 * the name resolves to is public, the connection goes to just these and the name is not asked again, and redirects are
 * answers like any other. Hosts of the agency's own network are let through where the installation names them. Of the
 * answer nothing but its head is read.
 */
export async function postSafely(
  input: { url: string; headers: Record<string, string>; body: string; privateHosts: readonly string[] },
  lookup: Lookup = systemLookup,
  timeoutMs = TIMEOUT_MS,
): Promise<PostOutcome> {
  const url = new URL(input.url);
  const host = hostOf(url);
  const isOwn = input.privateHosts.includes(host);
  if (!isOwn && url.protocol !== 'https:') return { error: 'address_refused' };
  const timeout = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_resolve, reject) => {
    timeout.addEventListener('abort', () => reject(timeout.reason), { once: true });
  });
  late.catch(() => undefined);

  let addresses: Address[];
  try {
    addresses = isIP(host)
      ? [{ address: host, family: isIP(host) }]
      : await Promise.race([lookup(host), late]);
  } catch (error) {
    return { error: timeout.aborted ? 'timeout' : errorOf(error, 'name_unknown') };
  }
  if (addresses.length === 0) return { error: 'name_unknown' };
  // One bad address among several is enough: which one is dialled would be chance.
  if (!isOwn && !addresses.every(({ address }) => isPublicAddress(address)))
    return { error: 'address_refused' };

  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const request = send(
      url,
      {
        method: 'POST',
        agent: false,
        signal: timeout,
        headers: {
          ...input.headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(input.body),
          'user-agent': 'Countersign webhooks',
        },
        lookup: (_host, options, done) => {
          const first = addresses[0]!;
          if (options.all) done(null, addresses);
          else done(null, first.address, first.family);
        },
      },
      (response) => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, retryAfter: headers['retry-after'] ?? null });
        response.destroy();
      },
    );
    request.on('error', (error) =>
      resolve({ error: timeout.aborted ? 'timeout' : errorOf(error, 'connection') }),
    );
    request.end(input.body);
  });
}

function errorOf(error: unknown, otherwise: AttemptError): AttemptError {
  const code = String((error as { code?: unknown }).code ?? '');
  if (/^(?:ENOTFOUND|EAI_)/.test(code)) return 'name_unknown';
  if (/CERT|TLS|SSL|ALTNAME|ISSUER|SIGNATURE|EPROTO/.test(code)) return 'tls';
  if (code === 'ETIMEDOUT') return 'timeout';
  return otherwise;
}
