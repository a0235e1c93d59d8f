import { sql } from 'drizzle-orm';
import { createWave, type Staff } from '../../src/waves/create-wave.ts';
import { proposeWave } from '../../src/waves/propose-wave.ts';
import { saveDraftStep } from '../../src/waves/save-draft-step.ts';
import {
  PROTOCOL_DEFAULTS,
  type WaveAudience,
  type WaveProtocol,
  waveAudience,
} from '../../src/waves/types.ts';
import type { TestApp } from '../support/app.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

const DAY_MS = 86_400_000;

export const SECTORS = [
  ['622110', 'Hospital'],
  ['238210', 'Electric'],
  ['541512', 'Software'],
  ['484121', 'Freight'],
  ['332710', 'Machining'],
  ['721110', 'Lodge'],
] as const;
const CITIES = ['Helena', 'Billings', 'Missoula', 'Bozeman'];

export type WavesWorld = {
  agencyId: number;
  proposer: Staff;
  approver: Staff;
  employerIds: number[];
  contactIds: number[];
  credentialIds: number[];
  meetingId: number;
  /** Where all employers of this world are; those of other worlds are elsewhere. */
  county: string;
};

let worlds = 0;

/** An agency with two people, employers of several sectors with one contact each, credentials and a meeting. */
export async function makeWavesWorld(
  test: Pick<TestApp, 'deps'>,
  size: { employers?: number; credentials?: readonly (readonly [name: string, prefix: string])[] } = {},
): Promise<WavesWorld> {
  const { db, clock } = test.deps;
  const n = ++worlds;
  const at = clock.now().toISOString();
  const agency = await makeAgency(test);
  const proposer = await makeStaff(test, agency.id, 'editor');
  const approver = await makeStaff(test, agency.id, 'approver');
  const count = size.employers ?? 12;
  const rows = Array.from({ length: count }, (_, i) => {
    const [naics, kind] = SECTORS[i % SECTORS.length]!;
    return {
      name: `${CITIES[i % CITIES.length]} ${kind} ${n}-${String(i + 1).padStart(4, '0')}`,
      naics,
      city: CITIES[i % CITIES.length],
      jobs: [3, 25, 120, 600, 0][i % 5],
      email: `person${i + 1}@firm-${n}-${i + 1}.example`,
    };
  });
  const employers = await db.execute<{ id: number }>(sql`
    insert into employers (legal_name, name_key, naics_code, city, state, zip, county, jobs, created_at, updated_at)
    select name, lower(name), naics, city, 'MT', '59601', ${`County ${n}`}, jobs, ${at}::timestamptz, ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(name text, naics text, city text, jobs int)
    order by name returning id`);
  const contacts = await db.execute<{ id: number }>(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, title, hiring_authority, created_at, updated_at)
    select e.id, 'Person of ' || r.name, r.email, r.email, split_part(r.email, '@', 2), 'Manager', true,
      ${at}::timestamptz, ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(name text, email text)
    join employers e on e.legal_name = r.name order by e.id returning id`);
  const [issuer] = await db.execute<{ id: number }>(sql`
    insert into issuers (name, name_key) values (${`Issuer ${n}`}, ${`issuer ${n}`}) returning id`);
  const credentialIds: number[] = [];
  const wanted = size.credentials ?? [
    ['Certified Nursing Assistant', '62'],
    ['Journeyman Electrician', '23'],
    ['CompTIA A+', ''],
  ];
  for (const [index, [name, prefix]] of wanted.entries()) {
    const [row] = await db.execute<{ id: number }>(sql`
      insert into credentials (slug, name, name_key, issuer_id, naics_prefixes, created_at, updated_at)
      values (${`c-${n}-${index}`}, ${name}, ${`${name.toLowerCase()} ${n}`}, ${issuer!.id},
        ${prefix === '' ? sql`'{}'::text[]` : sql`array[${prefix}]`}, ${at}::timestamptz, ${at}::timestamptz)
      returning id`);
    credentialIds.push(row!.id);
  }
  const [committee] = await db.execute<{ id: number }>(sql`
    insert into committees (agency_id, slug, name, created_at)
    values (${agency.id}, ${`committee-${n}`}, 'Industry advisory committee', ${at}::timestamptz) returning id`);
  await db.execute(sql`
    insert into committee_seats (committee_id, number, role)
    select ${committee!.id}, i, 'employer' from generate_series(1, 6) i`);
  const startsAt = new Date(clock.now().getTime() + 40 * DAY_MS).toISOString();
  const [meeting] = await db.execute<{ id: number }>(sql`
    insert into meetings (committee_id, title, starts_at, ends_at, time_zone, place, uid, created_by, created_at, updated_at)
    values (${committee!.id}, 'Spring meeting', ${startsAt}::timestamptz, ${startsAt}::timestamptz + interval '1 hour',
      'America/Denver', 'Helena', ${`meeting-${n}@test.example`}, ${proposer.id}, ${at}::timestamptz, ${at}::timestamptz)
    returning id`);
  return {
    agencyId: agency.id,
    proposer: { id: proposer.id, agencyId: agency.id, role: 'editor' },
    approver: { id: approver.id, agencyId: agency.id, role: 'approver' },
    employerIds: employers.map((row) => row.id),
    contactIds: contacts.map((row) => row.id),
    credentialIds,
    meetingId: meeting!.id,
    county: `County ${n}`,
  };
}

export function waveProtocol(now: Date, over: Partial<WaveProtocol> = {}): WaveProtocol {
  const at = (days: number) => new Date(now.getTime() + days * DAY_MS);
  return {
    ...PROTOCOL_DEFAULTS,
    sendFrom: now,
    sendUntil: at(10),
    remindAt: [at(12)],
    closeAt: at(24),
    ...over,
  };
}

/** A draft with every step taken. */
export async function makeDraft(
  test: Pick<TestApp, 'deps'>,
  world: WavesWorld,
  over: {
    name?: string;
    audience?: Partial<WaveAudience>;
    protocol?: Partial<WaveProtocol>;
    meeting?: boolean;
  } = {},
): Promise<number> {
  const staff = world.proposer;
  const { id } = await createWave(test.deps, { staff, name: over.name ?? `Spring wave ${++worlds}` });
  const save = (change: Parameters<typeof saveDraftStep>[1]['change']) =>
    saveDraftStep(test.deps, { staff, waveId: id, version: null, change });
  await save({
    step: 'audience',
    audience: waveAudience.parse({ counties: [world.county], ...over.audience }),
  });
  await save({
    step: 'topics',
    topics: { credentialIds: world.credentialIds, meetingIds: over.meeting ? [world.meetingId] : [] },
  });
  await save({ step: 'protocol', protocol: waveProtocol(test.deps.clock.now(), over.protocol) });
  return id;
}

export async function makeProposed(
  test: Pick<TestApp, 'deps'>,
  world: WavesWorld,
  over: Parameters<typeof makeDraft>[2] = {},
): Promise<number> {
  const waveId = await makeDraft(test, world, over);
  await proposeWave(test.deps, { staff: world.proposer, waveId });
  return waveId;
}
