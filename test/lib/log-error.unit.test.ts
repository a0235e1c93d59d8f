import { DrizzleQueryError } from 'drizzle-orm/errors';
import { expect, test } from 'vitest';
import { logError } from '../../src/lib/log-error.ts';

test('parameters of a failed statement, and the row it met, stay out of the log', () => {
  const cause = Object.assign(
    new Error('duplicate key value violates unique constraint "contacts_email_key"'),
    {
      name: 'PostgresError',
      code: '23505',
      detail: 'Key (email)=(ann@employer.example) already exists.',
      query: 'insert into contacts (email) values ($1)',
      parameters: ['ann@employer.example'],
      constraint_name: 'contacts_email_key',
    },
  );
  const error = new DrizzleQueryError(
    'insert into contacts (email) values ($1)',
    ['ann@employer.example'],
    cause,
  );
  const logged = logError(error);
  expect(JSON.stringify(logged)).not.toContain('ann@');
  expect(logged).toMatchObject({
    type: 'DrizzleQueryError',
    message: 'Failed query: insert into contacts (email) values ($1)',
    cause: { type: 'PostgresError', code: '23505', message: expect.stringContaining('contacts_email_key') },
  });
});

test('a value that PostgreSQL quotes stays out too', () => {
  const error = Object.assign(new Error('invalid input syntax for type bigint: "ann@employer.example"'), {
    query: 'select $1::bigint',
  });
  expect(logError(error).message).toBe('invalid input syntax for type bigint');
});

test('other errors keep their message and their calls', () => {
  const logged = logError(new RangeError('too far'));
  expect(logged).toMatchObject({ type: 'RangeError', message: 'too far' });
  expect(logged.stack).toContain('log-error.unit.test');
});
