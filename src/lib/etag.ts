import { createHash } from 'node:crypto';

/** An entity tag over a text. Weak when two answers may differ in bytes and still say the same. */
export function etagOf(text: string, kind: 'strong' | 'weak'): string {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 32)}"`;
  return kind === 'weak' ? `W/${tag}` : tag;
}

/** Whether an If-None-Match header names the tag, by weak comparison (RFC 9110, section 13.1.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (tag: string) => tag.replace(/^W\//, '');
  const given = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return given.some((tag) => opaque(tag) === opaque(etag));
}
