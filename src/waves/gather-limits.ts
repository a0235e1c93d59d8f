import { eq, sql } from 'drizzle-orm';
import { getAgency } from '../agencies/queries.ts';
import type { Db } from '../db/client.ts';
import { sendingDomains } from '../db/schema/cadence.ts';
import type { Deps } from '../deps.ts';
import { isoFromDay, localDay } from '../outreach/planner/calendar.ts';
import type { DayLoad, PlanInput, ReceivingLimits, WarmUp } from '../outreach/planner/types.ts';
import { listJoinable } from '../outreach/shared-touches.ts';

/** What all waves share: mails that are planned already, a From domain that is new, and what domains are sent. */
export async function gatherLimits(
  db: Db,
  deps: { config?: Pick<Deps['config'], 'smtpUrl' | 'warmUpDaily' | 'domainMessagesPerMinute'> },
  wave: { id: number; agencyId: number; mostAsks: number },
  facts: {
    now: Date;
    agencyZone: string;
    contactIds: readonly number[];
    planAnew?: readonly number[] | undefined;
    lock?: boolean | undefined;
  },
): Promise<Pick<PlanInput, 'joinable' | 'warmUp' | 'receiving'>> {
  const { now, agencyZone, planAnew } = facts;
  const { config } = deps;
  const perMinute = config?.domainMessagesPerMinute ?? null;
  const except = { waveId: wave.id, contactIds: planAnew ?? [] };
  return {
    // What is planned anew keeps its own invitation.
    joinable: planAnew
      ? []
      : await listJoinable(db, {
          waveId: wave.id,
          contactIds: facts.contactIds,
          mostAsks: wave.mostAsks,
          lock: facts.lock ?? false,
        }),
    warmUp: config
      ? await readWarmUp(db, config, { agencyId: wave.agencyId, now, agencyZone, except })
      : null,
    receiving:
      perMinute === null
        ? null
        : { perMinute, load: await listReceivingLoad(db, { zone: agencyZone, now, except }) },
  };
}

type Except = { waveId: number; contactIds: readonly number[] };
const NOTHING: Except = { waveId: 0, contactIds: [] };

/** The From domain of an agency, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/**
 * The warm-up of an agency's From domain; null where receivers know it: staff said so, or it sent before anybody
 * asked. One that has sent nothing yet begins today.
 */
export async function readWarmUp(
  db: Db,
  config: Pick<Deps['config'], 'smtpUrl' | 'warmUpDaily'>,
  input: { agencyId: number; now: Date; agencyZone: string; except?: Except },
): Promise<WarmUp | null> {
  if (!config.smtpUrl || config.warmUpDaily.length === 0) return null;
  const { mailFromAddress } = await getAgency(db, input.agencyId);
  const domain = domainOf(mailFromAddress);
  const [known] = await db.select().from(sendingDomains).where(eq(sendingDomains.domain, domain));
  const today = isoFromDay(localDay(input.agencyZone, input.now.getTime()));
  const from = known ? known.warmUpFrom : (await hasSent(db, domain)) ? null : today;
  if (from === null) return null;
  return {
    from,
    daily: config.warmUpDaily,
    load: await listDomainLoad(db, {
      domain,
      zone: input.agencyZone,
      from,
      except: input.except ?? NOTHING,
    }),
  };
}

const fromDomain = sql`lower(split_part(g.mail_from_address, '@', 2))`;

async function hasSent(db: Db, domain: string): Promise<boolean> {
  const [row] = await db.execute<{ sent: boolean }>(sql`
    select exists (select 1 from agencies g join waves w on w.agency_id = g.id join messages m on m.wave_id = w.id
      where ${fromDomain} = ${domain} and m.sent_at is not null) as sent`);
  return row?.sent ?? false;
}

const unlessPlannedAnew = (
  except: Except,
) => sql`not (m.sent_at is null and m.wave_id is not distinct from ${except.waveId}
  and m.contact_id = any(${sql.param([...except.contactIds])}::bigint[]))`;
/** Its day in the recipient's zone, as the planner counts days. */
const dayOf = (zone: string) => sql`to_char(coalesce(m.sent_at, m.send_after)
  at time zone coalesce(e.time_zone, ${zone}::text), 'YYYY-MM-DD')`;
/** What belongs to no wave, such as a ballot, takes its place of a day as well. */
const isUnderWay = sql`(m.state in ('claimed', 'uncertain')
  or (m.state = 'planned' and (m.wave_id is null or w.state in ('running', 'paused'))))`;

/** Outreach mails a day of all agencies that share a From domain, since the warm-up began. */
async function listDomainLoad(
  db: Db,
  { domain, zone, from, except }: { domain: string; zone: string; from: string; except: Except },
): Promise<DayLoad[]> {
  return db.execute<DayLoad>(sql`
    select ${dayOf(zone)} as date, count(*)::int as messages
    from agencies g join messages m on m.agency_id = g.id left join waves w on w.id = m.wave_id
    join employers e on e.id = m.employer_id
    where ${fromDomain} = ${domain} and m.stream = 'outreach' and ${unlessPlannedAnew(except)}
      and (m.sent_at >= ${from}::date - 1 or (m.sent_at is null and ${isUnderWay}))
    group by 1 order by 1`);
}

async function listReceivingLoad(
  db: Db,
  { zone, now, except }: { zone: string; now: Date; except: Except },
): Promise<ReceivingLimits['load']> {
  const since = new Date(now.getTime() - 86_400_000).toISOString();
  return db.execute<ReceivingLimits['load'][number]>(sql`
    select c.email_domain as domain, ${dayOf(zone)} as date, count(*)::int as messages
    from messages m left join waves w on w.id = m.wave_id join employers e on e.id = m.employer_id
    join contacts c on c.id = m.contact_id
    where m.stream = 'outreach' and ${unlessPlannedAnew(except)}
      and (m.sent_at >= ${since}::timestamptz or (m.sent_at is null and ${isUnderWay}))
    group by 1, 2 order by 1, 2`);
}

/** Notes the day on which a new From domain begins to be warmed up, when its first wave is launched. */
export async function beginWarmUp(
  db: Db,
  input: { agencyId: number; warmUp: WarmUp | null | undefined; now: Date },
): Promise<void> {
  if (!input.warmUp) return;
  const { mailFromAddress } = await getAgency(db, input.agencyId);
  await db
    .insert(sendingDomains)
    .values({ domain: domainOf(mailFromAddress), warmUpFrom: input.warmUp.from, updatedAt: input.now })
    .onConflictDoNothing();
}
