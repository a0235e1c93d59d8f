import { readFileSync } from 'node:fs';

/**
 * One conservative check: a plain address of one person that every mail server takes. No quotes, no comments, no
 * address literals, a host name with a dot. What passes may still bounce; what fails is not worth sending to.
 */
const PLAIN_ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9]))$/;

/** The address as written, its key (lower case) and its domain, or null when it is no plain address. */
export function parseMailAddress(text: string): { email: string; key: string; domain: string } | null {
  const email = text.trim();
  if (email.length > 254 || email.indexOf('@') > 64) return null;
  const match = PLAIN_ADDRESS.exec(email);
  if (!match?.[1]) return null;
  return { email, key: email.toLowerCase(), domain: match[1].toLowerCase() };
}

let freeMail: ReadonlySet<string> | null = null;

/** Domains whose addresses belong to anybody, in lower case. */
export function freeMailDomains(): ReadonlySet<string> {
  freeMail ??= new Set(
    readFileSync(new URL('../data/free-mail-domains.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
  return freeMail;
}

/** True when addresses of the domain belong to anybody, so that it tells nothing about an employer. */
export function isFreeMailDomain(domain: string): boolean {
  return freeMailDomains().has(domain.toLowerCase());
}

/** The host of a web address without "www.", or null when the text is no web address. */
export function websiteDomain(text: string): string | null {
  const trimmed = text.trim();
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
    const host = url.hostname
      .toLowerCase()
      .replace(/^www\./, '')
      .replace(/\.$/, '');
    return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(host) ? host : null;
  } catch {
    return null;
  }
}
