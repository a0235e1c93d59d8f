import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { planTouches } from '../outreach/planner/plan-touches.ts';
import { type PlanSummary, summarisePlan } from '../outreach/planner/summarise-plan.ts';
import type { Plan } from '../outreach/planner/types.ts';
import { type Gathered, gatherPlanInput, type ReadyWave } from './gather-plan-input.ts';

export type Preview = Gathered & { plan: Plan; summary: PlanSummary };

/** The plan as it would be launched now. Reads only; the same plan for the same facts. */
export async function previewWave(
  db: Db,
  deps: Pick<Deps, 'secrets' | 'config'>,
  wave: ReadyWave,
  facts: { now: Date; agencyZone: string; lock?: boolean },
): Promise<Preview> {
  const gathered = await gatherPlanInput(db, deps, wave, facts);
  const plan = planTouches(gathered.input);
  return { ...gathered, plan, summary: summarisePlan(plan) };
}
