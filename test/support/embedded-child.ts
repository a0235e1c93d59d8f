import { startEmbeddedPostgres } from '../../src/db/embedded.ts';

// A process of its own for test/db/embedded.integration.test.ts: says what happened in one JSON line, then waits.
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const ignore = () => undefined;
const [dataDir = '', ...flags] = process.argv.slice(2);

try {
  const server = await startEmbeddedPostgres({
    dataDir,
    fast: true,
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
