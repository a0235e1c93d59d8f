import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../../agencies/record-audit.ts';
import { OPEN_APPLICATION_STATES } from '../../approvals/rules.ts';
import type { Db } from '../../db/client.ts';
import { cycleProposals } from '../../db/schema/cycle-proposals.ts';
import type { Deps } from '../../deps.ts';
import { getPolicyVersion } from '../../evidence/queries.ts';
import { readTallies } from '../../evidence/read-tally.ts';
import { termsOf } from '../../evidence/rules/terms.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { invariant } from '../../lib/errors.ts';
import { dayFromIso, instantAt, isoFromDay, localDay } from '../../outreach/planner/calendar.ts';
import { AIM } from '../../outreach/planner/forecast.ts';
import { planTouches } from '../../outreach/planner/plan-touches.ts';
import type { Plan } from '../../outreach/planner/types.ts';
import { gatherPlanInput } from '../gather-plan-input.ts';
import { holidaysIn, protocolFromJson, protocolToJson } from '../protocol.ts';
import { PROTOCOL_DEFAULTS, type WaveAudience, type WaveProtocol, waveAudience } from '../types.ts';
import {
  listCredentialsInHand,
  listCycleApplications,
  listCycleSpans,
  listKnownProposals,
  listReviewedLists,
  type ReviewedList,
} from './queries.ts';
import {
  type CycleApplication,
  cycleNeeds,
  decideProposal,
  type ProposalNeed,
  possibleDays,
  sectorsFor,
  type WaveDays,
} from './rules.ts';
import type { ProposalOutlook } from './types.ts';

export type Proposed = { made: number; updated: number; passed: number };

type Needed = Pick<Deps, 'db' | 'clock' | 'secrets' | 'config'>;

/**
 * Looks at every list and proposes the waves that its review cycle calls for: one for each list, cycle and kind of need,
 * however often it runs. An open proposal follows what is needed, and passes when nothing is. Staff open a proposal in the
 * wizard or dismiss it; nothing is sent by itself.
 */
export async function proposeByCycle(deps: Needed): Promise<Proposed> {
  const sum: Proposed = { made: 0, updated: 0, passed: 0 };
  for (const list of await listReviewedLists(deps.db)) {
    const one = await proposeFor(deps, list);
    sum.made += one.made;
    sum.updated += one.updated;
    sum.passed += one.passed;
  }
  return sum;
}

async function proposeFor(deps: Needed, list: ReviewedList): Promise<Proposed> {
  const now = deps.clock.now();
  const today = isoFromDay(localDay(list.timeZone, now.getTime()));
  const rows = await listCycleApplications(deps.db, list.id);
  const known = await listKnownProposals(deps.db, list.id);
  const done: Proposed = { made: 0, updated: 0, passed: 0 };
  if (rows.length === 0 && !known.some(({ state }) => state === 'open')) return done;

  const needs = cycleNeeds({
    reviewCycle: list.reviewCycle,
    cycles: await listCycleSpans(deps.db, list.id),
    applications: await withRequirements(deps.db, list, rows, now),
    inHand: await listCredentialsInHand(deps.db, list.agencyId, now),
    today,
  });
  const wanted = new Set<number>();
  const sectors = new Map(rows.map(({ credentialId, naicsPrefixes }) => [credentialId, naicsPrefixes]));
  for (const need of needs) {
    const decision = decideProposal(need, known);
    if (decision === null) continue;
    if ('update' in decision) {
      wanted.add(decision.update.id);
      const before = known.find(({ id }) => id === decision.update.id);
      if (before && isUpToDate(before, need, now)) continue;
    }
    const shaped = await shapeWave(deps, list, need, sectors, now, today);
    const values = {
      agencyId: list.agencyId,
      listId: list.id,
      startsOn: need.cycle.startsOn,
      endsOn: need.cycle.endsOn,
      cycleName: need.cycle.name,
      need: need.need,
      deadline: need.deadline,
      credentials: need.credentials,
      ...shaped,
      updatedAt: now,
    };
    await deps.db.transaction(async (tx) => {
      const saved =
        'make' in decision
          ? await tx
              .insert(cycleProposals)
              .values({ ...values, round: decision.make.round, createdAt: now })
              .onConflictDoNothing()
              .returning({ id: cycleProposals.id })
          : await tx
              .update(cycleProposals)
              .set(values)
              .where(and(eq(cycleProposals.id, decision.update.id), eq(cycleProposals.state, 'open')))
              .returning({ id: cycleProposals.id });
      const [row] = saved;
      if (!row) return;
      if ('update' in decision) {
        done.updated += 1;
        return;
      }
      done.made += 1;
      await recordAudit(tx, {
        at: now,
        agencyId: list.agencyId,
        actorKind: 'system',
        actorId: null,
        action: 'cycle_proposal.made',
        subjectType: 'cycle_proposal',
        subjectId: row.id,
        details: {
          listId: list.id,
          need: need.need,
          credentialIds: need.credentials.map(({ credentialId }) => credentialId),
        },
      });
    });
  }
  for (const { id, state } of known) {
    if (state !== 'open' || wanted.has(id)) continue;
    const passed = await deps.db
      .update(cycleProposals)
      .set({ state: 'passed', endedAt: now, updatedAt: now, endReason: '' })
      .where(and(eq(cycleProposals.id, id), eq(cycleProposals.state, 'open')))
      .returning({ id: cycleProposals.id });
    done.passed += passed.length;
  }
  return done;
}

async function withRequirements(
  db: Db,
  list: ReviewedList,
  rows: Awaited<ReturnType<typeof listCycleApplications>>,
  now: Date,
): Promise<CycleApplication[]> {
  const { policyVersionId, timeZone } = list;
  const keys = rows.map(({ credentialId }) => ({ credentialId, policyVersionId }));
  const tallies = await readTallies(db, keys, now);
  const { body } = await getPolicyVersion(db, policyVersionId);
  const dayOf = (instant: Date) => isoFromDay(localDay(timeZone, instant.getTime()));
  const isUndecided = (state: string) => OPEN_APPLICATION_STATES.some((open) => open === state);
  // A renewal that is under way speaks for the approval that it is to renew.
  const undecided = new Set(
    rows.filter(({ state }) => isUndecided(state)).map(({ credentialId }) => credentialId),
  );
  return rows.flatMap((row, index): CycleApplication[] => {
    const tally = tallies[index];
    invariant(tally, 'a tally per application');
    const stage = isUndecided(row.state) ? 'undecided' : 'approved';
    // What no answer of an employer can bring calls for no wave.
    if (tally.status === 'unsupported' || tally.required === 0) return [];
    if (stage === 'approved' && undecided.has(row.credentialId)) return [];
    const { expiring } = tally;
    return [
      {
        credentialId: row.credentialId,
        name: row.name,
        stage,
        submittedOn: dayOf(row.submittedAt),
        cycle: row.cycle,
        reviewDueOn: row.reviewDueOn,
        required: tally.required,
        shortfall: tally.shortfall,
        lapse:
          expiring === null
            ? null
            : { on: dayOf(expiring.on), missing: Math.max(1, tally.required - expiring.fallsTo) },
        warnDays: body.warnDaysBeforeLapse,
      },
    ];
  });
}

const DAY_MS = 86_400_000;
/** Dates so near leave no time for two people, so they are chosen anew. */
const TOO_NEAR_DAYS = 2;

/** Whether an open proposal says what is needed now, with dates that can still be kept. */
function isUpToDate(
  before: Awaited<ReturnType<typeof listKnownProposals>>[number],
  need: ProposalNeed,
  now: Date,
): boolean {
  const protocol = protocolFromJson(before.protocol);
  return (
    before.deadline === need.deadline &&
    canonicalJson(before.credentials) === canonicalJson(need.credentials) &&
    protocol !== null &&
    protocol.sendFrom.getTime() - now.getTime() > TOO_NEAR_DAYS * DAY_MS
  );
}

type Shaped = {
  audience: Record<string, unknown>;
  protocol: Record<string, unknown>;
  outlook: ProposalOutlook;
};

/** Nearly as good, and sooner, is better. */
const NEARLY = 0.95;

/** How far a plan is expected to bring what its credentials need, all taken together. */
function progressOf(plan: Plan): number {
  return plan.credentials.reduce((sum, { shortfall, lapsing, expectedBothYes }) => {
    const needed = shortfall + lapsing;
    return needed === 0 ? sum : sum + Math.min(1, expectedBothYes / needed);
  }, 0);
}

/**
 * Audience and dates for a need: the employers of its sectors, and of the possible dates the first on which the planner,
 * with every agency's touches, finds each number likely; else the first that bring nearly as much as any.
 */
async function shapeWave(
  deps: Needed,
  list: ReviewedList,
  need: ProposalNeed,
  sectors: ReadonlyMap<number, string[]>,
  now: Date,
  today: string,
): Promise<Shaped> {
  const credentialIds = need.credentials.map(({ credentialId }) => credentialId);
  const { inState } = termsOf((await getPolicyVersion(deps.db, list.policyVersionId)).body);
  const audience: WaveAudience = waveAudience.parse({
    naicsPrefixes: sectorsFor(credentialIds.map((id) => ({ naicsPrefixes: sectors.get(id) ?? [] }))),
    states: inState === null ? [] : [inState],
  });
  const days = possibleDays(today, need.deadline, PROTOCOL_DEFAULTS.graceDays);
  const tried: { protocol: WaveProtocol; plan: Plan; score: number }[] = [];
  for (const each of days) {
    const protocol = protocolOn(each, list.timeZone);
    const topics = { credentialIds, meetingIds: [] };
    const wave = { id: 0, agencyId: list.agencyId, audience, topics, protocol };
    const { input } = await gatherPlanInput(deps.db, deps, wave, { now, agencyZone: list.timeZone });
    const plan = planTouches(input);
    tried.push({ protocol, plan, score: progressOf(plan) });
    if (plan.credentials.every(({ chance }) => chance >= AIM)) break;
  }
  const most = Math.max(...tried.map(({ score }) => score));
  const best = tried.find(({ score }) => score >= most * NEARLY);
  invariant(best, 'there are always some dates');
  const { plan, protocol } = best;
  return {
    audience,
    protocol: protocolToJson(protocol),
    outlook: {
      people: plan.touches.length,
      employers: new Set(plan.touches.map(({ unitId }) => unitId)).size,
      credentials: plan.credentials.map((credential) => ({
        credentialId: credential.credentialId,
        chance: credential.chance,
        by: credential.expectedBy?.toISOString() ?? null,
        moreEmployers: credential.moreEmployersNeeded,
      })),
    },
  };
}

function protocolOn(days: WaveDays, zone: string): WaveProtocol {
  const startOf = (day: string) => new Date(instantAt(zone, dayFromIso(day), 0));
  const dates = { sendFrom: startOf(days.sendFrom), closeAt: startOf(days.closeOn) };
  return {
    ...PROTOCOL_DEFAULTS,
    ...dates,
    sendUntil: startOf(days.sendUntil),
    remindAt: [startOf(days.remindOn)],
    stopRule: 'enough',
    calendar: { ...PROTOCOL_DEFAULTS.calendar, closedDates: holidaysIn(dates, zone) },
  };
}
