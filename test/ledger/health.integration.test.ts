import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordAudit } from '../../src/agencies/record-audit.ts';
import type { Config } from '../../src/config/config.ts';
import type { Db } from '../../src/db/client.ts';
import { checkLogHealth } from '../../src/ledger/check-health.ts';
import { listSigningKeys, rotateKeys } from '../../src/ledger/signing-keys.ts';
import { tendLog } from '../../src/ledger/tend-log.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

const HOUR = 3_600_000;
const WITNESS = { witnessAddress: 'auditor@witness.example', smtpUrl: 'smtp://mail.example' };

let test: TestApp;
let folder: string;

beforeAll(async () => {
  test = await createTestApp({ settings: { WITNESS_ADDRESS: WITNESS.witnessAddress } });
  folder = test.deps.config.signingKeysDir;
});
afterAll(() => test.close());

const pass = (ms: number) => test.clock.set(new Date(test.clock.now().getTime() + ms));

async function act(db: Db = test.deps.db): Promise<void> {
  await recordAudit(db, {
    at: test.clock.now(),
    agencyId: null,
    actorKind: 'system',
    actorId: null,
    action: 'thing.done',
    subjectType: 'thing',
    subjectId: 1,
  });
}

async function lookedAt(changes: Partial<Config> = {}, db: Db = test.deps.db) {
  const config = { ...test.deps.config, ...WITNESS, ...changes };
  return checkLogHealth({ ...test.deps, db, config });
}

/** The faults, as `level check: words`. */
async function faults(changes?: Partial<Config>, db?: Db): Promise<string[]> {
  const found = await lookedAt(changes, db);
  return found.filter(({ ok }) => !ok).map(({ level, check, says }) => `${level} ${check}: ${says}`);
}

const keyFile = async () => join(folder, `${(await listSigningKeys(test.deps.db)).at(-1)!.kid}.pem`);

describe('doctor looks at a log', () => {
  it('that is empty, and says where the key will be', async () => {
    expect(await faults()).toEqual([]);
    expect((await lookedAt()).find(({ check }) => check === 'Signing key')?.says).toContain(folder);
  });

  it('into which nobody brings what is done', async () => {
    await act();
    pass(5 * 60_000);
    expect(await faults()).toEqual([]);
    pass(10 * 60_000);
    expect(await faults()).toEqual([
      expect.stringMatching(/^must Log sequence: one act is not in the log yet.*worker/),
    ]);
    await tendLog(test.deps);
    expect(await faults()).toEqual([]);
  });

  describe('that was signed', () => {
    beforeEach(async () => {
      await act();
      await tendLog(test.deps);
      pass(2 * HOUR);
      await tendLog(test.deps);
      expect(await faults()).toEqual([]);
    });

    it('and is signed no longer', async () => {
      await test.deps.db
        .transaction(async (tx) => {
          await tx.execute(sql`set local session_replication_role = replica`);
          await tx.execute(sql`delete from log_checkpoints`);
          await tx.execute(sql`delete from log_origins`);
          expect((await faults({}, tx)).filter((one) => one.includes('Log signature'))).toEqual([
            expect.stringMatching(/never signed: \d+ entries/),
          ]);
          throw new Error('undo');
        })
        .catch((error: Error) => expect(error.message).toBe('undo'));
      // Taken in and not signed, as when no machine with the key runs.
      await act();
      const hidden = `${folder}-away`;
      await rename(folder, hidden);
      await tendLog(test.deps);
      pass(HOUR);
      expect((await faults()).join('\n')).toMatch(/^should Signing key: .* another one signs/m);
      pass(2 * HOUR);
      await tendLog(test.deps);
      const told = (await faults()).join('\n');
      expect(told).toMatch(
        /^must Log signature: the log was last signed on 20.* UTC, and \d+ entries since/m,
      );
      expect(told).toMatch(/^must Signing key: .*\.pem is missing, so nothing can be signed here/m);
      await rename(hidden, folder);
      await tendLog(test.deps);
      expect(await faults()).toEqual([]);
    });

    it('by a key that others may read, or change, or that cannot be read', async () => {
      const path = await keyFile();
      await chmod(path, 0o640);
      expect(await faults()).toEqual([
        expect.stringMatching(/^must Signing key: other users .* read .*chmod 600/),
      ]);
      await chmod(path, 0o620);
      expect(await faults()).toEqual([expect.stringMatching(/may change/)]);
      await chmod(path, 0o600);
      await chmod(folder, 0o770);
      expect(await faults()).toEqual([expect.stringMatching(/put keys into .*chmod 700/)]);
      await chmod(folder, 0o700);
      const pem = await readFile(path, 'utf8');
      await writeFile(path, 'no key');
      expect(await faults()).toEqual([expect.stringMatching(/is not the signing key.*backup/)]);
      await rm(path);
      await mkdir(path);
      expect(await faults()).toEqual([
        expect.stringMatching(/cannot be read \(EISDIR\).*Nothing can be signed/),
      ]);
      await rm(path, { recursive: true });
      await writeFile(path, pem, { mode: 0o600 });
      expect(await faults()).toEqual([]);
    });

    it('and whose next key is not where it will be needed', async () => {
      await rotateKeys(test.deps, { startsAt: new Date(test.clock.now().getTime() + 24 * HOUR) });
      const path = await keyFile();
      await rename(path, `${path}.away`);
      expect(await faults()).toEqual([expect.stringMatching(/^should Signing key: .*Bring it here/)]);
      await rename(`${path}.away`, path);
    });

    it('of which nobody outside is told', async () => {
      expect(await faults({ witnessAddress: null })).toEqual([
        expect.stringMatching(/^should Witness: nobody outside/),
      ]);
      expect(await faults({ smtpUrl: null })).toEqual([expect.stringMatching(/^should Witness: .*SMTP_URL/)]);
      pass(30 * HOUR);
      await act();
      await tendLog({ ...test.deps, config: { ...test.deps.config, witnessAddress: null } });
      expect(await faults()).toEqual([]);
      pass(1.5 * HOUR);
      expect(await faults()).toEqual([
        expect.stringMatching(
          /^must Witness: was last told on 20.*, of \d+ entries, although \d+ entries are signed/,
        ),
      ]);
      await tendLog(test.deps);
      expect((await lookedAt()).at(-1)).toMatchObject({ check: 'Witness', ok: true });
      await test.deps.db
        .transaction(async (tx) => {
          await tx.execute(sql`set local session_replication_role = replica`);
          await tx.execute(sql`delete from log_witness_mails`);
          pass(2 * HOUR);
          expect(await faults({}, tx)).toEqual([expect.stringMatching(/^must Witness: was never told/)]);
          throw new Error('undo');
        })
        .catch((error: Error) => expect(error.message).toBe('undo'));
    });

    it('and was put back to an earlier day, or rewritten', async () => {
      const tampered = async (statement: ReturnType<typeof sql>) => {
        let found: string[] = [];
        await test.deps.db
          .transaction(async (tx) => {
            await tx.execute(sql`set local session_replication_role = replica`);
            await tx.execute(statement);
            found = (await faults({}, tx)).filter((one) => one.includes('Log signature'));
            throw new Error('undo');
          })
          .catch((error: Error) => expect(error.message).toBe('undo'));
        return found;
      };
      const last = sql`(select max(leaf_index) from log_entries)`;
      expect(await tampered(sql`delete from log_entries where leaf_index = ${last}`)).toEqual([
        expect.stringContaining('countersign reopen-log'),
      ]);
      expect(
        await tampered(sql`update log_entries set leaf_hash = sha256('x') where leaf_index = ${last} - 1`),
      ).toEqual([expect.stringContaining('countersign verify-log')]);
    });
  });
});
