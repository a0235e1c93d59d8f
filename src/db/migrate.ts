import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Logger } from 'pino';
import { explainConnection } from '../lib/connection-error.ts';
import { grantToAppRole, MIGRATION_LOCK } from './app-role.ts';
import { createDatabase, type Database } from './client.ts';

const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));
const TABLE = { migrationsSchema: 'drizzle', migrationsTable: '__drizzle_migrations' };
const OLDEST_SERVER = 15;

/** The database does not fit this version of the code. The message is for the person who starts it. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

type Migration = { folderMillis: number; hash: string };

/**
 * Brings the schema to this version and says how many migrations that took. Several processes may call it at once.
 * Refuses a database that a newer version has changed, one whose history is another, and a server older than 15.
 */
export async function migrateDatabase(
  databaseUrl: string,
  options: { log?: Pick<Logger, 'info'>; folder?: string } = {},
): Promise<{ applied: number }> {
  const database = createDatabase(databaseUrl, { max: 2, applicationName: 'countersign migrations' });
  try {
    const applied = await migrateUnderLock(database, options.folder ?? FOLDER);
    if (applied > 0) options.log?.info({ applied }, 'database migrated');
    return { applied };
  } catch (error) {
    throw explainConnection(error, 'DATABASE_URL', databaseUrl);
  } finally {
    await database.close();
  }
}

async function migrateUnderLock({ db, sql }: Database, folder: string): Promise<number> {
  // A connection of its own holds the lock; it lapses with the process.
  const guard = await sql.reserve();
  try {
    await guard`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const [server] = await guard<{ version: number; name: string }[]>`
      select current_setting('server_version_num')::int / 10000 as version, current_setting('server_version') as name`;
    if (server!.version < OLDEST_SERVER) {
      throw new MigrationError(
        `The database server is PostgreSQL ${server!.name}; Countersign needs ${OLDEST_SERVER} or newer.`,
      );
    }
    const ours: Migration[] = readMigrationFiles({ migrationsFolder: folder });
    const before = await listApplied(guard);
    checkHistory(before, ours);
    await migrate(db, { migrationsFolder: folder, ...TABLE });
    await grantToAppRole({ sql });
    return ours.length - before.length;
  } finally {
    await guard`select pg_advisory_unlock(${MIGRATION_LOCK})`.catch(() => undefined);
    guard.release();
  }
}

/** How many migrations of this version the database lacks, without changing it; throws as `migrateDatabase` does. */
export async function countPendingMigrations(
  { sql }: Pick<Database, 'sql'>,
  folder = FOLDER,
): Promise<number> {
  const ours: Migration[] = readMigrationFiles({ migrationsFolder: folder });
  const applied = await listApplied(sql);
  checkHistory(applied, ours);
  return ours.length - applied.length;
}

async function listApplied(sql: Pick<Database['sql'], 'unsafe'>): Promise<Migration[]> {
  const name = `${TABLE.migrationsSchema}.${TABLE.migrationsTable}`;
  const [table] = await sql.unsafe<{ found: boolean }[]>(
    `select to_regclass('${name}') is not null as found`,
  );
  if (!table!.found) return [];
  return sql.unsafe<Migration[]>(
    `select created_at as "folderMillis", hash from ${name} order by created_at`,
  );
}

function checkHistory(applied: Migration[], ours: Migration[]): void {
  const last = ours.at(-1)?.folderMillis ?? 0;
  if (applied.some((one) => one.folderMillis > last)) {
    throw new MigrationError(
      'The database was changed by a newer version of Countersign than this one. Nothing was touched. ' +
        'Start the newer version, or restore a backup from before the upgrade.',
    );
  }
  const known = new Map(ours.map((one) => [one.folderMillis, one.hash]));
  if (applied.some((one) => known.get(one.folderMillis) !== one.hash)) {
    throw new MigrationError(
      'The database was made by migrations that differ from the ones of this version. Nothing was touched. ' +
        'Use the version that made it, or start with an empty database (for the embedded one: another data folder).',
    );
  }
}
