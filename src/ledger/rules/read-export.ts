import { z } from 'zod';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { PublicKey } from '../../lib/ed25519.ts';
import { checkLog, type GivenCheckpoint, type LogCheck, type LogVerdict } from './check-log.ts';

export const EXPORT_FORMAT = 'countersign-log/1';

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((hex) => Buffer.from(hex, 'hex'));
const count = z.int().nonnegative();
const headLine = z.strictObject({ format: z.literal(EXPORT_FORMAT), size: count, checkpoints: count });
const checkpointLine = z.strictObject({ checkpoint: z.string() });
const entryLine = z.strictObject({
  index: count,
  commitment: hash,
  leafHash: hash,
  salt: hash.optional(),
  value: z.json().optional(),
});
const endLine = z.strictObject({ end: count });

/**
 * Checks an exported log by itself, from the file and public keys alone (null: who signed is left out). Faults are told
 * by entry where the tree knows better, else by line.
 */
export async function checkExport(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: readonly PublicKey[] | null,
  elsewhere: readonly GivenCheckpoint[] = [],
): Promise<LogVerdict> {
  const unread: string[] = [];
  const checkpoints: GivenCheckpoint[] = [];
  let head: z.output<typeof headLine> | null = null;
  let log: ReturnType<typeof checkLog> | null = null;
  let end: number | null = null;
  let number = 0;
  let opened = 0;
  const open = () => (log ??= checkLog([...checkpoints, ...elsewhere], keys));
  for await (const text of lines) {
    number += 1;
    const value = readLine(text);
    if (end !== null) unread.push(`Line ${number} stands after the end.`);
    else if (number === 1) {
      head = headLine.safeParse(value).data ?? null;
      if (!head) unread.push(`Line 1 is not the head of a log of the format ${EXPORT_FORMAT}.`);
    } else if (checkpoints.length < (head?.checkpoints ?? 0) && !log) {
      const read = checkpointLine.safeParse(value).data;
      checkpoints.push({ note: read?.checkpoint ?? '', from: `line ${number}` });
    } else if (endLine.safeParse(value).success) {
      end = endLine.parse(value).end;
    } else {
      const entry = entryLine.safeParse(value).data;
      if (!entry) {
        unread.push(
          checkpointLine.safeParse(value).success
            ? `Line ${number} is a checkpoint more than the head states: the head was altered, or the line was put in.`
            : `Line ${number} is no entry: it was altered.`,
        );
        continue;
      }
      const { salt, value: content, ...rest } = entry;
      const isOpen = salt !== undefined && content !== undefined;
      opened += isOpen ? 1 : 0;
      open().push({
        ...rest,
        content: isOpen ? { state: 'open', salt, value: content } : { state: 'closed' },
      });
    }
  }
  const verdict = open().finish();
  if (number === 0) unread.push('The file is empty.');
  if (end === null) unread.push(`The file ends after line ${number}, without its last line: it was cut off.`);
  if (head && end !== null && (end !== head.size || verdict.entries !== head.size)) {
    unread.push(
      `The head says ${head.size} entries, the end ${end}; there are ${verdict.entries}: lines were dropped or added.`,
    );
  }
  if (keys !== null && verdict.entries > 0 && verdict.signed === 0) {
    unread.push(
      'No signed checkpoint came with it, so the keys that you gave say nothing of it: all of it may have been written anew.',
    );
  }
  const more: LogCheck[] = unread.map((says) => ({ ok: false, says }));
  if (keys === null)
    more.push({
      ok: true,
      isNote: true,
      says: 'Not checked: who signed the checkpoints. Give the public keys with --key.',
    });
  if (opened < verdict.entries) {
    more.push({
      ok: true,
      isNote: true,
      says: `${verdict.entries - opened} entries came without what they say: only their place was checked.`,
    });
  }
  return {
    ok: verdict.ok && unread.length === 0,
    entries: verdict.entries,
    signed: verdict.signed,
    checks: [...verdict.checks, ...more],
  };
}

/** A line is the canonical form of what it says, or it was written by somebody else. */
function readLine(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
