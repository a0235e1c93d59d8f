import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { type Config, parseConfig } from '../../src/config/config.ts';
import type { Deps } from '../../src/deps.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { logError } from '../../src/lib/log-error.ts';

export type Frame = { app: FastifyInstance; config: Config; logLines: string[] };

/**
 * The real application without a database, queue or mail: for tests of the frame, which must not touch them.
 * Using one of those fails as a lost connection would.
 */
export async function buildFrame(
  options: { environment?: Record<string, string>; routes?: (app: FastifyInstance) => void } = {},
): Promise<Frame> {
  const logLines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(String(chunk));
      done();
    },
  });
  const config = parseConfig({ PUBLIC_URL: 'https://survey.example', ...options.environment });
  const given: Partial<Deps> = {
    config,
    log: pino({ level: 'debug', serializers: { err: logError } }, sink),
    announce: () => undefined,
    clock: systemClock,
    secrets: { linkKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) },
  };
  const app = await buildApp({ ...unreachable(), ...given } as Deps);
  options.routes?.(app);
  await app.ready();
  return { app, config, logLines };
}

function unreachable(): Record<string, unknown> {
  const refuse = () => {
    throw Object.assign(new Error('nothing there'), { code: 'ECONNREFUSED' });
  };
  const part = new Proxy(refuse, { get: (_target, key) => (key === 'kind' ? 'local' : refuse) });
  return { db: part, sql: part, queue: part, mailer: part, askObservers: part, employerObservers: part };
}
