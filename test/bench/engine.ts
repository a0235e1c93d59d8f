import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '../../src/db/client.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';

export type BenchDatabase = Database & { url: string; drop(): Promise<void> };

export type BenchEngine = {
  /** A migrated database of its own. */
  createDatabase(name: string, options?: { max?: number }): Promise<BenchDatabase>;
  stop(): Promise<void>;
};

const silent = { info() {}, warn() {}, error() {} };

/** The embedded PostgreSQL with its durable defaults: what a user gets, and what the raw limits run on as well. */
export async function startBenchEngine(): Promise<BenchEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: silent });
  const asAdmin = async (statement: string) => {
    const admin = createDatabase(postgres.adminUrl, { max: 1 });
    await admin.sql.unsafe(statement).finally(admin.close);
  };
  return {
    async createDatabase(name, options = {}) {
      await asAdmin(`create database ${name}`);
      const url = new URL(postgres.adminUrl);
      url.pathname = `/${name}`;
      await migrateDatabase(url.href, { log: silent });
      const database = createDatabase(url.href, { max: options.max ?? 10 });
      return {
        ...database,
        url: url.href,
        drop: async () => {
          await database.close();
          await asAdmin(`drop database ${name} with (force)`);
        },
      };
    },
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
