import type { PgDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** The pool or a transaction: queries take either, use cases decide which. */
export type Db = PgDatabase<PostgresJsQueryResultHKT>;
/** A transaction, for functions that must not run outside one. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];
/** The postgres.js pool under the same connections, for streams, COPY, LISTEN and hand-tuned statements. */
export type Sql = postgres.Sql<{ bigint: number }>;

export type Database = { db: Db; sql: Sql; close(): Promise<void> };

export type DatabaseOptions = {
  /** Connections in the pool. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Seconds to wait for a connection before a query fails. */
  connectTimeoutSeconds?: number;
  /** Taken at once by each connection, with its rights and no others. */
  role?: string;
  onnotice?(notice: postgres.Notice): void;
};

/** Statements with more parameters than this (bulk inserts, long IN lists) seldom repeat word for word. */
const PREPARE_UP_TO_PARAMETERS = 40;

/** Opens a pool. Nothing is sent until the first query, and a lost server is looked for again by each query. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: options.connectTimeoutSeconds ?? 10,
    // Without a bound the wait between attempts grows to a minute, and the site stays down long after the database is back.
    backoff: (retries) => Math.min(2, 0.05 * 2 ** retries),
    onnotice: options.onnotice ?? (() => undefined),
    connection: {
      application_name: options.applicationName ?? 'countersign',
      TimeZone: 'UTC',
      ...(options.role && { role: options.role }),
    },
    types: { bigint: bigintAsNumber },
  });
  prepareShortStatements(sql);
  const db = drizzle(sql);
  // drizzle passes timestamps through as text in both directions; its columns read a Date just as well, and
  // hand-written SQL then reads and writes Dates like everything else.
  sql.options.parsers[TIMESTAMPTZ] = (text: string) => new Date(text);
  sql.options.serializers[TIMESTAMPTZ] = (value: unknown) =>
    value instanceof Date ? value.toISOString() : value;
  // drizzle's columns arrive here as JSON text already, hand-written SQL brings objects.
  for (const type of [JSON_TYPE, JSONB]) {
    sql.options.serializers[type] = (value: unknown) =>
      typeof value === 'string' ? value : JSON.stringify(value);
  }
  return { db, sql, close: () => sql.end({ timeout: 5 }) };
}

const TIMESTAMPTZ = 1184;
const JSON_TYPE = 114;
const JSONB = 3802;

const bigintAsNumber = {
  to: 20,
  from: [20],
  serialize: (value: number) => String(value),
  parse: (text: string) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} does not fit a number`);
    return value;
  },
};

/**
 * drizzle asks for unnamed statements, which cost postgres.js an extra round trip each to learn the parameter types.
 * Short statements come back word for word, so they are prepared once a connection instead.
 */
function prepareShortStatements(sql: postgres.Sql | postgres.TransactionSql): void {
  const unsafe = sql.unsafe.bind(sql);
  sql.unsafe = ((text: string, parameters: never[] = [], options: postgres.UnsafeQueryOptions = {}) => {
    const prepare = parameters.length > 0 && parameters.length <= PREPARE_UP_TO_PARAMETERS;
    return unsafe(text, parameters, { ...options, prepare: options.prepare || prepare });
  }) as typeof sql.unsafe;
  if ('begin' in sql) {
    const begin = sql.begin.bind(sql) as (...args: unknown[]) => Promise<unknown>;
    sql.begin = ((...args: unknown[]) => begin(...withPreparing(args))) as typeof sql.begin;
  }
  if ('savepoint' in sql) {
    const savepoint = sql.savepoint.bind(sql) as (...args: unknown[]) => Promise<unknown>;
    sql.savepoint = ((...args: unknown[]) => savepoint(...withPreparing(args))) as typeof sql.savepoint;
  }
}

function withPreparing(args: unknown[]): unknown[] {
  const body = args.at(-1) as (sql: postgres.TransactionSql) => unknown;
  return [
    ...args.slice(0, -1),
    (tx: postgres.TransactionSql) => {
      prepareShortStatements(tx);
      return body(tx);
    },
  ];
}

const UNAVAILABLE = new Set([
  // Sockets and the driver.
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  // The server: shutting down, crashed, starting, too many clients, out of disk, read-only after a failover.
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '53100',
  '25006',
  // Closed to connections, or not there, while an administrator puts a backup in its place.
  '55000',
  '3D000',
]);

/** True when an error means that the database is away or cannot take work now, so trying later may help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return someCause(error, (code) => UNAVAILABLE.has(code) || code.startsWith('08'));
}

/** True when a statement met the named unique constraint or index (any, when no name is given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return someCause(
    error,
    (code, cause) => code === '23505' && (!constraint || cause.constraint_name === constraint),
  );
}

/** True when a text holds what PostgreSQL cannot store or compare: NUL, or half a character. */
export function isUnstorableText(error: unknown): boolean {
  return someCause(error, (code) => code === '22021' || code === '22P05');
}

/** True when PostgreSQL ended a transaction for a deadlock or a serialization conflict; the whole may be retried. */
export function isTransactionConflict(error: unknown): boolean {
  return someCause(error, (code) => code === '40001' || code === '40P01');
}

/** True when a lock was not free within the time that the transaction was willing to wait. */
export function isLockTimeout(error: unknown): boolean {
  return someCause(error, (code) => code === '55P03');
}

function someCause(
  error: unknown,
  matches: (code: string, cause: { constraint_name?: string }) => boolean,
): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    if (cause instanceof AggregateError && cause.errors.some((inner) => someCause(inner, matches)))
      return true;
    const code = (cause as { code?: unknown }).code;
    if (typeof code === 'string' && matches(code, cause as { constraint_name?: string })) return true;
  }
  return false;
}
