import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { type ForecastUnit, forecastReach } from '../outreach/planner/forecast.ts';
import { asksToNeed, needOf } from '../outreach/planner/need.ts';
import { bothYesOf, expectedRates, rateSpread } from '../outreach/planner/segment-rates.ts';
import type { ForecastFacts } from './forecast-words.ts';
import { lapsingShortfall, listNeeds, segmentOf } from './gather-plan-input.ts';
import { listLapsingCounts, sumAnswers } from './rate-queries.ts';
import { readRecentRates } from './recent-rates.ts';

export type CredentialForecast = ForecastFacts & {
  credentialId: number;
  /** What it is counted under; null where there is no policy at all. */
  policyVersionId: number | null;
  /** Employers that waves under way have asked, or will, and that have not answered. */
  waiting: number;
  /** Employers to ask for a chance of 8 in 10 if nobody were asked yet. */
  asksToNeed: number;
};

const DAY_MS = 86_400_000;

/**
 * What the waves under way, of all agencies, will still bring each credential, by the need that one agency's
 * applications put to it: the longer an employer has been silent, the less.
 */
export async function readForecasts(
  db: Db,
  agencyId: number,
  credentialIds: readonly number[],
  now: Date,
): Promise<Map<number, CredentialForecast>> {
  if (credentialIds.length === 0) return new Map();
  const needs = await listNeeds(db, agencyId, credentialIds, now);
  const lapsing = await listLapsingCounts(
    db,
    needs.map((need) => ({ ...need, before: new Date(now.getTime() + need.warnDaysBeforeLapse * DAY_MS) })),
  );
  const { rates, before } = await readRecentRates(db, now);
  const history = { asked: rates.asked, answered: rates.answered, ...(await sumAnswers(db)) };
  const overall = expectedRates(history);
  const waiting = new Map<number, ForecastUnit[]>();
  for (const row of await listWaiting(db, credentialIds)) {
    const units = waiting.get(row.credentialId) ?? [];
    units.push({
      response: rates.of(segmentOf(row, row.agencyId, before)),
      sentAt: new Date(row.sentAt).getTime(),
      until: new Date(row.until).getTime(),
    });
    waiting.set(row.credentialId, units);
  }
  return new Map(
    needs.map((need) => {
      const answers = { answered: need.figures.answered, bothYes: need.figures.bothYes };
      const bothYes = bothYesOf(overall.bothYes, answers);
      const spread = rateSpread(
        { ...overall, bothYes },
        { asked: history.asked, answered: answers.answered },
      );
      const lapses = lapsingShortfall(need, lapsing.get(need.credentialId) ?? 0);
      const needed = needOf({ shortfall: need.shortfall, lapsing: lapses });
      const units = waiting.get(need.credentialId) ?? [];
      const usual = overall.response * bothYes;
      const reach = forecastReach({ needed, units, bothYes, spread, now: now.getTime(), further: usual });
      return [
        need.credentialId,
        {
          credentialId: need.credentialId,
          policyVersionId: need.policyVersionId,
          required: need.required,
          shortfall: need.shortfall,
          lapsing: lapses,
          deadline: need.deadline,
          outlook: needed === 0 ? 'already_met' : reach.chance >= 0.5 ? 'expected' : 'short',
          chance: reach.chance,
          expectedBy: reach.by,
          chanceBy: reach.chanceBy,
          moreEmployersNeeded: reach.moreEmployers,
          waiting: units.length,
          asksToNeed: asksToNeed(needed, usual, spread),
        },
      ];
    }),
  );
}

type WaitingUnit = {
  credentialId: number;
  unitId: number;
  agencyId: number;
  emailDomain: string;
  naicsCode: string | null;
  jobs: number | null;
  sentAt: Date;
  until: Date;
};

/** Employers whose answer about a credential waves under way may still bring: each once, by its first mail. */
async function listWaiting(db: Db, credentialIds: readonly number[]): Promise<WaitingUnit[]> {
  return db.execute<WaitingUnit>(sql`
    select distinct on (a.credential_id, e.unit_id) a.credential_id as "credentialId", e.unit_id as "unitId",
      i.agency_id as "agencyId", c.email_domain as "emailDomain", e.naics_code as "naicsCode", e.jobs,
      coalesce(a.asked_at, m.send_after) as "sentAt", w.grace_until as until
    from asks a
    join waves w on w.id = a.wave_id and w.state = 'running'
    join invitations i on i.id = a.invitation_id and i.state in ('open', 'started')
    join contacts c on c.id = a.contact_id
    join employers own on own.id = a.employer_id
    join employers e on e.id = coalesce(own.merged_into_id, own.id)
    left join messages m on m.invitation_id = i.id and m.step = 0 and m.stream = 'outreach'
    where a.credential_id = any(${sql.param([...credentialIds])}::bigint[]) and a.state in ('planned', 'asked')
      and a.undelivered_at is null and (a.asked_at is not null or m.state in ('planned', 'claimed'))
      and not exists (
        select 1 from answers s join employers o on o.id = s.employer_id
        where s.credential_id = a.credential_id and o.unit_id = e.unit_id and s.ended_at is null
          and s.answered_at >= coalesce(a.asked_at, m.send_after))
    order by a.credential_id, e.unit_id, coalesce(a.asked_at, m.send_after)`);
}
