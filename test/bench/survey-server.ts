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

/** The page as we serve it, in one template with nothing to call: what handlebars alone needs for it. */
const BARE_PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{title}} – {{agency}}</title>
<link rel="stylesheet" href="/assets/employer.css">
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
</head>
<body>
<a class="usa-skipnav" href="#main">Skip to main content</a>
<header class="cs-header">
<div class="cs-container cs-container--narrow cs-header__row">
<p class="cs-header__name">{{agency}}</p>
<nav class="cs-header__aside" aria-label="Language"><a href="/r/{{token}}/c/1?lang=es" lang="es" hreflang="es">Español</a></nav>
</div>
</header>
<div class="cs-container cs-container--narrow cs-main">
<nav aria-label="Back"><a class="cs-back" href="/r/{{token}}/about">Back</a></nav>
<main id="main" tabindex="-1">
<p class="cs-steps"><progress value="2" max="6" aria-hidden="true"></progress>Credential 1 of 3</p>
<h1 class="cs-no-margin">{{title}}</h1>
<p class="cs-quiet">Issued by {{issuer}}</p>
<form method="post" action="/r/{{token}}/c/1" novalidate>
<input type="hidden" name="ask" value="{{ask}}">
<div class="usa-form-group">
<div class="usa-checkbox">
<input class="usa-checkbox__input" id="not_familiar" type="checkbox" name="not_familiar" value="yes" aria-describedby="not_familiar-hint">
<label class="usa-checkbox__label" for="not_familiar">I don’t know this credential<span class="usa-checkbox__label-description" id="not_familiar-hint">Then leave the two questions blank. It is a useful answer.</span></label>
</div>
</div>
{{#each questions}}
<div class="usa-form-group">
<fieldset class="usa-fieldset">
<legend class="usa-legend usa-legend--question">{{text}}</legend>
<div class="cs-radios--inline">
{{#each options}}
<div class="usa-radio">
<input class="usa-radio__input usa-radio__input--tile" id="{{../key}}-{{@index}}" type="radio" name="{{../key}}" value="{{value}}">
<label class="usa-radio__label" for="{{../key}}-{{@index}}">{{label}}</label>
</div>
{{/each}}
</div>
</fieldset>
</div>
{{/each}}
<div class="cs-actions"><button class="usa-button" type="submit">Continue</button></div>
</form>
</main>
</div>
<footer class="cs-footer">
<div class="cs-container cs-container--narrow">
<p>This survey is sent by {{agency}}, {{address}}.</p>
<p>Questions? <a href="mailto:{{email}}">{{email}}</a>, {{phone}}</p>
<ul class="cs-footer__links">
<li><a href="/privacy">Privacy</a></li>
<li><a href="/accessibility">Accessibility</a></li>
</ul>
</div>
</footer>
</body>
</html>
`;

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
    return reply.type('text/html').send(page({ ...row, token: request.params.token }));
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
