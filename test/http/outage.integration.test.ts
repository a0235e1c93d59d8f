import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { listen } from '../../src/server.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

// A server of its own, because it is taken away.
const log = pino({ level: 'silent' });
let folder: string;
let server: EmbeddedPostgres;
let site: TestApp;

const start = (port?: number) =>
  startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log, fast: true, port });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-http-outage-'));
  await chmod(folder, 0o755);
  server = await start();
  await migrateDatabase(server.url);
  site = await createTestApp({ settings: { DATABASE_URL: server.url } });
});
afterAll(async () => {
  await site.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A page that reads the database before anything else: whose session is this? */
const page = () => site.app.inject({ url: '/staff', cookies: { countersign: 'x'.repeat(43) } });
const ready = () => site.app.inject({ url: '/readyz' });

test('while the database is away, pages say so without insides, and it is back by itself', async () => {
  expect((await page()).statusCode).toBeLessThan(400);
  expect((await ready()).json()).toEqual({ database: 'ok', queue: 'ok' });

  await server.stop();
  const refused = await page();
  expect(refused.statusCode).toBe(503);
  expect(refused.headers['retry-after']).toBeDefined();
  expect(refused.body).not.toMatch(/ECONNREFUSED|postgres|select |node_modules|127\.0\.0\.1/i);
  expect((await ready()).statusCode).toBe(503);
  expect((await site.app.inject('/healthz')).statusCode).toBe(200);

  server = await start(Number(new URL(server.url).port));
  await expect.poll(async () => (await page()).statusCode, { timeout: 10_000 }).toBeLessThan(400);
  await expect.poll(async () => (await ready()).statusCode, { timeout: 10_000 }).toBe(200);
});

test('a taken port is told in words', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const config = { ...site.deps.config, port };
  await expect(listen(site.app, { config })).rejects.toThrow(`Port ${port} is in use by another program.`);
  other.close();
});
