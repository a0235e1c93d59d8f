import { startEmbeddedPostgres } from '../../src/db/embedded.ts';

// A process of its own that starts the embedded PostgreSQL: says what happened in one JSON line, then waits. What was
// committed outlives a kill -9 of the server only with --durable.
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const ignore = () => undefined;
const [dataDir = '', ...flags] = process.argv.slice(2);

try {
  const server = await startEmbeddedPostgres({
    dataDir,
    fast: !flags.includes('--durable'),
    log: { info: ignore, warn: ignore, error: ignore },
  });
  say({ url: server.url, adopted: server.adopted, dataDir: server.dataDir });
  process.once('SIGTERM', async () => {
    await server.stop();
    process.exit(0);
  });
  process.once('SIGINT', ignore);
  if (flags.includes('--once')) await server.stop();
  else setInterval(ignore, 60_000);
} catch (error) {
  const { name, message, fault } = error as Error & { fault?: string };
  say({ name, message, fault });
}
