import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';

export type Secrets = {
  /** Key of every link in a mail. */
  linkKey: Buffer;
  /** Key under which the do-not-contact list keeps addresses. */
  suppressionKey: Buffer;
};

/**
 * The installation's keys: from the settings, else from `secrets.json` in the data folder, made at the first start.
 * Two processes that start at once agree: the file is linked into place whole, and only once.
 */
export function loadSecrets(config: Pick<Config, 'dataDir' | 'linkSecret' | 'suppressionSecret'>): Secrets {
  if (config.linkSecret && config.suppressionSecret) {
    return toSecrets({ linkSecret: config.linkSecret, suppressionSecret: config.suppressionSecret });
  }
  const path = join(config.dataDir, 'secrets.json');
  const stored = readStored(path) ?? createStored(config.dataDir, path);
  return toSecrets({
    linkSecret: config.linkSecret ?? stored.linkSecret,
    suppressionSecret: config.suppressionSecret ?? stored.suppressionSecret,
  });
}

type Stored = { linkSecret: string; suppressionSecret: string };

function readStored(path: string): Stored | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Stored;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`The file with this installation's keys cannot be read: ${path}`, { cause: error });
  }
}

function createStored(dataDir: string, path: string): Stored {
  mkdirSync(dataDir, { recursive: true });
  const fresh: Stored = {
    linkSecret: randomBytes(32).toString('hex'),
    suppressionSecret: randomBytes(32).toString('hex'),
  };
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readStored(path) ?? fresh;
}

function toSecrets(stored: Stored): Secrets {
  return {
    linkKey: Buffer.from(stored.linkSecret, 'hex'),
    suppressionKey: Buffer.from(stored.suppressionSecret, 'hex'),
  };
}
