import { performance } from 'node:perf_hooks';
import { WYOMING } from '../../src/evidence/presets.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import type { BenchDatabase, BenchEngine } from './engine.ts';
import { type BenchRow, median } from './rows.ts';

const CREDENTIALS = 1_000;
const NOW = new Date('2026-11-02T12:00:00Z');
const READS = 400;
const RUNS = 3;

/**
 * (d) Reading one credential's tally among a thousand, at three sizes. The raw limit is a prepared SELECT of one row
 * by its key, and the bar compares the largest size with the smallest.
 */
export async function benchTally(engine: BenchEngine, sizes: readonly number[]): Promise<BenchRow[]> {
  const medians: { size: number; ours: number; limit: number }[] = [];
  for (const size of sizes) {
    const database = await engine.createDatabase(`bench_tally_${size}`);
    try {
      await seed(database, size);
      medians.push({ size, ...(await measure(database)) });
    } finally {
      await database.drop();
    }
  }
  const smallest = medians[0]!;
  return medians.map(({ size, ours, limit }) => ({
    id: 'd',
    what: `read one tally among ${CREDENTIALS.toLocaleString('en-US')}, ${size.toLocaleString('en-US')} answers`,
    backend: '-',
    unit: 'ms',
    ours,
    limit,
    ratioOf: 'to the smallest',
    ratio: ours / smallest.ours,
    bar: { atMost: 2 },
  }));
}

async function measure({ db, sql }: BenchDatabase): Promise<{ ours: number; limit: number }> {
  const [version] = await sql<{ id: number }[]>`select id from policy_versions`;
  const tallies = await sql<
    { credential: number }[]
  >`select credential_id as credential from tallies order by id`;
  const credentialAt = (read: number) => tallies[(read * 7) % tallies.length]!.credential;
  const timed = async (work: (read: number) => Promise<unknown>) => {
    const times: number[] = [];
    for (let read = 0; read < READS; read += 1) {
      const from = performance.now();
      await work(read);
      times.push(performance.now() - from);
    }
    return median(times);
  };
  const ours: number[] = [];
  const limit: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const one = await timed((read) => readTally(db, credentialAt(read), version!.id, NOW));
    const bare = await timed((read) => sql`select * from tally_counts where tally_id = ${read + 1} limit 1`);
    // The first run warms caches and plans.
    if (run > 0) {
      ours.push(one);
      limit.push(bare);
    }
  }
  return { ours: median(ours), limit: median(limit) };
}

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
