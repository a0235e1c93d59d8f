import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Deps } from '../deps.ts';
import { CommandError } from '../lib/told-errors.ts';
import { exportLog } from './export-log.ts';
import { makeCheckpoint, openOrigin } from './make-checkpoint.ts';
import type { GivenCheckpoint, LogVerdict } from './rules/check-log.ts';
import { findNotes } from './rules/find-notes.ts';
import { currentKey, readJwks, type SigningKey, toJwks } from './rules/keys.ts';
import { checkExport } from './rules/read-export.ts';
import { sequenceLog } from './sequence-log.ts';
import { listSigningKeys, openSigner, rotateKeys } from './signing-keys.ts';
import { verifyStoredLog } from './verify-stored-log.ts';

type Out = { write(text: string): unknown };
type WithDeps = <T>(use: (deps: Deps) => Promise<T>) => Promise<T>;

const HOUR = 60 * 60 * 1000;
const LEAD_HOURS = 24;

/** `countersign keys list|rotate|jwks`. */
export async function runKeysCommand(argv: string[], withDeps: WithDeps, out: Out): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { 'at-once': { type: 'boolean' } },
  });
  const [what] = positionals;
  if (positionals.length !== 1 || !what || !['list', 'rotate', 'jwks'].includes(what)) {
    throw new CommandError(
      'say what to do: countersign keys list, countersign keys rotate, or countersign keys jwks',
    );
  }
  return withDeps(async (deps) => {
    const now = deps.clock.now();
    if (what === 'rotate') {
      await openSigner(deps);
      const startsAt = values['at-once'] ? now : new Date(now.getTime() + LEAD_HOURS * HOUR);
      const key = await rotateKeys(deps, { startsAt });
      out.write(`${key.kid} signs from ${startsAt.toISOString()} on. The keys before it stay published.\n`);
      return 0;
    }
    const keys = await listSigningKeys(deps.db);
    if (what === 'jwks') {
      out.write(`${JSON.stringify(toJwks(keys), null, 2)}\n`);
      return 0;
    }
    if (keys.length === 0) out.write('There is no signing key yet: the first signature makes one.\n');
    for (const key of keys) out.write(`${tellKey(key, keys, now)}\n`);
    return 0;
  });
}

function tellKey(key: SigningKey, keys: readonly SigningKey[], now: Date): string {
  const state =
    currentKey(keys, now)?.kid === key.kid ? 'signs' : key.notBefore > now ? 'will sign' : 'retired';
  const until = key.retiredAt ? ` to ${key.retiredAt.toISOString()}` : ' on';
  return `${key.kid}  ${state.padEnd(9)}  from ${key.notBefore.toISOString()}${until}`;
}

/** `countersign verify-log [FILE] [--key FILE] [--witness FILE]`: 0 when the log holds, 1 when not, 2 when unreadable. */
export async function runVerifyLogCommand(argv: string[], withDeps: WithDeps, out: Out): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { key: { type: 'string' }, witness: { type: 'string' } },
  });
  if (positionals.length > 1) throw new CommandError('name one exported log, or none for the database');
  const keys = values.key === undefined ? null : await readKeyFileOf(values.key);
  const elsewhere = values.witness === undefined ? [] : await readWitness(values.witness);
  const [path] = positionals;
  const verdict =
    path === undefined
      ? await withDeps((deps) => verifyStoredLog(deps, { elsewhere, keys }))
      : await verifyFile(path, keys, elsewhere);
  tellVerdict(verdict, out);
  return verdict.ok ? 0 : 1;
}

async function verifyFile(
  path: string,
  keys: readonly SigningKey[] | null,
  elsewhere: readonly GivenCheckpoint[],
): Promise<LogVerdict> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.code}`,
    );
  });
  await file.close();
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: 0 });
  return checkExport(lines, keys?.map(({ publicKey }) => publicKey) ?? null, elsewhere);
}

function tellVerdict(verdict: LogVerdict, out: Out): void {
  for (const { ok, isNote, says } of verdict.checks) {
    out.write(`  ${isNote ? 'note' : ok ? 'ok  ' : 'FAIL'}  ${says}\n`);
  }
  out.write(verdict.ok ? '\nThe log holds.\n' : '\nThe log does not hold.\n');
}

/** A JWKS or JWK file; told in words when it is none. */
export async function readKeyFileOf(path: string): Promise<SigningKey[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} cannot be read (${error.code})`);
  });
  const keys = readJwks(text);
  if (!keys) throw new CommandError(`${path} holds no Ed25519 key as JWK or JWKS`);
  return keys;
}

async function readWitness(path: string): Promise<GivenCheckpoint[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} cannot be read (${error.code})`);
  });
  const notes = findNotes(text);
  if (notes.length === 0) throw new CommandError(`${path} holds no checkpoint`);
  return notes.map((note) => ({ note, from: 'the witness’s file' }));
}

/** `countersign export-log FILE [--open]`. */
export async function runExportLogCommand(argv: string[], withDeps: WithDeps, out: Out): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { open: { type: 'boolean' } },
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) {
    throw new CommandError('name the file to write: countersign export-log FILE [--open]');
  }
  return withDeps(async (deps) => {
    await sequenceLog(deps);
    await makeCheckpoint(deps);
    const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(
        `${path} cannot be made: ${error.code === 'EEXIST' ? 'it is there already' : error.code}`,
      );
    });
    let lines = 0;
    try {
      for await (const text of exportLog(deps, { withOpenings: values.open ?? false })) {
        await file.write(text);
        lines += 1;
      }
    } finally {
      await file.close();
    }
    out.write(`${lines} lines written to ${path}.\n`);
    return 0;
  });
}

/** `countersign reopen-log --because WORDS`. */
export async function runReopenLogCommand(argv: string[], withDeps: WithDeps, out: Out): Promise<number> {
  const { values } = parseArgs({ args: argv, options: { because: { type: 'string' } } });
  const because = values.because?.trim();
  if (!because)
    throw new CommandError('say why: countersign reopen-log --because "restored from the backup of ..."');
  return withDeps(async (deps) => {
    const origin = await deps.db.transaction((tx) => openOrigin(tx, deps, because));
    await sequenceLog(deps);
    const made = await makeCheckpoint(deps);
    out.write(
      `The log now signs as ${origin}.${made.ok ? '' : ` Nothing was signed yet (${made.reason}).`}\n`,
    );
    return 0;
  });
}
