import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { createDatabase } from '../../src/db/client.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { createQueue } from '../../src/queue/enqueue.ts';
import { startRedis, type TestRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address of the server's own database. */
    databaseAdminUrl: string;
    /** A migrated, otherwise empty database to clone. */
    databaseTemplate: string;
    /** Present in the runs that keep jobs in Redis. */
    redisUrl: string | null;
  }
}

/**
 * One PostgreSQL for the whole run: embedded in a temporary folder, or the server of DATABASE_URL_TEST, whose user
 * must be allowed to create databases.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer(process.env.DATABASE_URL_TEST);
  const template = `countersign_template_${process.pid}_${project.name}`;
  const admin = createDatabase(server.adminUrl, { max: 1 });
  const redis = project.name === 'redis' ? await startQueueStore(process.env.TEST_REDIS_URL) : null;
  const teardown = async () => {
    await redis?.stop();
    await admin.sql.unsafe(`drop database if exists ${template} with (force)`);
    await admin.close();
    await server.stop();
  };
  try {
    await admin.sql.unsafe(`create database ${template}`);
    const url = new URL(server.adminUrl);
    url.pathname = `/${template}`;
    await migrateDatabase(url.href);
    // The queue's tables as well, so that no test makes them.
    const queue = await createQueue({
      databaseUrl: url.href,
      redisUrl: null,
      log: pino({ level: 'silent' }),
    });
    await queue.close();
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('databaseAdminUrl', server.adminUrl);
  project.provide('databaseTemplate', template);
  project.provide('redisUrl', redis?.url ?? null);
  return teardown;
}

async function startQueueStore(url: string | undefined): Promise<TestRedis> {
  if (url) return { url, stop: async () => undefined };
  const redis = await startRedis();
  if (redis) return redis;
  throw new Error('These tests need redis-server (apt-get install redis-server) or TEST_REDIS_URL.');
}

async function startServer(url: string | undefined): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  if (url) return { adminUrl: url, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  // PostgreSQL runs as another user when the tests run as root.
  await chmod(folder, 0o755);
  const log = (fields: object, message: string) => console.error(message, fields);
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: { info: () => undefined, warn: log, error: log },
    fast: true,
  });
  return {
    adminUrl: server.adminUrl,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
