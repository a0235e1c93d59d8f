/**
 * The other process of the changed-since bench: our server as `npm start` runs it, or the bare limit beside it.
 *   node --import tsx test/bench/changed-since-server.ts ours|bare DATABASE_URL DATA_DIR
 * Prints its port and serves until its standard input closes.
 */
import fastify from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createDatabase } from '../../src/db/client.ts';
import { openDeps } from '../../src/deps.ts';

const [kind = '', databaseUrl = '', dataDir = ''] = process.argv.slice(2);

async function openOurs() {
  const config = parseConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    LINK_SECRET: '07'.repeat(32),
    SUPPRESSION_SECRET: '08'.repeat(32),
    RATE_LIMIT_PER_ADDRESS: '10000000',
  });
  // Standard output carries the port. The log is written as ever, to where it is not kept.
  const open = await openDeps(config, {
    log: pino({ level: config.logLevel }, pino.destination('/dev/null')),
  });
  return { app: await buildApp(open.deps), close: open.close };
}

/** One SELECT by the same index, and its rows as JSON. */
async function openBare() {
  const { sql, close } = createDatabase(databaseUrl, { max: 10 });
  const app = fastify();
  app.get('/api/v1/changes', async (request, reply) => {
    const { after } = request.query as { after: string };
    const rows = await sql`select sequence, type, at, data from events
      where feed = 1 and sequence > ${Number(after)} order by sequence limit 100`;
    return reply.type('application/json').send(JSON.stringify(rows));
  });
  return { app, close };
}

const { app, close } = await (kind === 'ours' ? openOurs() : openBare());
await app.listen({ port: 0, host: '127.0.0.1' });
const address = app.server.address();
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' && address?.port })}\n`);
process.stdin.resume().on('end', async () => {
  await app.close();
  await close();
  process.exit(0);
});
