import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countPendingMigrations, MigrationError, migrateDatabase } from '../../src/db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'countersign-migrations-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function migrationFolder(name: string, statements: string[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, 'meta'), { recursive: true });
  const entries = statements.map((_, idx) => ({
    idx,
    version: '7',
    when: 1_000 + idx,
    tag: `000${idx}`,
    breakpoints: true,
  }));
  await writeFile(
    join(path, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
  );
  for (const [idx, statement] of statements.entries())
    await writeFile(join(path, `000${idx}.sql`), statement);
  return path;
}

const FIRST = 'create table first (n int);';
const SECOND = 'create table second (n int);';

test('processes that start together migrate once; an older or another version is refused untouched', async () => {
  await database.sql`drop schema drizzle cascade`;
  const one = await migrationFolder('one', [FIRST]);
  const two = await migrationFolder('two', [FIRST, SECOND]);
  const other = await migrationFolder('other', ['create table elsewhere (n int);', SECOND]);

  expect(await countPendingMigrations(database, two)).toBe(2);
  const applied = await Promise.all([1, 2, 3].map(() => migrateDatabase(database.url, { folder: two })));
  expect(applied.map((outcome) => outcome.applied).sort()).toEqual([0, 0, 2]);

  expect(await countPendingMigrations(database, two)).toBe(0);
  await expect(migrateDatabase(database.url, { folder: one })).rejects.toThrow(
    /newer version of Countersign/,
  );
  await expect(migrateDatabase(database.url, { folder: other })).rejects.toThrow(MigrationError);
  await expect(migrateDatabase(database.url, { folder: two })).resolves.toEqual({ applied: 0 });
});
