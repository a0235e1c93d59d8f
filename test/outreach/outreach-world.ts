import { sql } from 'drizzle-orm';
import type { Deps } from '../../src/deps.ts';
import { createTouches, type Touch } from '../../src/outreach/create-touches.ts';
import { DEFAULT_BUDGET } from '../../src/outreach/planner/budget.ts';
import { ROUND_THE_CLOCK } from '../../src/outreach/planner/calendar.ts';
import type { PlannedStep } from '../../src/outreach/planner/types.ts';
import { takeWording } from '../../src/surveys/publish-wording.ts';

const HOUR_MS = 3_600_000;

export type World = {
  agencyId: number;
  staffId: number;
  secondStaffId: number;
  contactIds: number[];
  employerIds: number[];
  credentialIds: number[];
};

let worlds = 0;

/** An agency with people to ask, one contact an employer, and credentials to ask about. */
export async function makeWorld(
  deps: Pick<Deps, 'db' | 'clock'>,
  size: { contacts?: number; credentials?: number } = {},
): Promise<World> {
  const { contacts = 3, credentials = 2 } = size;
  const n = ++worlds;
  const at = deps.clock.now().toISOString();
  const { db } = deps;
  const [agency] = await db.execute<{ id: number }>(sql`
    insert into agencies (slug, name, short_name, mail_from_name, mail_from_address, reply_to, postal_address, phone,
                          time_zone, state_code, created_at)
    values (${`workforce-${n}`}, ${`Department of Workforce ${n}`}, 'Workforce', 'Workforce Services',
            'employers@workforce.example', 'help@workforce.example', '1 Main Street, Cheyenne, WY 82001', '307-555-0100',
            'America/Denver', 'WY', ${at}::timestamptz)
    returning id`);
  const staff = await db.execute<{ id: number }>(sql`
    insert into staff_members (agency_id, email, email_key, name, role, created_at)
    select ${agency!.id}, 'staff' || i || ${`.${n}@workforce.example`}, 'staff' || i || ${`.${n}@workforce.example`},
           'Staff ' || i, 'approver', ${at}::timestamptz
    from generate_series(1, 2) i returning id`);
  const employers = await db.execute<{ id: number }>(sql`
    insert into employers (legal_name, name_key, created_at, updated_at)
    select 'Employer ' || i, 'employer ' || i, ${at}::timestamptz, ${at}::timestamptz
    from generate_series(1, ${contacts}::int) i order by i returning id`);
  const people = await db.execute<{ id: number }>(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, created_at, updated_at)
    select e, 'Person ' || i, 'person' || e || '@employer.example', 'person' || e || '@employer.example',
           'employer.example', ${at}::timestamptz, ${at}::timestamptz
    from unnest(${sql.param(employers.map((row) => row.id))}::bigint[]) with ordinality as list(e, i)
    order by i returning id`);
  // What PostgreSQL does by itself within a minute of an import.
  if (contacts >= 500) await db.execute(sql`analyze employers, contacts`);
  const [issuer] = await db.execute<{ id: number }>(sql`
    insert into issuers (name, name_key) values (${`Issuer ${n}`}, ${`issuer ${n}`}) returning id`);
  const made = await db.execute<{ id: number }>(sql`
    insert into credentials (slug, name, name_key, issuer_id, naics_prefixes, created_at, updated_at)
    select 'credential-' || ${n}::int || '-' || i, 'Credential ' || i, 'credential ' || i, ${issuer!.id}, '{}',
           ${at}::timestamptz, ${at}::timestamptz
    from generate_series(1, ${credentials}::int) i returning id`);
  return {
    agencyId: agency!.id,
    staffId: staff[0]!.id,
    secondStaffId: staff[1]!.id,
    contactIds: people.map((row) => row.id),
    employerIds: employers.map((row) => row.id),
    credentialIds: made.map((row) => row.id),
  };
}

/** An invitation now and, if wished, reminders after that many hours. */
export function steps(now: Date, reminderAfterHours: readonly number[] = []): PlannedStep[] {
  const at = (hours: number) => new Date(now.getTime() + hours * HOUR_MS);
  return [
    { step: 0, kind: 'invite', sendAfter: now, notAfter: at(24) },
    ...reminderAfterHours.map(
      (hours, i): PlannedStep => ({
        step: i + 1,
        kind: 'remind',
        sendAfter: at(hours),
        notAfter: at(hours + 24),
      }),
    ),
  ];
}

/** No spacing between touches, so that a test can send a reminder at once. */
export const ROOMY_BUDGET = {
  ...DEFAULT_BUDGET,
  person: { ...DEFAULT_BUDGET.person, minBusinessDaysBetween: 0 },
};

/** A running wave with one touch for each contact of the world. */
export async function launchWave(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config'>,
  world: World,
  options: { touches?: Touch[]; reminderAfterHours?: number[]; budget?: object } = {},
): Promise<number> {
  const now = deps.clock.now();
  const close = new Date(now.getTime() + 30 * 24 * HOUR_MS);
  const grace = new Date(now.getTime() + 44 * 24 * HOUR_MS);
  const protocol = { budget: options.budget ?? ROOMY_BUDGET, calendar: ROUND_THE_CLOCK };
  const wording = await takeWording(deps.db, { agencyId: world.agencyId, now });
  const [wave] = await deps.db.execute<{ id: number }>(sql`
    insert into waves (agency_id, name, state, protocol, protocol_sha256, close_at, grace_until, created_by, created_at,
                       updated_at, proposed_by, approved_by, launched_at, instrument_version_id, notice_version_id)
    values (${world.agencyId}, 'Wave', 'running', ${JSON.stringify(protocol)}::text::jsonb, 'sha', ${close.toISOString()}::timestamptz,
            ${grace.toISOString()}::timestamptz, ${world.staffId}, ${now.toISOString()}::timestamptz,
            ${now.toISOString()}::timestamptz, ${world.staffId}, ${world.secondStaffId}, ${now.toISOString()}::timestamptz,
            ${wording.instrumentVersionId}, ${wording.noticeVersionId})
    returning id`);
  const touches =
    options.touches ??
    world.contactIds.map((contactId, i) => ({
      contactId,
      employerId: world.employerIds[i]!,
      asks: world.credentialIds.map((credentialId) => ({ kind: 'credential' as const, credentialId })),
      steps: steps(now, options.reminderAfterHours),
    }));
  await deps.db.transaction((tx) =>
    createTouches(tx, deps, {
      wave: { id: wave!.id, agencyId: world.agencyId, graceUntil: grace },
      touches,
      now,
    }),
  );
  return wave!.id;
}

/** How many messages of a wave are in each state, with the reason where there is one. */
export async function messageStates(deps: Pick<Deps, 'db'>, waveId: number): Promise<Record<string, number>> {
  const rows = await deps.db.execute<{ state: string; n: number }>(sql`
    select state || coalesce(': ' || reason, '') as state, count(*)::int as n from messages
    where wave_id = ${waveId} group by 1`);
  return Object.fromEntries(rows.map((row) => [row.state, row.n]));
}
