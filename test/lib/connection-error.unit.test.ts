import { expect, test } from 'vitest';
import { createDatabase } from '../../src/db/client.ts';
import { ConnectionError, explainConnection } from '../../src/lib/connection-error.ts';

const URL_WITH_PASSWORD = 'postgres://me:hush@db.example:5433/evidence';

test.each([
  [{ code: '28P01' }, 'it refuses the user name or password'],
  [{ code: '3D000' }, 'it has no database of that name'],
  [{ cause: Object.assign(new Error('deep'), { code: 'ENOTFOUND' }) }, 'there is no host of that name'],
])('%o is told in words without the password', (given, why) => {
  const told = explainConnection(Object.assign(new Error('x'), given), 'DATABASE_URL', URL_WITH_PASSWORD);
  expect(told).toBeInstanceOf(ConnectionError);
  expect((told as Error).message).toBe(
    `PostgreSQL at db.example:5433/evidence cannot be used: ${why}. Check DATABASE_URL.`,
  );
});

test('what the drivers really throw is recognised', async () => {
  const url = 'postgres://me:hush@localhost:1/none';
  const { sql, close } = createDatabase(url, { max: 1 });
  const error = await sql`select 1`.catch((caught: unknown) => caught);
  await close();
  expect(explainConnection(error, 'DATABASE_URL', url)).toMatchObject({
    message: 'PostgreSQL at localhost:1/none cannot be used: nothing answers there. Check DATABASE_URL.',
  });
});

test('another error stays itself', () => {
  const error = new TypeError('a bug');
  expect(explainConnection(error, 'REDIS_URL', 'redis://127.0.0.1')).toBe(error);
});
