import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readJwks, type SigningKey } from '../ledger/rules/keys.ts';
import { NOT_CHECKED, verifyPacket } from './rules/verify-packet.ts';

const WHY_UNREADABLE: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
};

/** `countersign verify FILE [--sha256 HEX] [--key FILE]`: 0 when the packet holds, 1 when it does not, 2 when it cannot be read. */
export async function runVerifyCommand(
  argv: string[],
  out: { write(text: string): unknown },
): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { sha256: { type: 'string' }, key: { type: 'string' } },
  });
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) {
    out.write('Name one packet file: countersign verify FILE [--sha256 HEX] [--key FILE]\n');
    return 2;
  }
  const expected = values.sha256?.toLowerCase();
  if (expected !== undefined && !/^[0-9a-f]{64}$/.test(expected)) {
    out.write('A SHA-256 is 64 hexadecimal digits.\n');
    return 2;
  }
  let keys: SigningKey[] | null = null;
  if (values.key !== undefined) {
    const text = await readFile(values.key, 'utf8').catch(() => null);
    keys = text === null ? null : readJwks(text);
    if (keys === null) {
      out.write(`${values.key} cannot be read, or holds no Ed25519 key as JWK or JWKS.\n`);
      return 2;
    }
  }
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) {
    out.write(`${path} cannot be read: ${WHY_UNREADABLE[bytes.code ?? ''] ?? bytes.message}.\n`);
    return 2;
  }
  const { ok, checks, about } = verifyPacket(bytes, expected, keys);
  if (about) out.write(`${about}\n\n`);
  for (const { ok, isNote, says } of checks) {
    out.write(`  ${isNote ? 'note' : ok ? 'ok  ' : 'FAIL'}  ${says}\n`);
  }
  if (expected === undefined && keys === null) out.write(`  note  ${NOT_CHECKED}\n`);
  out.write(ok ? '\nThe packet holds.\n' : '\nThe packet does not hold.\n');
  return ok ? 0 : 1;
}
