import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, isLockTimeout } from '../../src/db/client.ts';
import { finishImports, MOST_TRIES } from '../../src/employers/finish-imports.ts';
import { lockEmployerRegister } from '../../src/employers/import-queries.ts';
import { previewImport } from '../../src/employers/preview-import.ts';
import { AT_ONCE_ROWS, startImport } from '../../src/employers/start-import.ts';
import { discardImport } from '../../src/imports/discard-import.ts';
import { findImport } from '../../src/imports/import-store.ts';
import { createRegister, type Register } from './fixture.ts';

let register: Register;
let hints: unknown[];
beforeAll(async () => {
  register = await createRegister();
});
beforeEach(() => {
  hints = [];
});
afterAll(() => register.remove());

let lists = 0;
/** A list of employers that no other test knows. */
function listOf(rows: number): string {
  lists += 1;
  const firms = Array.from(
    { length: rows },
    (_, at) => `Firm ${lists} ${at},59701,p${at}@f${lists}-${at}.example`,
  );
  return `company,zip,email\n${firms.join('\n')}\n`;
}

function start(importId: number) {
  const queue = {
    enqueue: async (...hint: unknown[]) => {
      hints.push(hint);
      return true;
    },
  } as never;
  const deps = { ...register.deps, queue, log: pino({ level: 'silent' }) };
  return startImport(deps, { importId, agencyId: register.agency.id, staffId: register.ana });
}

async function started(text: string): Promise<number> {
  const { importId } = await register.preview(text);
  await start(importId);
  return importId;
}

async function stateOf(importId: number) {
  const found = await findImport(register.db, register.agency.id, importId);
  return { state: found?.state, tries: found?.tries, rowsDone: found?.rowsDone, failure: found?.failure };
}

async function counted(list: number) {
  const [row] = await register.sql`
    select (select count(*)::int from employers where name_key like ${`firm ${list} %`}) as employers,
      (select count(*)::int from contacts where email_key like ${`p%@f${list}-%`}) as contacts`;
  return row;
}

test('a small file is imported at once, by no worker', async () => {
  const importId = await started(listOf(AT_ONCE_ROWS));
  expect(await stateOf(importId)).toEqual({
    state: 'imported',
    tries: 1,
    rowsDone: AT_ONCE_ROWS,
    failure: null,
  });
  expect(hints).toEqual([]);
});

test('a large one waits for a worker, which tells how far it is and who confirmed it', async () => {
  const importId = await started(listOf(AT_ONCE_ROWS + 1));
  expect(await stateOf(importId)).toMatchObject({ state: 'importing', tries: 0, rowsDone: 0 });
  expect(hints).toEqual([['imports.finish-confirmed', { importId }]]);
  expect(await counted(lists)).toEqual({ employers: 0, contacts: 0 });
  await expect(
    discardImport(register.deps, { importId, agencyId: register.agency.id }),
  ).rejects.toMatchObject({ code: 'already_done' });
  await finishImports(register.deps);
  expect(await stateOf(importId)).toMatchObject({ state: 'imported', tries: 1, rowsDone: AT_ONCE_ROWS + 1 });
  expect(await counted(lists)).toEqual({ employers: AT_ONCE_ROWS + 1, contacts: AT_ONCE_ROWS + 1 });
  const audits = await register.sql`
    select actor_id from audit_events where action = 'import.imported' and subject_id = ${importId}`;
  expect(audits.map((row) => Number(row.actor_id))).toEqual([register.ana]);
  // The hint came twice.
  await finishImports(register.deps, { importId });
  expect(await stateOf(importId)).toMatchObject({ state: 'imported', tries: 1 });
});

test('confirmed twice at once, it is imported once', async () => {
  const { importId } = await register.preview(listOf(3));
  const results = await Promise.allSettled([start(importId), start(importId)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'already_done' },
  });
  expect(await counted(lists)).toEqual({ employers: 3, contacts: 3 });
});

test('of two workers one imports it', async () => {
  const importId = await started(listOf(1_200));
  const other = createDatabase(register.url, { max: 2 });
  try {
    await Promise.all([
      finishImports(register.deps),
      finishImports({ ...register.deps, db: other.db }, { importId }),
    ]);
  } finally {
    await other.close();
  }
  expect(await stateOf(importId)).toMatchObject({ state: 'imported' });
  expect(await counted(lists)).toEqual({ employers: 1_200, contacts: 1_200 });
});

test('a worker that is killed after the last row has written nothing, and the next one begins anew', async () => {
  const twin = `Twin Peaks Lumber ${lists},59801`;
  const importId = await started(`${listOf(600)}${twin},a@twin.example\n${twin} LLC,b@twin.example\n`);
  const before = await register.digest();
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('../support/import-child.ts', import.meta.url)),
      register.url,
      register.dataDir,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await once(child.stdout, 'data');
    expect(await stateOf(importId)).toMatchObject({ state: 'importing', tries: 1 });
    // Another worker leaves it to the first while that lives.
    await finishImports(register.deps);
    expect(await stateOf(importId)).toMatchObject({ state: 'importing', tries: 1 });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  // PostgreSQL lets go once it sees that the connection is gone.
  await register.db.transaction((tx) => lockEmployerRegister(tx));
  expect(await register.digest()).toBe(before);
  await finishImports(register.deps);
  expect(await stateOf(importId)).toMatchObject({ state: 'imported', tries: 2, rowsDone: 602 });
  expect(await counted(lists)).toEqual({ employers: 600, contacts: 600 });
});

test('a worker that is told to stop gives it back in the middle', async () => {
  const importId = await started(listOf(1_200));
  await finishImports(register.deps, { signal: AbortSignal.timeout(0) });
  expect(await stateOf(importId)).toMatchObject({ state: 'importing' });
  expect(await counted(lists)).toEqual({ employers: 0, contacts: 0 });
  await finishImports(register.deps);
  expect(await counted(lists)).toEqual({ employers: 1_200, contacts: 1_200 });
});

test('a small file does not make its person wait for a long import: a worker takes it then', async () => {
  const { importId } = await register.preview(listOf(2));
  await register.sql`update imports set state = 'importing', confirmed_at = now() where id = ${importId}`;
  const other = createDatabase(register.url, { max: 1 });
  try {
    await other.db.transaction(async (tx) => {
      await lockEmployerRegister(tx);
      const tried = finishImports(register.deps, { importId, waitMs: 1 });
      await expect(tried).rejects.toSatisfy(isLockTimeout);
    });
  } finally {
    await other.close();
  }
  await finishImports(register.deps);
  expect(await stateOf(importId)).toMatchObject({ state: 'imported' });
});

test('somebody adds one of the people in the middle of it: the file is read anew', async () => {
  const importId = await started(listOf(AT_ONCE_ROWS + 1));
  const other = createDatabase(register.url, { max: 1, applicationName: 'somebody' });
  try {
    let running: Promise<void> | undefined;
    await other.db.transaction(async (tx) => {
      await tx.execute(sql`
        with firm as (insert into employers (legal_name, name_key, created_at, updated_at)
          values ('Elsewhere', 'elsewhere', now(), now()) returning id)
        insert into contacts (employer_id, email, email_key, email_domain, created_at, updated_at)
        select id, ${`p7@f${lists}-7.example`}, ${`p7@f${lists}-7.example`}, ${`f${lists}-7.example`}, now(), now() from firm`);
      running = finishImports(register.deps);
      // It waits for what becomes of that address.
      for (let waits = false; !waits; ) {
        const rows = await register.sql`
          select from pg_locks where not granted and locktype = 'transactionid'`;
        waits = rows.length > 0;
      }
    });
    await running;
  } finally {
    await other.close();
  }
  expect(await stateOf(importId)).toMatchObject({ state: 'imported', tries: 2 });
  expect(await counted(lists)).toEqual({ employers: AT_ONCE_ROWS + 1, contacts: AT_ONCE_ROWS + 1 });
});

test('told to stop when all rows are read, it stops as well', async () => {
  const twins = Array.from(
    { length: 600 },
    (_, at) => `Same Street Shop ${lists} ${at % 300},5970${at < 300 ? 1 : 2},`,
  );
  const importId = await started(`company,zip,email\n${twins.join('\n')}\n`);
  const stop = new AbortController();
  let asked = 0;
  // Asked after each of two batches, and then among the comparisons.
  stop.signal.throwIfAborted = () => {
    asked += 1;
    if (asked === 3) stop.abort();
    AbortSignal.prototype.throwIfAborted.call(stop.signal);
  };
  const before = await register.digest();
  await finishImports(register.deps, { signal: stop.signal });
  expect(await stateOf(importId)).toMatchObject({ state: 'importing' });
  expect(await register.digest()).toBe(before);
  await finishImports(register.deps);
  expect(await stateOf(importId)).toMatchObject({ state: 'imported', rowsDone: 600 });
});

describe('an import that comes to nothing', () => {
  test('is given up after some tries, says so, and can be checked and confirmed again', async () => {
    const importId = await started(listOf(AT_ONCE_ROWS + 1));
    await register.sql`update imports set tries = ${MOST_TRIES} where id = ${importId}`;
    await finishImports(register.deps);
    expect(await stateOf(importId)).toMatchObject({
      state: 'failed',
      failure: expect.stringMatching(/begun 5 times.*Nothing was imported/),
    });
    expect(await counted(lists)).toEqual({ employers: 0, contacts: 0 });
    await previewImport(register.deps, { importId, agencyId: register.agency.id });
    expect(await stateOf(importId)).toMatchObject({ state: 'previewed', failure: null });
    await start(importId);
    await finishImports(register.deps);
    expect(await stateOf(importId)).toMatchObject({ state: 'imported', tries: 1 });
    expect(await counted(lists)).toEqual({ employers: AT_ONCE_ROWS + 1, contacts: AT_ONCE_ROWS + 1 });
  });

  test('because its file is gone says that, and holds up no other', async () => {
    const gone = await started(listOf(AT_ONCE_ROWS + 1));
    const next = await started(listOf(AT_ONCE_ROWS + 1));
    const { storedAs } = (await findImport(register.db, register.agency.id, gone))!;
    await rm(`${register.dataDir}/uploads/${storedAs}`);
    await register.sql`delete from import_parts where import_id = ${gone}`;
    await finishImports(register.deps);
    expect(await stateOf(gone)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('no longer here'),
    });
    expect(await stateOf(next)).toMatchObject({ state: 'imported' });
  });
});

test('one connection for all is enough', async () => {
  const importId = await started(listOf(AT_ONCE_ROWS + 1));
  const narrow = createDatabase(register.url, { max: 1 });
  try {
    await finishImports({ ...register.deps, db: narrow.db });
  } finally {
    await narrow.close();
  }
  expect(await stateOf(importId)).toMatchObject({ state: 'imported' });
});
