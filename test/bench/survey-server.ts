/**
 * The other process of the survey benches: our server as `npm start` runs it, or the bare limit beside it.
 *   node --import tsx test/bench/survey-server.ts ours|bare DATABASE_URL DATA_DIR
 * Prints its port and serves until its standard input closes.
 */
import formbody from '@fastify/formbody';
import fastify from 'fastify';
import Handlebars from 'handlebars';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createDatabase } from '../../src/db/client.ts';
import { openDeps } from '../../src/deps.ts';
import { hashToken } from '../../src/lib/tokens.ts';

const CONNECTIONS = 10;

const BARE_PAGE = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{title}}</title><link rel="stylesheet" href="/employer.css"></head>
<body><main><h1>{{title}}</h1><p>{{issuer}}</p>
<form method="post" action="/r/c/1"><input type="hidden" name="ask" value="{{ask}}">
{{#each questions}}<fieldset><legend>{{text}}</legend>
{{#each options}}<div class="usa-radio"><input class="usa-radio__input" id="{{../key}}-{{@index}}" type="radio" name="{{../key}}" value="{{value}}"><label class="usa-radio__label" for="{{../key}}-{{@index}}">{{label}}</label></div>
{{/each}}</fieldset>
{{/each}}<button type="submit">Continue</button></form></main></body></html>`;

const [kind, databaseUrl, dataDir] = process.argv.slice(2);
if (!databaseUrl || !dataDir) throw new Error('usage: survey-server.ts ours|bare DATABASE_URL DATA_DIR');
const app = kind === 'ours' ? await ours(databaseUrl, dataDir) : await bare(databaseUrl);
await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ port: (app.server.address() as { port: number }).port })}\n`);
process.stdin.resume().on('end', () => process.exit(0));

/** Everything as in production, log lines included; only the limits against floods are out of the way. */
async function ours(url: string, folder: string) {
  const config = parseConfig({
    PORT: '0',
    PUBLIC_URL: 'http://localhost:8080',
    DATA_DIR: folder,
    DATABASE_URL: url,
    DATABASE_CONNECTIONS: String(CONNECTIONS),
    LINK_SECRET: '07'.repeat(32),
    SUPPRESSION_SECRET: '08'.repeat(32),
    RATE_LIMIT_PER_LINK: '10000000',
    RATE_LIMIT_PER_ADDRESS: '10000000',
    RATE_LIMIT_FAILURES_PER_ADDRESS: '10000000',
  });
  // Standard output carries the port. The log is written as ever, to where it is not kept.
  const { deps } = await openDeps(config, {
    log: pino({ level: config.logLevel }, pino.destination('/dev/null')),
  });
  return buildApp(deps);
}

/** Fastify, one indexed SELECT and a handlebars page of the same questions; or one INSERT of the same answer. */
async function bare(url: string) {
  const { sql } = createDatabase(url, { max: CONNECTIONS });
  const page = Handlebars.compile(BARE_PAGE);
  const server = fastify();
  await server.register(formbody);
  server.get<{ Params: { token: string } }>('/r/:token/c/1', async (request, reply) => {
    const [row] = await sql`select * from bench_pages where token_hash = ${hashToken(request.params.token)}`;
    return reply.type('text/html').send(page(row));
  });
  server.post<{ Params: { token: string }; Body: Record<string, string> }>(
    '/r/:token/c/1',
    async (request, reply) => {
      await sql`insert into bench_answers (token_hash, body)
      values (${hashToken(request.params.token)}, ${sql.json(request.body)})`;
      return reply.redirect('/next', 303);
    },
  );
  return server;
}
