import { performance } from 'node:perf_hooks';
import { WYOMING } from '../../src/evidence/presets.ts';
import { readTallies, readTally } from '../../src/evidence/read-tally.ts';
import type { BenchDatabase, BenchEngine } from './engine.ts';
import { type BenchRow, median } from './rows.ts';

const CREDENTIALS = 1_000;
const NOW = new Date('2026-11-02T12:00:00Z');
const READS = 1_000;
const RUNS = 3;
/** Requirements that a page of applications or one call for counts reads at once. */
const AT_ONCE = 25;

/**
 * (d) Reading one credential's tally among a thousand, and the requirements of 25 of them at once, at three sizes: the
 * median, and the slowest of a hundred. The raw limit is a prepared SELECT of one row by its key, and the bar compares
 * the largest size with the smallest.
 */
export async function benchTally(engine: BenchEngine, sizes: readonly number[]): Promise<BenchRow[]> {
  const found: ({ size: number } & Reads)[] = [];
  for (const size of sizes) {
    const database = await engine.createDatabase(`bench_tally_${size}`);
    try {
      await seed(database, size);
      found.push({ size, ...(await measure(database)) });
    } finally {
      await database.drop();
    }
  }
  const named = [
    ['read one tally', 'median'],
    ['read one tally, slowest of 100', 'p99'],
    [`read ${AT_ONCE} requirements, slowest of 100`, 'requirementsP99'],
  ] as const;
  return named.flatMap(([what, key]) =>
    found.map(({ size, limits, ...reads }) => ({
      id: 'd',
      what: `${what} among ${CREDENTIALS.toLocaleString('en-US')}, ${size.toLocaleString('en-US')} answers`,
      backend: '-',
      unit: 'ms',
      ours: reads[key],
      limit: key === 'median' ? limits.median : limits.p99,
      ratioOf: 'to the smallest',
      ratio: reads[key] / found[0]![key],
      bar: { atMost: 2 },
    })),
  );
}

type Reads = {
  median: number;
  p99: number;
  requirementsP99: number;
  limits: { median: number; p99: number };
};

async function measure({ db, sql }: BenchDatabase): Promise<Reads> {
  const [version] = await sql<{ id: number }[]>`select id from policy_versions`;
  const tallies = await sql<
    { credential: number }[]
  >`select credential_id as credential from tallies order by id`;
  const credentialAt = (read: number) => tallies[(read * 7) % tallies.length]!.credential;
  const policyVersionId = version!.id;
  const timed = async (reads: number, work: (read: number) => Promise<unknown>) => {
    const times: number[] = [];
    for (let read = 0; read < reads; read += 1) {
      const from = performance.now();
      await work(read);
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    return { median: median(times), p99: times[Math.ceil(times.length * 0.99) - 1]! };
  };
  const runs: { one: Timed; many: Timed; bare: Timed }[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const one = await timed(READS, (read) => readTally(db, credentialAt(read), policyVersionId, NOW));
    const many = await timed(READS / 2, (read) => {
      const keys = Array.from({ length: AT_ONCE }, (_, index) => ({
        credentialId: credentialAt(read * AT_ONCE + index),
        policyVersionId,
      }));
      return readTallies(db, keys, NOW);
    });
    const bare = await timed(
      READS,
      (read) => sql`select * from tally_counts where tally_id = ${read + 1} limit 1`,
    );
    // The first run warms caches and plans.
    if (run > 0) runs.push({ one, many, bare });
  }
  const over = (pick: (run: (typeof runs)[number]) => number) => median(runs.map(pick));
  return {
    median: over(({ one }) => one.median),
    p99: over(({ one }) => one.p99),
    requirementsP99: over(({ many }) => many.p99),
    limits: { median: over(({ bare }) => bare.median), p99: over(({ bare }) => bare.p99) },
  };
}

type Timed = { median: number; p99: number };

/**
 * Answers spread evenly over the credentials, one per employer, with the positions and counters that refreshPositions
 * would have kept. Loaded set-based and without foreign-key checks, or ten million rows would take an hour.
 */
async function seed({ sql }: BenchDatabase, size: number): Promise<void> {
  const perCredential = size / CREDENTIALS;
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`insert into agencies (slug, name, short_name, mail_from_name, mail_from_address, reply_to, postal_address, time_zone, state_code, created_at)
      values ('a', 'Agency', 'Agency', 'Agency', 'a@agency.example', 'a@agency.example', '1 Main St', 'America/Denver', 'MT', ${NOW})`;
    await tx`insert into issuers (name, name_key) values ('Issuer', 'issuer')`;
    await tx`insert into credentials (slug, name, name_key, issuer_id, naics_prefixes, created_at, updated_at)
      select 'c' || n, 'Credential ' || n, 'credential ' || n, 1, '{}', ${NOW}, ${NOW} from generate_series(1, ${CREDENTIALS}::int) n`;
    await tx`insert into policies (slug, name, created_at) values (${WYOMING.slug}, ${WYOMING.name}, ${NOW})`;
    await tx`insert into policy_versions (policy_id, version, body, sha256, created_at, used_at)
      values (1, 1, ${tx.json(WYOMING.body as never)}, 'bench', ${NOW}, ${NOW})`;
    await tx`insert into tallies (credential_id, policy_version_id, created_at)
      select id, 1, ${NOW} from credentials order by id`;
    await tx`insert into employers (legal_name, name_key, unit_id, created_at, updated_at)
      select 'Employer ' || n, 'employer ' || n, n, ${NOW}, ${NOW} from generate_series(1, ${Math.max(1, perCredential)}::int) n`;
    await tx`insert into answers (ask_id, version, invitation_id, contact_id, employer_id, credential_id, instrument_version_id,
        notice_version_id, language, familiar, values, relation, provenance, answered_at)
      select (c.id - 1) * ${perCredential}::int + e.n, 1, e.n, e.n, e.n, c.id, 1, 1, 'en', true,
        case when e.n % 3 = 0 then '{"incentivize":"yes","preference":"yes"}'::jsonb else '{"incentivize":"no","preference":"yes"}'::jsonb end,
        'none', 'mailed_link_own_domain', ${NOW}::timestamptz - make_interval(hours => e.n % 9000)
      from credentials c cross join generate_series(1, ${perCredential}::int) as e(n)`;
    await tx`insert into positions (tally_id, unit_id, status, asked, delivered, answer_id, answered_at, expires_at, updated_at)
      select t.id, a.employer_id, case when a.employer_id % 3 = 0 then 'both_yes' else 'no' end, true, true, a.id, a.answered_at,
        a.answered_at + interval '24 months', ${NOW}
      from answers a join tallies t on t.credential_id = a.credential_id`;
    await tx`insert into tally_counts (tally_id, slot, asked, delivered, answered, both_yes, no)
      select tally_id, unit_id % 16, count(*), count(*), count(*), count(*) filter (where status = 'both_yes'),
        count(*) filter (where status = 'no')
      from positions group by 1, 2`;
  });
  await sql`vacuum analyze`;
}
