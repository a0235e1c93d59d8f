import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { retentionRules } from '../db/schema/records.ts';
import type { Deps } from '../deps.ts';
import type { RetentionClass } from './types.ts';

/** How long an agency keeps each class; null keeps it until there is a rule. What is unchanged is left alone. */
export async function setRetention(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; months: Record<RetentionClass, number | null> },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId } = input;
  await deps.db.transaction(async (tx) => {
    const before = await tx.select().from(retentionRules).where(eq(retentionRules.agencyId, agencyId));
    for (const [name, months] of Object.entries(input.months) as [RetentionClass, number | null][]) {
      const known = before.find((rule) => rule.class === name)?.months ?? null;
      if (known === months) continue;
      if (months === null) {
        await tx
          .delete(retentionRules)
          .where(and(eq(retentionRules.agencyId, agencyId), eq(retentionRules.class, name)));
      } else {
        const rule = { months, setBy: staffId, setAt: now };
        await tx
          .insert(retentionRules)
          .values({ agencyId, class: name, ...rule })
          .onConflictDoUpdate({ target: [retentionRules.agencyId, retentionRules.class], set: rule });
      }
      await recordAudit(tx, {
        at: now,
        agencyId,
        actorKind: 'staff',
        actorId: staffId,
        action: 'retention_rule.set',
        subjectType: 'retention_rule',
        subjectId: null,
        details: { class: name, from: known, to: months },
      });
    }
  });
}
