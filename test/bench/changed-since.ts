import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { createApiKey } from '../../src/api/manage-keys.ts';
import { writeCursor } from '../../src/api/rules.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { BenchEngine } from './engine.ts';
import { type BenchRow, median } from './rows.ts';

const EVENTS = 200_000;
const PAGE = 100;
const CONNECTIONS = 50;
const SECONDS = 5;
const RUNS = 3;

/** A page of 100 changes among 200,000, by a key, beside Fastify + one SELECT of the same rows by the same index. */
export async function benchChangedSince(engine: BenchEngine): Promise<BenchRow[]> {
  const database = await engine.createDatabase('bench_changed_since');
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-feed-'));
  const { db, sql } = database;
  await sql`insert into agencies (slug, name, short_name, mail_from_name, mail_from_address, reply_to, postal_address, time_zone, state_code, created_at)
    values ('a', 'Agency', 'Agency', 'Agency', 'a@agency.example', 'a@agency.example', '1 Main St', 'America/Denver', 'MT', now())`;
  await sql`insert into staff_members (agency_id, email, email_key, name, role, created_at)
    values (1, 'ann@agency.example', 'ann@agency.example', 'Ann', 'admin', now())`;
  const { key } = await createApiKey(
    { db, clock: systemClock },
    { agencyId: 1, staffId: 1, name: 'Bench', scopes: ['evidence:read'], days: 90 },
  );
  await sql`insert into events (feed, type, at, data, sequence)
    select 1, 'decision.made', now(), jsonb_build_object('applicationId', n, 'decision', 'approved', 'approvalRecordId', n,
      'sha256', md5(n::text) || md5(n::text), 'credential', 'credential-' || n, 'list', 'unified-list',
      'links', jsonb_build_object('application', '/api/v1/applications/' || n, 'approvalRecord', '/api/v1/approval-records/' || n)), n
    from generate_series(1, ${EVENTS}::int) n`;
  await sql`vacuum analyze events`;
  const servers = {
    ours: await startServer('ours', database.url, folder),
    bare: await startServer('bare', database.url, folder),
  };
  try {
    const places = Array.from({ length: 200 }, (_, index) => (index * 997 * PAGE) % (EVENTS - PAGE));
    const requests = {
      ours: places.map((after) => ({
        path: `/api/v1/changes${after > 0 ? `?cursor=${writeCursor(after, 'e')}` : ''}`,
        headers: { authorization: `Bearer ${key}` },
      })),
      bare: places.map((after) => ({ path: `/api/v1/changes?after=${after}` })),
    };
    const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
    // The first turn warms both up.
    for (let run = 0; run <= RUNS; run += 1) {
      for (const side of ['bare', 'ours'] as const) {
        const rate = await load(servers[side].port, requests[side], run === 0 ? 2 : SECONDS);
        if (run > 0) rates[side].push(rate);
      }
    }
    const [ours, limit] = [median(rates.ours), median(rates.bare)];
    return [
      {
        id: 'i',
        what: `${PAGE} changes since a place among ${EVENTS.toLocaleString('en-US')}, beside Fastify + one indexed SELECT`,
        backend: '-',
        unit: '/s',
        ours,
        limit,
        ratioOf: 'to the limit',
        ratio: ours / limit,
        bar: { atLeast: 0.5 },
      },
    ];
  } finally {
    for (const { child } of Object.values(servers)) {
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    }
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function load(port: number, requests: autocannon.Request[], seconds: number): Promise<number> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: CONNECTIONS,
    duration: seconds,
    requests,
  });
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`the load met refusals: ${result.errors} errors, ${result.non2xx} other than 2xx`);
  }
  return result['2xx'] / result.duration;
}

async function startServer(
  kind: 'ours' | 'bare',
  url: string,
  folder: string,
): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'changed-since-server.ts'), kind, url, folder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const said = await Promise.race([
    once(child.stdout!, 'data').then(([data]) => String(data)),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the ${kind} server ended with ${code}`);
    }),
  ]);
  return { child, port: (JSON.parse(said) as { port: number }).port };
}
