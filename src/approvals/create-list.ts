import { recordAudit } from '../agencies/record-audit.ts';
import { isUniqueViolation } from '../db/client.ts';
import { listCycles, lists } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import type { PolicyPreset } from '../evidence/presets.ts';
import { publishPolicy } from '../evidence/publish-policy.ts';
import { slugify } from '../lib/slugify.ts';
import type { ListKind, ReviewCycle } from './types.ts';

export type NewCycle = { name: string; startsOn: string; endsOn: string };

/** An agency's list with the policy that its evidence is counted under, and its first cycle. */
export async function createList(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    agencyId: number;
    staffId: number;
    name: string;
    kind: ListKind;
    reviewCycle: ReviewCycle;
    policy: PolicyPreset;
    cycle: NewCycle;
    isPublic?: boolean;
    lapseAfterDays?: number | undefined;
  },
): Promise<
  { ok: true; listId: number; slug: string; cycleId: number } | { ok: false; reason: 'name_taken' }
> {
  const now = deps.clock.now();
  const slug = slugify(input.name);
  try {
    return await deps.db.transaction(async (tx) => {
      const { policyVersionId } = await publishPolicy(tx, { ...input.policy, now });
      const [list] = await tx
        .insert(lists)
        .values({
          agencyId: input.agencyId,
          slug,
          name: input.name,
          kind: input.kind,
          reviewCycle: input.reviewCycle,
          policyVersionId,
          isPublic: input.isPublic ?? false,
          ...(input.lapseAfterDays === undefined ? {} : { lapseAfterDays: input.lapseAfterDays }),
          createdAt: now,
        })
        .returning({ id: lists.id });
      const [cycle] = await tx
        .insert(listCycles)
        .values({ listId: list!.id, ...input.cycle })
        .returning({ id: listCycles.id });
      await recordAudit(tx, {
        at: now,
        agencyId: input.agencyId,
        actorKind: 'staff',
        actorId: input.staffId,
        action: 'list.created',
        subjectType: 'list',
        subjectId: list!.id,
        details: { policyVersionId, kind: input.kind },
      });
      return { ok: true, listId: list!.id, slug, cycleId: cycle!.id };
    });
  } catch (error) {
    if (isUniqueViolation(error, 'lists_slug_unique')) return { ok: false, reason: 'name_taken' };
    throw error;
  }
}

/** A further review cycle of a list. */
export async function addCycle(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; listId: number; cycle: NewCycle },
): Promise<{ ok: true; cycleId: number } | { ok: false; reason: 'name_taken' }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const [cycle] = await tx
      .insert(listCycles)
      .values({ listId: input.listId, ...input.cycle })
      .onConflictDoNothing()
      .returning({ id: listCycles.id });
    if (!cycle) return { ok: false, reason: 'name_taken' };
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'list.cycle_added',
      subjectType: 'list',
      subjectId: input.listId,
      details: { cycleId: cycle.id },
    });
    return { ok: true, cycleId: cycle.id };
  });
}
