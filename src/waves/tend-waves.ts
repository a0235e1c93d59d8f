import { asc, eq, sql } from 'drizzle-orm';
import { getAgency } from '../agencies/queries.ts';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { planTouches } from '../outreach/planner/plan-touches.ts';
import type { CredentialTopic, PlanInput } from '../outreach/planner/types.ts';
import { leaveToOtherWaves } from '../outreach/shared-touches.ts';
import { gatherPlanInput, listNeeds } from './gather-plan-input.ts';
import { LAUNCH_LOCK } from './launch-wave.ts';
import {
  draftOf,
  getWave,
  listLoad,
  listMissed,
  lockWave,
  rescheduleMissed,
  stopWhatIsMet,
  type WaveRow,
} from './queries.ts';
import { insertExclusions } from './reason-queries.ts';
import { waveAudience } from './types.ts';

export type Tended = { plannedAnew: number; leftOut: number; stopped: number };

/**
 * Looks after the waves under way: what missed its time (a worker was down, the wave was paused) is planned anew
 * within the wave's frozen dates and under the budgets of now, never sent late; and where the protocol says "enough",
 * nobody is written to any more only about credentials that have their number.
 */
export async function tendWaves(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
  options: { waveId?: number } = {},
): Promise<Tended> {
  const now = deps.clock.now();
  const running = await deps.db
    .select({ id: waves.id, agencyId: waves.agencyId })
    .from(waves)
    .where(eq(waves.state, 'running'))
    .orderBy(asc(waves.id));
  const tended: Tended = { plannedAnew: 0, leftOut: 0, stopped: 0 };
  for (const { id, agencyId } of running) {
    if (options.waveId !== undefined && options.waveId !== id) continue;
    const one = await deps.db.transaction((tx) => tend(tx, deps, { id, agencyId }, now));
    tended.plannedAnew += one.plannedAnew;
    tended.leftOut += one.leftOut;
    tended.stopped += one.stopped;
    if (one.plannedAnew > 0) await deps.queue.enqueue('outreach.send-due', { waveId: id });
  }
  return tended;
}

async function tend(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  { id, agencyId }: { id: number; agencyId: number },
  now: Date,
): Promise<Tended> {
  const nothing: Tended = { plannedAnew: 0, leftOut: 0, stopped: 0 };
  const { protocol } = (await getWave(tx, agencyId, id)).draft;
  const missed = protocol === null ? [] : await listMissed(tx, id);
  const hasMissed = missed.length > 0 && protocol !== null && protocol.sendUntil > now;
  if (missed.length > 0 && !hasMissed) {
    // Too late for this wave, and not for others that ask in the same invitations.
    await leaveToOtherWaves(tx, { waveId: id, contactIds: missed.map(({ contactId }) => contactId), now });
  }
  if (!hasMissed && protocol?.stopRule !== 'enough') return nothing;
  // The same order as a launch: first the lock on planning, then the wave.
  await tx.execute(sql`select pg_advisory_xact_lock(${LAUNCH_LOCK}::bigint)`);
  const row = await lockWave(tx, agencyId, id);
  if (row.state !== 'running') return nothing;
  const anew = hasMissed ? await planAnew(tx, deps, row, now) : nothing;
  return { ...anew, stopped: await stopMet(tx, row, now) };
}

/** One ask to stand for whatever an invitation carries: only its times are planned anew, what it asks stays. */
const ANY_ASK: CredentialTopic = {
  kind: 'credential',
  credentialId: 0,
  naicsPrefixes: [],
  required: 1,
  shortfall: 1,
  priority: 0,
  deadline: null,
};

async function planAnew(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  row: WaveRow,
  now: Date,
): Promise<Tended> {
  const { topics, protocol } = draftOf(row);
  if (protocol === null) return { plannedAnew: 0, leftOut: 0, stopped: 0 };
  const missed = new Set((await listMissed(tx, row.id)).map(({ contactId }) => contactId));
  const { timeZone } = await getAgency(tx, row.agencyId);
  const { input } = await gatherPlanInput(
    tx,
    deps,
    // Whoever was invited stays so, though their employer may have moved out of the audience since.
    { id: row.id, agencyId: row.agencyId, audience: waveAudience.parse({}), topics, protocol },
    { now, agencyZone: timeZone, planAnew: [...missed] },
  );
  const again: PlanInput = {
    ...input,
    protocol: {
      ...input.protocol,
      stopRule: 'ask_all',
      relevance: { sectorFit: false, unknownSector: 'ask', hiringAuthorityOnly: false },
    },
    candidates: input.candidates.filter((candidate) => missed.has(candidate.contactId)),
    topics: [ANY_ASK],
    answered: [],
    open: [],
    load: await listLoad(tx, row.id, { zone: timeZone, now, except: [...missed] }),
  };
  const plan = planTouches(again);
  const steps = plan.touches.flatMap((touch) =>
    touch.steps.map((step) => ({ contactId: touch.contactId, ...step })),
  );
  const plannedAnew = await rescheduleMissed(tx, row.id, steps, now);
  // What they were to be asked stands in their asks.
  await insertExclusions(
    tx,
    row.id,
    plan.exclusions.map((exclusion) => ({ ...exclusion, credentialIds: [], meetingIds: [] })),
  );
  await leaveToOtherWaves(tx, {
    waveId: row.id,
    contactIds: plan.exclusions.map(({ contactId }) => contactId),
    now,
  });
  await recordAudit(tx, {
    at: now,
    agencyId: row.agencyId,
    actorKind: 'system',
    actorId: null,
    action: 'wave.planned_anew',
    subjectType: 'wave',
    subjectId: row.id,
    details: { plannedAnew, leftOut: plan.exclusions.length },
  });
  return { plannedAnew, leftOut: plan.exclusions.length, stopped: 0 };
}

async function stopMet(tx: Tx, row: WaveRow, now: Date): Promise<number> {
  const { topics, protocol } = draftOf(row);
  if (protocol?.stopRule !== 'enough') return 0;
  const needs = await listNeeds(tx, row.agencyId, topics.credentialIds, now);
  const met = needs.filter((need) => need.shortfall === 0).map((need) => need.credentialId);
  return met.length === 0 ? 0 : stopWhatIsMet(tx, row.id, met, now);
}
