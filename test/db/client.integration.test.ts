import { sql } from 'drizzle-orm';
import { bigint, jsonb, pgTable, timestamp } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createDatabase,
  isDatabaseUnavailable,
  isTransactionConflict,
  isUniqueViolation,
} from '../../src/db/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const things = pgTable('things', {
  id: bigint({ mode: 'number' }).primaryKey(),
  at: timestamp({ withTimezone: true, mode: 'date' }),
  facts: jsonb(),
});

test('dates, whole numbers and JSON are the same through drizzle and through hand-written SQL', async () => {
  const { db, sql: pool } = database;
  const at = new Date('2026-03-04T05:06:07.089Z');
  await db.execute(sql`create table things (id bigint primary key, at timestamptz, facts jsonb)`);
  await db.insert(things).values({ id: 1, at, facts: { a: 'b', n: [1, null] } });
  await db.insert(things).values({ id: 2, at, facts: 'a bare string' });
  await pool`insert into things values (3, ${at}, ${pool.json({ a: 'b', n: [1, null] })})`;

  expect(await db.select().from(things).orderBy(things.id)).toEqual([
    { id: 1, at, facts: { a: 'b', n: [1, null] } },
    { id: 2, at, facts: 'a bare string' },
    { id: 3, at, facts: { a: 'b', n: [1, null] } },
  ]);
  const rows = await db.execute(
    sql`select count(*) as n, max(at) as at from things where at >= ${at} and id <> ${2}`,
  );
  expect([...rows]).toEqual([{ n: 2, at }]);
  expect([...(await pool`select ${at}::date as day`)]).toEqual([{ day: '2026-03-04' }]);
});

test('a whole number that a number cannot hold is refused, not rounded', async () => {
  await expect(database.db.execute(sql`select 9007199254740993 as n`)).rejects.toThrow();
});

test('short statements are prepared once, also inside transactions', async () => {
  const { db, close } = createDatabase(database.url, { max: 1 });
  for (const n of [1, 2, 3]) {
    await db.execute(sql`select ${n}::int as outside`);
    await db.transaction(async (tx) => {
      await tx.execute(sql`select ${n}::int as inside`);
      await tx.transaction((inner) => inner.execute(sql`select ${n}::int as nested`));
    });
  }
  const rows = await db.execute(sql`
    select substring(statement from 'as (.*)') as statement from pg_prepared_statements
    where statement like 'select $1::int as%' order by 1`);
  expect([...rows].map((row) => row.statement)).toEqual(['inside', 'nested', 'outside']);
  await close();
});

test('errors are told apart through the wrapping of drizzle', async () => {
  const { db } = database;
  await db.execute(sql`create table ones (n int constraint ones_key unique)`);
  await db.execute(sql`insert into ones values (1)`);
  const twice = await db.execute(sql`insert into ones values (${1})`).catch((error: unknown) => error);
  expect(isUniqueViolation(twice)).toBe(true);
  expect(isUniqueViolation(twice, 'ones_key')).toBe(true);
  expect(isUniqueViolation(twice, 'other_key')).toBe(false);
  expect(isDatabaseUnavailable(twice)).toBe(false);
  expect(isTransactionConflict(twice)).toBe(false);
});

test('a connection that the server ends is an outage, and soon queries work again', async () => {
  const { db, close } = createDatabase(database.url, { max: 1 });
  const [{ pid }] = [...(await db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`))] as [
    { pid: number },
  ];
  const waiting = db.execute(sql`select pg_sleep(30)`).catch((error: unknown) => error);
  await database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where pid = ${pid} and pg_sleep(0.05) is not null`;
  expect(isDatabaseUnavailable(await waiting)).toBe(true);
  await expect.poll(() => db.execute(sql`select 1 as one`).catch(() => [])).toEqual([{ one: 1 }]);
  await close();
});

test('a server that is not there is an outage', async () => {
  const { db, close } = createDatabase('postgres://nobody@127.0.0.1:1/none', { max: 1 });
  const error = await db.execute(sql`select 1`).catch((caught: unknown) => caught);
  expect(isDatabaseUnavailable(error)).toBe(true);
  await close();
});
