import { performance } from 'node:perf_hooks';
import { markDistinct, mergeDuplicate } from '../../src/employers/decide-duplicate.ts';
import { proposePair } from '../../src/employers/propose-pair.ts';
import { confirmIdentityChange, requestIdentityChange } from '../../src/employers/request-identity-change.ts';
import { employerObservers } from '../../src/evidence/observers.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import type { BenchEngine } from './engine.ts';
import { type BenchRow, median } from './rows.ts';

const NOW = new Date('2026-11-02T12:00:00Z');
const CREDENTIALS = 500;
const RUNS = 3;
const BAR_MS = 1_000;

/**
 * (m) Two employers with 1,000 answers to 500 credentials become one, are taken apart, and become one again; every count
 * is taken anew inside the transaction. What is told is the slowest of the steps; the bar is a second.
 */
export async function benchMerge(engine: BenchEngine): Promise<BenchRow[]> {
  const slowest: number[] = [];
  for (let run = 0; run < RUNS; run += 1) slowest.push(await slowestStep(engine, run));
  const ours = median(slowest);
  return [
    {
      id: 'm',
      what: 'join or part two employers with 1,000 answers to 500 credentials, the slowest step',
      backend: '-',
      unit: 'ms',
      ours,
      limit: BAR_MS,
      ratioOf: 'to the bar',
      ratio: ours / BAR_MS,
      bar: { atMost: 1 },
    },
  ];
}

async function slowestStep(engine: BenchEngine, run: number): Promise<number> {
  const database = await engine.createDatabase(`bench_merge_${run}`);
  try {
    const { db, sql } = database;
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`insert into agencies (slug, name, short_name, mail_from_name, mail_from_address, reply_to, postal_address, time_zone, state_code, created_at)
        values ('a', 'Agency', 'Agency', 'Agency', 'a@agency.example', 'a@agency.example', '1 Main St', 'America/Denver', 'MT', ${NOW})`;
      await tx`insert into staff_members (agency_id, email, email_key, name, role, created_at)
        select 1, n || '@agency.example', n || '@agency.example', n, 'admin', ${NOW} from unnest(array['ada', 'ben']) n`;
      await tx`insert into issuers (name, name_key) values ('Issuer', 'issuer')`;
      await tx`insert into credentials (slug, name, name_key, issuer_id, naics_prefixes, created_at, updated_at)
        select 'c' || n, 'Credential ' || n, 'credential ' || n, 1, '{}', ${NOW}, ${NOW} from generate_series(1, ${CREDENTIALS}::int) n`;
      await tx`insert into policies (slug, name, created_at) values (${WYOMING.slug}, ${WYOMING.name}, ${NOW})`;
      await tx`insert into policy_versions (policy_id, version, body, sha256, created_at, used_at)
        values (1, 1, ${tx.json(WYOMING.body as never)}, ${`merge-${run}`}, ${NOW}, ${NOW})`;
      await tx`insert into tallies (credential_id, policy_version_id, created_at) select id, 1, ${NOW} from credentials order by id`;
      await tx`insert into employers (legal_name, name_key, unit_id, created_at, updated_at)
        select 'Employer ' || n, 'employer ' || n, n, ${NOW}, ${NOW} from generate_series(1, 2) n`;
      await tx`insert into answers (ask_id, version, invitation_id, contact_id, employer_id, credential_id, instrument_version_id,
          notice_version_id, language, familiar, values, relation, provenance, answered_at)
        select (c.id - 1) * 2 + e.n, 1, e.n, e.n, e.n, c.id, 1, 1, 'en', true,
          '{"incentivize":"yes","preference":"yes"}'::jsonb, 'none', 'mailed_link_own_domain', ${NOW}
        from credentials c cross join generate_series(1, 2) as e(n)`;
      await tx`insert into positions (tally_id, unit_id, status, asked, delivered, answer_id, answered_at, updated_at)
        select t.id, a.employer_id, 'both_yes', false, false, a.id, a.answered_at, ${NOW}
        from answers a join tallies t on t.credential_id = a.credential_id`;
      await tx`insert into tally_counts (tally_id, slot, answered, both_yes)
        select tally_id, unit_id % 16, count(*), count(*) from positions group by 1, 2`;
    });
    await sql`analyze`;
    const deps = { db, clock: { now: () => NOW }, employerObservers };
    const by = (staffId: number) => ({ agencyId: 1, staffId });
    const times: number[] = [];
    const timed = async <T>(act: () => Promise<T>): Promise<T> => {
      const from = performance.now();
      const result = await act();
      times.push(performance.now() - from);
      return result;
    };
    const { proposalId } = await timed(() => proposePair(deps, { ...by(1), employerIds: [1, 2] }));
    await timed(() => markDistinct(deps, { ...by(1), proposalId }));
    await requestIdentityChange(deps, { ...by(1), proposalId, kind: 'reopen', reason: 'one firm' });
    await timed(() => confirmIdentityChange(deps, { ...by(2), proposalId }));
    await timed(() => mergeDuplicate(deps, { ...by(1), proposalId }));
    return Math.max(...times);
  } finally {
    await database.drop();
  }
}
