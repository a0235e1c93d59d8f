import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { retentionRules, retentionRuns } from '../db/schema/records.ts';
import type { Deps } from '../deps.ts';
import { sequenceLog } from '../ledger/sequence-log.ts';
import { retentionCutoff } from './rules.ts';
import { type Due, sweepsOf } from './sweeps.ts';

const BATCH = 2_000;

/**
 * Removes personal data that are past an agency's retention and under no legal hold, by rules that two people set. Only
 * who a person was and what somebody wrote goes, with what opens the log's entries about it: what was answered stays, and
 * so do frozen packets and the log, which name nobody, so that every count and proof holds afterwards as before. Each
 * batch is whole or not done, so it may be repeated, and broken off anywhere. A hold that is placed meanwhile waits for
 * the batch that runs.
 */
export async function applyRetention(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  options: { signal?: AbortSignal; batch?: number } = {},
): Promise<{ removed: number }> {
  const now = deps.clock.now();
  const { signal, batch = BATCH } = options;
  const inForce = await deps.db.select().from(retentionRules).where(isNotNull(retentionRules.confirmedBy));
  // What is not in the log yet could not be forgotten by it.
  if (inForce.length > 0) await sequenceLog(deps, options);
  let removed = 0;
  for (const { agencyId, class: name, months } of inForce) {
    for (const sweep of sweepsOf(name)) {
      const due: Due = { agencyId, cutoff: retentionCutoff(now, months), now, batch, after: 0 };
      let refused = 0;
      for (let isMore = true; isMore && !signal?.aborted; ) {
        const gone = await deps.db.transaction(async (tx) => {
          // One at a time, so that what is counted as removed was there; and each batch looks anew.
          await tx.execute(sql`select pg_advisory_xact_lock(hashtext('countersign.retention'))`);
          // Whoever places or lifts a hold, or changes the rule, waits for this batch, and this batch for them.
          await tx.execute(sql`lock table legal_holds in share mode`);
          if (!(await isStillSo(tx, { agencyId, class: name, months })))
            return { removed: 0, refused: 0, last: null };
          const swept = await sweep(tx, due);
          if (swept.removed > 0) await noteRun(tx, { ...due, class: name }, swept.removed);
          return swept;
        });
        removed += gone.removed;
        refused += gone.refused;
        due.after = gone.last ?? due.after;
        isMore = gone.removed + gone.refused >= batch;
      }
      if (refused > 0) {
        // Whatever was altered is evidence; it stays until a person has looked.
        deps.log.error(
          { agencyId, rows: refused },
          'answers are not what was logged of them and were not forgotten: run `countersign verify-log`',
        );
      }
    }
  }
  return { removed };
}

type Rule = Pick<typeof retentionRules.$inferSelect, 'agencyId' | 'class' | 'months'>;

async function isStillSo(tx: Tx, rule: Rule): Promise<boolean> {
  const [found] = await tx
    .select({ months: retentionRules.months })
    .from(retentionRules)
    .where(
      and(
        eq(retentionRules.agencyId, rule.agencyId),
        eq(retentionRules.class, rule.class),
        eq(retentionRules.months, rule.months),
        isNotNull(retentionRules.confirmedBy),
      ),
    )
    .for('share');
  return found !== undefined;
}

async function noteRun(tx: Tx, due: Due & Pick<Rule, 'class'>, removed: number): Promise<void> {
  await tx.insert(retentionRuns).values({ agencyId: due.agencyId, class: due.class, at: due.now, removed });
  await recordAudit(tx, {
    at: due.now,
    agencyId: due.agencyId,
    actorKind: 'system',
    actorId: null,
    action: 'retention.applied',
    subjectType: 'retention_rule',
    subjectId: null,
    details: { class: due.class, before: due.cutoff.toISOString(), removed },
  });
}
