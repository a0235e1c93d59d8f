import { sql } from 'drizzle-orm';
import type { Deps } from '../../src/deps.ts';
import { createTouches, type Touch } from '../../src/outreach/create-touches.ts';
import { DEFAULT_BUDGET } from '../../src/outreach/planner/budget.ts';
import { ROUND_THE_CLOCK } from '../../src/outreach/planner/calendar.ts';
import { PUBLIC_RECORDS_NOTICE, WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import { markWordingUsed, publishInstrument, publishNotice } from '../../src/surveys/publish-wording.ts';

const HOUR_MS = 3_600_000;

type WorldDeps = Pick<Deps, 'db' | 'clock' | 'secrets' | 'config'>;

export type Person = { contactId: number; employerId: number; email: string };

export type Asking = {
  agencyId: number;
  credentialId: number;
  staffIds: [number, number];
  instrumentVersionId: number;
  noticeVersionId: number;
};

/** An agency with two people, a credential, and the wording of its questions. */
export async function makeAsking({ db, clock }: WorldDeps, slug: string): Promise<Asking> {
  const now = clock.now();
  const at = now.toISOString();
  const [agency] = await db.execute<{ id: number }>(sql`
    insert into agencies (slug, name, short_name, mail_from_name, mail_from_address, reply_to, postal_address, phone,
                          time_zone, state_code, created_at)
    values (${slug}, ${`Department ${slug}`}, ${slug}, ${slug}, ${`ask@${slug}.example`}, ${`help@${slug}.example`},
            '1 Main Street, Cheyenne, WY 82001', '307-555-0100', 'America/Denver', 'WY', ${at}::timestamptz)
    returning id`);
  const agencyId = agency!.id;
  const staff = await db.execute<{ id: number }>(sql`
    insert into staff_members (agency_id, email, email_key, name, role, created_at)
    select ${agencyId}, 's' || i || ${`@${slug}.example`}, 's' || i || ${`@${slug}.example`}, 'Staff ' || i, 'admin',
      ${at}::timestamptz
    from generate_series(1, 2) i returning id`);
  const [issuer] = await db.execute<{ id: number }>(sql`
    insert into issuers (name, name_key) values (${`Issuer ${slug}`}, ${`issuer ${slug}`}) returning id`);
  const [credential] = await db.execute<{ id: number }>(sql`
    insert into credentials (slug, name, name_key, issuer_id, naics_prefixes, created_at, updated_at)
    values (${`credential-${slug}`}, 'Certified Welder', 'certified welder', ${issuer!.id}, '{}', ${at}::timestamptz,
      ${at}::timestamptz)
    returning id`);
  const { instrumentVersionId } = await publishInstrument(db, {
    slug: `wyoming-${slug}`,
    name: 'Wyoming',
    body: WYOMING_INSTRUMENT,
    now,
  });
  const { noticeVersionId } = await publishNotice(db, { agencyId, body: PUBLIC_RECORDS_NOTICE, now });
  await markWordingUsed(db, { instrumentVersionId, noticeVersionId, now });
  return {
    agencyId,
    credentialId: credential!.id,
    staffIds: [staff[0]!.id, staff[1]!.id],
    instrumentVersionId,
    noticeVersionId,
  };
}

let firms = 0;

/** Employers of the given sizes, each person with an address at one of fifty domains. */
export async function makePeople({ db, clock }: WorldDeps, sizes: readonly number[]): Promise<Person[]> {
  const at = clock.now().toISOString();
  const first = firms + 1;
  firms += sizes.length;
  const rows = sizes.map((people, i) => ({ key: `firm ${first + i}`, n: first + i, people }));
  await db.execute(sql`
    insert into employers (legal_name, name_key, created_at, updated_at)
    select initcap(key), key, ${at}::timestamptz, ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(key text, n int) order by n`);
  const made = await db.execute<{ contactId: number; employerId: number; email: string }>(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, created_at, updated_at)
    select e.id, 'Ann Lee', a.mail, a.mail, split_part(a.mail, '@', 2), ${at}::timestamptz, ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(key text, n int, people int)
    join employers e on e.name_key = r.key
    cross join lateral generate_series(1, r.people) as i
    cross join lateral (select 'p' || i || '.' || r.n || '@d' || r.n % 50 || '.example') as a(mail)
    order by r.n, i
    returning id as "contactId", employer_id as "employerId", email`);
  await db.execute(sql`analyze employers, contacts`);
  return made.map((row) => ({
    ...row,
    contactId: Number(row.contactId),
    employerId: Number(row.employerId),
  }));
}

/** A running wave that mails these people from `sendAfter` on, under the budgets of every agency together. */
export async function launch(
  deps: WorldDeps,
  asking: Asking,
  people: readonly Person[],
  options: { sendAfter?: (index: number) => Date; forHours?: number } = {},
): Promise<number> {
  const now = deps.clock.now();
  const after = (hours: number) => new Date(now.getTime() + hours * HOUR_MS);
  const graceUntil = after(44 * 24);
  const protocol = { budget: DEFAULT_BUDGET, calendar: ROUND_THE_CLOCK };
  const [first, second] = asking.staffIds;
  const [wave] = await deps.db.execute<{ id: number }>(sql`
    insert into waves (agency_id, name, state, protocol, protocol_sha256, close_at, grace_until, created_by, created_at,
                       updated_at, proposed_by, approved_by, launched_at, instrument_version_id, notice_version_id)
    values (${asking.agencyId}, 'Wave', 'running', ${JSON.stringify(protocol)}::text::jsonb, 'sha',
            ${after(30 * 24).toISOString()}::timestamptz, ${graceUntil.toISOString()}::timestamptz, ${first},
            ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz, ${first}, ${second},
            ${now.toISOString()}::timestamptz, ${asking.instrumentVersionId}, ${asking.noticeVersionId})
    returning id`);
  const touches = people.map(({ contactId, employerId }, i): Touch => {
    const sendAfter = options.sendAfter?.(i) ?? now;
    const notAfter = new Date(sendAfter.getTime() + (options.forHours ?? 24) * HOUR_MS);
    return {
      contactId,
      employerId,
      asks: [{ kind: 'credential', credentialId: asking.credentialId }],
      steps: [{ step: 0, kind: 'invite', sendAfter, notAfter }],
    };
  });
  await deps.db.transaction((tx) =>
    createTouches(tx, deps, { wave: { id: wave!.id, agencyId: asking.agencyId, graceUntil }, touches, now }),
  );
  return wave!.id;
}
