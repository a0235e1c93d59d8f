import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeyAlive, readApiKey, readCursor, writeApiKey, writeCursor } from '../../src/api/rules.ts';
import { etagOf, matchesEtag } from '../../src/lib/etag.ts';
import { randomToken } from '../../src/lib/tokens.ts';

describe('API keys', () => {
  const { key, prefix } = writeApiKey(randomToken());

  it('are read back from the header, whatever the case of the scheme', () => {
    expect(readApiKey(`Bearer ${key}`)).toBe(key);
    expect(readApiKey(`bearer  ${key}`)).toBe(key);
    expect(key.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength(12);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer x',
    `Basic ${key}`,
    key,
    `Bearer ${key} x`,
    `Bearer ${'a'.repeat(10_000)}`,
  ])('are not %s', (header) => {
    expect(readApiKey(header)).toBeNull();
  });

  it('are known from a mistyped one by the checksum, mostly', () => {
    let passed = 0;
    for (let at = 4; at < 47; at += 1) {
      const typo = `${key.slice(0, at)}${key[at] === 'A' ? 'B' : 'A'}${key.slice(at + 1)}`;
      if (readApiKey(`Bearer ${typo}`)) passed += 1;
    }
    expect(passed).toBe(0);
  });

  it('work until they are revoked or expire', () => {
    const now = new Date('2026-06-01T00:00:00Z');
    const later = new Date('2026-06-01T00:00:01Z');
    expect(isKeyAlive({ expiresAt: later, revokedAt: null }, now)).toBe(true);
    expect(isKeyAlive({ expiresAt: now, revokedAt: null }, now)).toBe(false);
    expect(isKeyAlive({ expiresAt: later, revokedAt: now }, now)).toBe(false);
  });
});

describe('cursors', () => {
  it('come back as they were', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (id) => readCursor(writeCursor(id)) === id));
  });

  it('begin a feed that is still empty, and no other pages, at nothing', () => {
    expect(readCursor(writeCursor(0, 'e'), 'e')).toBe(0);
    expect(readCursor(writeCursor(0, 'c'), 'c')).toBeNull();
    expect(readCursor(writeCursor(5, 'e'), 'c')).toBeNull();
  });

  it('are refused when they are not ours', () => {
    for (const text of [
      '',
      'x',
      Buffer.from('c1:0').toString('base64url'),
      Buffer.from('c2:5').toString('base64url'),
    ]) {
      expect(readCursor(text)).toBeNull();
    }
    fc.assert(
      fc.property(
        fc.string(),
        (text) => readCursor(text) === null || writeCursor(readCursor(text)!) === text,
      ),
    );
  });
});

describe('entity tags', () => {
  const tag = etagOf('a', 'strong');
  it.each([
    [undefined, false],
    ['', false],
    ['*', true],
    [tag, true],
    [`W/${tag}`, true],
    [`"x", ${tag}`, true],
    ['"x"', false],
    [tag.replaceAll('"', ''), false],
  ])('If-None-Match: %s', (header, matches) => {
    expect(matchesEtag(header, tag)).toBe(matches);
    expect(matchesEtag(header, etagOf('a', 'weak'))).toBe(matches);
  });
});
