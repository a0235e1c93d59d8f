import postgres from 'postgres';
import type { Database } from './client.ts';

/**
 * The role that the application takes on the embedded server, whose own user is a superuser: it may do everything that
 * the application does, and cannot change what is append-only. On a server of one's own the user of DATABASE_URL owns
 * the tables and has taken these rights from itself (migration 0019).
 */
export const APP_ROLE = 'countersign_app';

/** One start at a time changes the schema or its rights; the others wait and find it done. */
export const MIGRATION_LOCK = 7_245_002;

const APPEND_ONLY = [
  'audit_events',
  'log_entries',
  'log_tiles',
  'log_checkpoints',
  'log_origins',
  'log_erasures',
  'log_witness_mails',
  'evidence_seals',
  'evidence_snapshots',
];
const HAS_MAINTAIN = 17;

/** Makes the role on a server where it is missing. Needs a superuser. */
export async function makeAppRole(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  try {
    const [found] = await sql`select 1 from pg_roles where rolname = ${APP_ROLE}`;
    if (!found) await sql.unsafe(`create role ${APP_ROLE} nologin`);
  } catch (error) {
    // Somebody else made it at the same moment.
    if (!['42710', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** Gives the role its rights on every table that there is. Where there is no such role, or no schema yet, nothing. */
export async function grantToAppRole({ sql }: Pick<Database, 'sql'>): Promise<void> {
  const [role] = await sql<{ version: number }[]>`
    select current_setting('server_version_num')::int / 10000 as version from pg_roles
    where rolname = ${APP_ROLE} and (select rolsuper from pg_roles where rolname = current_user)
      and exists (select 1 from pg_namespace where nspname = 'drizzle')`;
  if (!role) return;
  const appended = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename = any(${APPEND_ONLY})`;
  const maintain = role.version >= HAS_MAINTAIN ? ', maintain' : '';
  await sql.unsafe(`
    grant usage on schema public, drizzle to ${APP_ROLE};
    grant select on all tables in schema drizzle to ${APP_ROLE};
    grant select, insert, update, delete${maintain} on all tables in schema public to ${APP_ROLE};
    grant usage, select on all sequences in schema public to ${APP_ROLE};
    ${appended.map(({ name }) => `revoke update, delete on ${name} from ${APP_ROLE};`).join('\n')}
    grant update (id) on evidence_snapshots to ${APP_ROLE};`);
}

/** For commands that look at a database without bringing it to this version. */
export async function grantAtOpening(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await grantToAppRole({ sql: sql as unknown as Database['sql'] });
  } finally {
    await sql.end({ timeout: 2 });
  }
}
