import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { findNotes } from '../../src/ledger/rules/find-notes.ts';
import { toJwks } from '../../src/ledger/rules/keys.ts';
import { checkExport } from '../../src/ledger/rules/read-export.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { memoryLog, testKeys } from '../support/evidence/seals.ts';
import { checkLogFile } from '../support/evidence/second-verifier.ts';

vi.setConfig({ testTimeout: 60_000 });

const SIZE = 40;
const CHECKPOINTS = [7, 16, 31, SIZE];
const HEAD = 1 + CHECKPOINTS.length;
const jwks = toJwks(testKeys);
const publicKeys = testKeys.map(({ publicKey }) => publicKey);

const log = memoryLog(
  Array.from({ length: SIZE }, (_, at) => ({ kind: 'audit_event', id: at, action: 'done' })),
);

function linesOf(options: { open?: boolean; of?: typeof log } = {}): string[] {
  const { of = log, open = true } = options;
  return [
    canonicalJson({ format: 'countersign-log/1', size: of.entries.length, checkpoints: CHECKPOINTS.length }),
    ...CHECKPOINTS.map((size) => canonicalJson({ checkpoint: log.checkpoint(size) })),
    ...of.entries.map(({ index, commitment, leafHash, salt, value }) =>
      canonicalJson({
        index,
        commitment: commitment.toString('hex'),
        leafHash: leafHash.toString('hex'),
        ...(open ? { salt: salt.toString('hex'), value } : {}),
      } as object),
    ),
    canonicalJson({ end: of.entries.length }),
  ];
}

async function faultsOf(lines: string[]): Promise<string[]> {
  const verdict = await checkExport(lines, publicKeys);
  const faults = verdict.checks.filter(({ ok }) => !ok).map(({ says }) => says);
  expect(verdict.ok).toBe(faults.length === 0);
  return faults;
}

const secondAgrees = (lines: string[]) => {
  try {
    checkLogFile(`${lines.join('\n')}\n`, jwks);
    return true;
  } catch {
    return false;
  }
};

describe('an exported log', () => {
  it.each([{ open: true }, { open: false }])('holds by both verifiers: %o', async (options) => {
    expect(await faultsOf(linesOf(options))).toEqual([]);
    expect(secondAgrees(linesOf(options))).toBe(true);
  });

  it.each([{ open: true }, { open: false }])('tells which line has a changed byte: %o', async ({ open }) => {
    const good = linesOf({ open });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 255 }),
        async (line, where, by) => {
          const bytes = Buffer.from(good[line]!);
          bytes[where % bytes.length]! ^= by;
          const changed = bytes.toString('utf8');
          // A line break makes two lines of one: dropped and added lines are the next test's.
          fc.pre(!/[\n\r\u2028\u2029]/.test(changed) || changed.split('\n').length === 1);
          const bad = good.with(line, changed);
          const faults = await faultsOf(bad);
          expect(secondAgrees(bad)).toBe(false);
          const entry = line - HEAD;
          const place =
            entry >= 0 && entry < SIZE
              ? new RegExp(`\\b(entry ${entry}|line ${line + 1})\\b`, 'i')
              : new RegExp(`\\bline ${line + 1}\\b|head|last line|the end`, 'i');
          expect(faults.join('\n')).toMatch(place);
        },
      ),
      { numRuns: 250 },
    );
  });

  it.each([30, 2])(
    'tells an entry that states another number (%i) from one that was moved',
    async (number) => {
      const good = linesOf({ open: false });
      const changed = good[HEAD + 10]!.replace('"index":10', `"index":${number}`);
      expect(changed).not.toBe(good[HEAD + 10]);
      expect(await faultsOf(good.with(HEAD + 10, changed))).toEqual([
        `Entry 10 was altered: it states the number ${number}.`,
      ]);
    },
  );

  it('tells which lines were dropped, exchanged, repeated or cut off', async () => {
    const good = linesOf();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: SIZE - 2 }),
        fc.constantFrom('drop', 'exchange', 'repeat', 'cut'),
        async (entry, how) => {
          const at = HEAD + entry;
          const bad =
            how === 'drop'
              ? good.toSpliced(at, 1)
              : how === 'exchange'
                ? good.with(at, good[at + 1]!).with(at + 1, good[at]!)
                : how === 'repeat'
                  ? good.toSpliced(at, 0, good[at]!)
                  : good.slice(0, at);
          const faults = (await faultsOf(bad)).join('\n');
          expect(secondAgrees(bad)).toBe(false);
          if (how === 'drop') expect(faults).toMatch(new RegExp(`Entry ${entry} is missing`));
          if (how === 'exchange')
            expect(faults).toMatch(new RegExp(`Entry ${entry} is missing|Entry ${entry} stands`));
          if (how === 'repeat')
            expect(faults).toMatch(new RegExp(`Entry ${entry} stands where entry ${entry + 1}`));
          if (how === 'cut') expect(faults).toMatch(/cut off/);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('shows a log that was rewritten as a whole, and where it parts from the signed one', async () => {
    const forged = memoryLog(
      log.entries.map(({ value }, at) => (at === 20 ? { ...(value as object), action: 'undone' } : value)),
    );
    const faults = await faultsOf(linesOf({ of: forged }));
    expect(faults[0]).toMatch(
      /does not lead to the checkpoint of 31 entries in line 4: an entry from 16 to 30 was altered/,
    );
    expect(secondAgrees(linesOf({ of: forged }))).toBe(false);
  });

  it('shows a fork against what a witness kept', async () => {
    const forked = memoryLog(log.entries.map(({ value }, at) => (at === 35 ? { another: at } : value)));
    const kept = [{ note: forked.checkpoint(), from: 'the witness’s file' }];
    const { checks } = await checkExport(linesOf(), publicKeys, kept);
    const faults = checks.filter(({ ok }) => !ok).map(({ says }) => says);
    expect(faults.join('\n')).toMatch(
      /Two checkpoints of 40 entries contradict each other .* the log was forked/,
    );
  });

  it('does not hold without a signed checkpoint where keys are given, and says what came after the last one', async () => {
    const [, ...rest] = linesOf();
    const head = (checkpoints: number) =>
      canonicalJson({ format: 'countersign-log/1', size: SIZE, checkpoints });
    const bare = [head(0), ...rest.slice(CHECKPOINTS.length)];
    expect((await faultsOf(bare)).join()).toMatch(/No signed checkpoint came with it/);
    expect(secondAgrees(bare)).toBe(false);
    expect(await checkExport(bare, null)).toMatchObject({ ok: true, signed: 0 });
    const early = [head(1), ...rest.slice(0, 1), ...rest.slice(CHECKPOINTS.length)];
    const verdict = await checkExport(early, publicKeys);
    expect(verdict).toMatchObject({ ok: true, entries: SIZE, signed: CHECKPOINTS[0] });
    expect(verdict.checks.find(({ isNote }) => isNote)?.says).toMatch(
      /33 entries came after the last checkpoint/,
    );
  });

  it('says that signatures were not looked at without keys', async () => {
    const verdict = await checkExport(linesOf(), null);
    expect(verdict.ok).toBe(true);
    expect(verdict.checks.map(({ says }) => says).join()).toContain(
      'Not checked: who signed the checkpoints',
    );
  });
});

describe('checkpoints in other texts', () => {
  it('are found in a saved mail, quoted-printable or not', () => {
    const note = log.checkpoint();
    expect(findNotes(`Dear auditor,\n\n${note}\nYours`)).toEqual([note]);
    const printable = Buffer.from(note, 'utf8')
      .toString('latin1')
      .replace(/[=\u0080-\u00ff]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/(.{60})/g, '$1=\n');
    expect(
      findNotes(
        `Content-Transfer-Encoding: quoted-printable\r\n\r\nHello\r\n\r\n${printable.replaceAll('\n', '\r\n')}`,
      ),
    ).toEqual([note]);
  });
});
