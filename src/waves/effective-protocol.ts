import { and, eq, gte, inArray, isNull, or } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencyBlackouts, budgetRules } from '../db/schema/cadence.ts';
import { meetings } from '../db/schema/committees.ts';
import { stateHolidaysBetween } from '../lib/state-holidays.ts';
import { type BudgetLimits, limitBudget } from '../outreach/planner/budget.ts';
import { isoFromDay, isRoundTheClock, localDay } from '../outreach/planner/calendar.ts';
import type { WaveProtocol, WaveTopics } from './types.ts';

/**
 * The protocol as a wave is planned and launched by: its budget no looser than the agency's own rules and those of any
 * of its topics, its calendar without the agency's days off and, hours being kept, the holidays of the recipients'
 * states. Doing it twice is doing it once.
 */
export async function effectiveProtocol(
  db: Db,
  wave: { agencyId: number; topics: WaveTopics; protocol: WaveProtocol },
  facts: { agencyZone: string; states: readonly string[] },
): Promise<WaveProtocol> {
  const { protocol } = wave;
  const { calendar } = protocol;
  const from = isoFromDay(localDay(facts.agencyZone, protocol.sendFrom.getTime()));
  const until = isoFromDay(localDay(facts.agencyZone, protocol.closeAt.getTime()));
  const blackouts = await listBlackoutDates(db, wave.agencyId, from, until);
  const closedIn = isRoundTheClock(calendar)
    ? {}
    : Object.fromEntries(
        [...new Set(facts.states)].sort().flatMap((state) => {
          const dates = stateHolidaysBetween(state, from, until);
          return dates.length > 0 ? [[state, dates]] : [];
        }),
      );
  const rules = await listLimits(db, wave.agencyId, wave.topics);
  return {
    ...protocol,
    budget: rules.reduce(limitBudget, protocol.budget),
    calendar: {
      ...calendar,
      closedDates: [...new Set([...calendar.closedDates, ...blackouts])].sort(),
      ...(Object.keys(closedIn).length > 0 && { closedIn }),
    },
  };
}

async function listLimits(db: Db, agencyId: number, topics: WaveTopics): Promise<BudgetLimits[]> {
  const { credentialIds, meetingIds } = topics;
  const committees =
    meetingIds.length === 0
      ? []
      : await db
          .select({ id: meetings.committeeId })
          .from(meetings)
          .where(inArray(meetings.id, [...meetingIds]));
  const rows = await db
    .select({ limits: budgetRules.limits })
    .from(budgetRules)
    .where(
      and(
        eq(budgetRules.agencyId, agencyId),
        or(
          and(isNull(budgetRules.credentialId), isNull(budgetRules.committeeId)),
          credentialIds.length > 0 ? inArray(budgetRules.credentialId, [...credentialIds]) : undefined,
          committees.length > 0
            ? inArray(
                budgetRules.committeeId,
                committees.map(({ id }) => id),
              )
            : undefined,
        ),
      ),
    )
    .orderBy(budgetRules.id);
  return rows.map(({ limits }) => limits);
}

async function listBlackoutDates(db: Db, agencyId: number, from: string, until: string): Promise<string[]> {
  const rows = await db
    .select({ first: agencyBlackouts.firstDay, last: agencyBlackouts.lastDay })
    .from(agencyBlackouts)
    .where(
      and(
        eq(agencyBlackouts.agencyId, agencyId),
        isNull(agencyBlackouts.removedAt),
        gte(agencyBlackouts.lastDay, from),
      ),
    );
  const dates: string[] = [];
  for (const { first, last } of rows) {
    for (let day = first < from ? from : first; day <= last && day <= until; day = nextDate(day)) {
      dates.push(day);
    }
  }
  return dates;
}

function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
