import type { KeyObject } from 'node:crypto';
import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, publicKeyOf, readPrivateKey, writePrivateKey } from '../lib/ed25519.ts';
import { StartError } from '../lib/told-errors.ts';

/** The private key of this id from the folder; null when this machine does not hold it. */
export function readKeyFile(folder: string, kid: string): KeyObject | null {
  const path = keyFileOf(folder, kid);
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new StartError(`The signing key ${path} cannot be read (${code}).`);
  }
  const key = readPrivateKey(pem);
  if (!key || keyIdOf(publicKeyOf(key)) !== kid) {
    throw new StartError(`The file ${path} is not the signing key that its name says.`);
  }
  return key;
}

/** Keeps a private key for its owner alone. On disk before anybody can know the public one. */
export function writeKeyFile(folder: string, key: KeyObject): string {
  const kid = keyIdOf(publicKeyOf(key));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = join(folder, `.${randomBytes(6).toString('hex')}`);
    writeFileSync(draft, writePrivateKey(key), { mode: 0o600, flag: 'wx', flush: true });
    chmodSync(draft, 0o600);
    try {
      linkSync(draft, keyFileOf(folder, kid));
    } finally {
      rmSync(draft);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `A signing key cannot be kept in ${folder} (${code}). Set SIGNING_KEYS_DIR to a folder that this user may write to.`,
    );
  }
  return kid;
}

/** The last checkpoint that this machine signed, which a database restored from a backup does not know. */
export function readLastSigned(folder: string): string | null {
  try {
    return readFileSync(join(folder, LAST_SIGNED), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function writeLastSigned(folder: string, note: string): void {
  const draft = join(folder, `.${randomBytes(6).toString('hex')}`);
  writeFileSync(draft, note, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(draft, join(folder, LAST_SIGNED));
}

const LAST_SIGNED = 'last-checkpoint';

export function keyFileOf(folder: string, kid: string): string {
  return join(folder, `${kid}.pem`);
}
