import { and, asc, eq, gte, isNull, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencyBlackouts, budgetRules, sendingDomains } from '../db/schema/cadence.ts';
import { committees } from '../db/schema/committees.ts';
import { credentials } from '../db/schema/credentials.ts';

export function listBudgetRules(db: Db, agencyId: number) {
  return db
    .select({
      id: budgetRules.id,
      credentialId: budgetRules.credentialId,
      committeeId: budgetRules.committeeId,
      credential: credentials.name,
      committee: committees.name,
      limits: budgetRules.limits,
    })
    .from(budgetRules)
    .leftJoin(credentials, eq(credentials.id, budgetRules.credentialId))
    .leftJoin(committees, eq(committees.id, budgetRules.committeeId))
    .where(eq(budgetRules.agencyId, agencyId))
    .orderBy(
      sql`${budgetRules.credentialId} is not null or ${budgetRules.committeeId} is not null`,
      asc(credentials.name),
      asc(committees.name),
      asc(budgetRules.id),
    );
}

export type BudgetRuleRow = Awaited<ReturnType<typeof listBudgetRules>>[number];

/** Days without sending that are not over. */
export function listDaysWithoutSending(db: Db, agencyId: number, from: string) {
  return db
    .select()
    .from(agencyBlackouts)
    .where(
      and(
        eq(agencyBlackouts.agencyId, agencyId),
        isNull(agencyBlackouts.removedAt),
        gte(agencyBlackouts.lastDay, from),
      ),
    )
    .orderBy(asc(agencyBlackouts.firstDay), asc(agencyBlackouts.id));
}

/** What a rule may be about: credentials in use and the agency's own committees. */
export async function listRuleTopics(db: Db, agencyId: number) {
  return {
    credentials: await db
      .select({ id: credentials.id, name: credentials.name })
      .from(credentials)
      .where(eq(credentials.state, 'active'))
      .orderBy(asc(credentials.name), asc(credentials.id)),
    committees: await db
      .select({ id: committees.id, name: committees.name })
      .from(committees)
      .where(eq(committees.agencyId, agencyId))
      .orderBy(asc(committees.name), asc(committees.id)),
  };
}

export async function findSendingDomain(db: Db, domain: string) {
  const [row] = await db.select().from(sendingDomains).where(eq(sendingDomains.domain, domain));
  return row ?? null;
}
