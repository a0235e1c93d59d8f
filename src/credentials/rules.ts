import { isNaicsPrefix } from '../lib/naics.ts';
import { textKey } from '../lib/text-key.ts';
import { CAREER_CLUSTERS } from './career-clusters.ts';

/** D1: "ce-" and a UUID of version 4, in lower case. */
const CTID = /^ce-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The CTID in a text: bare, or at the end of a Credential Registry address. */
export function parseCtid(text: string): string | null {
  const bare = /(?:^|\/(?:resources|graph)\/)(ce-[0-9a-f-]+)\/?$/i.exec(text.trim())?.[1]?.toLowerCase();
  return bare && CTID.test(bare) ? bare : null;
}

/** The cluster's own writing for a name in any case and punctuation, or null. */
export function parseCluster(text: string): string | null {
  const key = textKey(text);
  return CAREER_CLUSTERS.find((cluster) => textKey(cluster) === key) ?? null;
}

/** NAICS 2017 codes or prefixes, parted by spaces, commas, semicolons or bars. */
export function parseNaicsPrefixes(text: string): { prefixes: string[]; unknown: string[] } {
  const parts = text.split(/[\s,;|]+/).filter((part) => part !== '');
  const known = parts.filter(isNaicsPrefix);
  return { prefixes: [...new Set(known)].sort(), unknown: parts.filter((part) => !isNaicsPrefix(part)) };
}

/** A web address that pages may link to. */
export function parseWebAddress(text: string): string | null {
  try {
    const url = new URL(text.trim());
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

/** A credential as a file states it. Null is "not stated" and never overwrites what is known. */
export type CredentialRow = {
  line: number;
  name: string;
  nameKey: string;
  version: string;
  issuer: string;
  issuerKey: string;
  issuerWebsite: string | null;
  issuerDomain: string | null;
  ctid: string | null;
  credentialType: string | null;
  cluster: string | null;
  naicsPrefixes: string[] | null;
  vendorSpecific: boolean | null;
  stateCode: string | null;
  url: string | null;
  description: string | null;
};
