import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { hashToken } from '../../src/lib/tokens.ts';
import { WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import { type Invited, inviteEmployers } from '../support/invited-employers.ts';
import type { BenchDatabase, BenchEngine } from './engine.ts';
import { median } from './rows.ts';

const CONNECTIONS = 50;
const SECONDS = 5;
const RUNS = 3;
const INVITATIONS = 200;

export type SurveyBench = {
  invited: Invited;
  /** Where our server listens. */
  oursUrl: string;
  /** Requests a second, median of the runs, ours and the bare limit taking turns on the same machine. */
  measure(
    request: (token: string, index: number) => autocannon.Request,
  ): Promise<{ ours: number; bare: number }>;
  close(): Promise<void>;
};

/** Two hundred employers with open links, and both servers, each in a process of its own. */
export async function openSurveyBench(engine: BenchEngine, name: string): Promise<SurveyBench> {
  const database = await engine.createDatabase(name);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-survey-'));
  const invited = await inviteEmployers(
    { db: database.db, secrets: { linkKey: Buffer.alloc(32, 7), suppressionKey: Buffer.alloc(32, 8) } },
    { now: new Date(), employers: INVITATIONS, credentials: 3, meeting: true },
  );
  await makeBareTables(database, invited);
  await database.sql`analyze`;
  const servers = {
    ours: await startServer('ours', database.url, folder),
    bare: await startServer('bare', database.url, folder),
  };
  return {
    invited,
    oursUrl: `http://127.0.0.1:${servers.ours.port}`,
    async measure(request) {
      const requests = invited.employers.map(({ token }, index) => request(token, index));
      const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
      // The first turn warms both up.
      for (let run = 0; run <= RUNS; run += 1) {
        for (const side of ['bare', 'ours'] as const) {
          const rate = await load(servers[side].port, requests, run === 0 ? 2 : SECONDS);
          if (run > 0) rates[side].push(rate);
        }
      }
      return { ours: median(rates.ours), bare: median(rates.bare) };
    },
    async close() {
      for (const { child } of Object.values(servers)) {
        const exited = once(child, 'exit');
        child.stdin?.end();
        await exited;
      }
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function load(port: number, requests: autocannon.Request[], seconds: number): Promise<number> {
  let turn = 0;
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: CONNECTIONS,
    duration: seconds,
    // Each connection begins at another employer; in step they would all queue for one row.
    setupClient: (client) => {
      const from = (turn++ * 37) % requests.length;
      client.setRequests([...requests.slice(from), ...requests.slice(0, from)]);
    },
  });
  if (result.errors > 0 || result['4xx'] > 0 || result['5xx'] > 0) {
    throw new Error(
      `the load met refusals: ${result.errors} errors, ${result['4xx']} 4xx, ${result['5xx']} 5xx`,
    );
  }
  return (result['2xx'] + result['3xx']) / result.duration;
}

async function startServer(
  kind: 'ours' | 'bare',
  url: string,
  folder: string,
): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'survey-server.ts'), kind, url, folder],
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

/** What a bare server would read and write for the same page: one row by one index. */
async function makeBareTables({ sql }: BenchDatabase, invited: Invited): Promise<void> {
  await sql`create table bench_pages (token_hash bytea primary key, title text, issuer text, ask bigint, questions jsonb,
    agency text, address text, email text, phone text)`;
  await sql`create table bench_answers (id bigint generated always as identity primary key, token_hash bytea, body jsonb)`;
  const questions = WYOMING_INSTRUMENT.questions.map(({ key, text, options }) => ({
    key,
    text: text.en.text,
    options: options.map(({ value, label }) => ({ value, label: label.en.text })),
  }));
  for (const { token, askIds } of invited.employers) {
    await sql`insert into bench_pages values (${hashToken(token)}, 'Certified Production Technician',
      'Manufacturing Skill Standards Council', ${askIds[0]!}, ${sql.json(questions)},
      'Department of Workforce Services', '122 W 25th St, Cheyenne, WY 82001', 'questions@state.example', '(307) 555-0100')`;
  }
}
