import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { policyVersions, tallies } from '../db/schema/evidence.ts';
import type { Deps } from '../deps.ts';
import { listUnitsOfCredential, lockTracking } from './queries.ts';
import { refreshPositions } from './refresh-positions.ts';

/**
 * Starts to keep a credential's count under a policy version, from all answers that there are; does nothing when it is
 * kept already. The policy version counts as used from now on and can no longer change. Answers to anything wait while
 * it counts.
 */
export function trackTally(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { credentialId: number; policyVersionId: number },
): Promise<void> {
  return deps.db.transaction((tx) => trackTallyIn(tx, input, deps.clock.now()));
}

export async function trackTallyIn(
  tx: Tx,
  input: { credentialId: number; policyVersionId: number },
  now: Date,
): Promise<void> {
  const [known] = await tx
    .select({ id: tallies.id })
    .from(tallies)
    .where(
      and(eq(tallies.credentialId, input.credentialId), eq(tallies.policyVersionId, input.policyVersionId)),
    );
  if (known) return;
  await lockTracking(tx);
  await tx
    .update(policyVersions)
    .set({ usedAt: now })
    .where(and(eq(policyVersions.id, input.policyVersionId), sql`${policyVersions.usedAt} is null`));
  const [tally] = await tx
    .insert(tallies)
    .values({ ...input, createdAt: now })
    .onConflictDoNothing()
    .returning({ id: tallies.id });
  if (!tally) return;
  await refreshPositions(tx, await listUnitsOfCredential(tx, input.credentialId), now, {
    onlyTallyId: tally.id,
  });
}
