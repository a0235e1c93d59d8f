import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, SETTINGS } from '../../src/config/config.ts';
import { loadSecrets } from '../../src/config/secrets.ts';

const KEY = 'ab'.repeat(32);

function faultsOf(environment: Record<string, string>): string[] {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('need nothing to start: the embedded engines serve', () => {
    const config = parseConfig({});
    expect(config).toMatchObject({ databaseUrl: null, redisUrl: null, smtpUrl: null, host: '127.0.0.1' });
    expect(config.publicUrl).toBe('http://localhost:8080');
  });

  it('report every fault at once, each with its name', () => {
    const faults = faultsOf({ PORT: 'eighty', REDIS_URL: 'http://x', LOG_LEVEL: 'loud' });
    expect(faults.sort()).toEqual([
      'LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent',
      'PORT: must be a whole number from 0 to 65535',
      'REDIS_URL: must be a URL that starts with redis:// or rediss://',
    ]);
  });

  it('demand keys where several machines may share a database, and never invent them', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://u@h/d' })[0]).toContain('LINK_SECRET');
    expect(
      parseConfig({ DATABASE_URL: 'postgres://u@h/d', LINK_SECRET: KEY, SUPPRESSION_SECRET: KEY })
        .databaseUrl,
    ).toBe('postgres://u@h/d');
  });

  it('refuse half a DKIM configuration', () => {
    expect(faultsOf({ DKIM_DOMAIN: 'mail.example.gov' })[0]).toContain('DKIM_SELECTOR');
  });

  it('treat an empty value as not set', () => {
    expect(parseConfig({ REDIS_URL: '', PORT: '' }).port).toBe(8080);
  });

  it('are all in .env.example, and nothing else is', () => {
    const example = readFileSync('.env.example', 'utf8');
    const named = [...example.matchAll(/^#? ?([A-Z_]+)=/gm)].map((match) => match[1]);
    expect(named).toEqual(Object.keys(SETTINGS));
    for (const setting of Object.values(SETTINGS)) expect(example).toContain(`# ${setting.description}`);
  });
});

describe('keys of the installation', () => {
  it('are made once, kept readable for their owner only, and stay the same', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
    const config = { dataDir, linkSecret: null, suppressionSecret: null };
    const first = loadSecrets(config);
    expect(loadSecrets(config)).toEqual(first);
    expect(first.linkKey).toHaveLength(32);
    expect(first.linkKey.equals(first.suppressionKey)).toBe(false);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('come from the settings where they are given', () => {
    const secrets = loadSecrets({ dataDir: '/nonexistent', linkSecret: KEY, suppressionSecret: KEY });
    expect(secrets.linkKey.toString('hex')).toBe(KEY);
  });
});
