import { desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { policies, policyVersions } from '../db/schema/evidence.ts';
import { hashOf } from './rules/packet.ts';
import { type Policy, policySchema } from './rules/policy.ts';

/** Stores a policy as the next version of its name, or finds the latest version when it already says the same. */
export async function publishPolicy(
  tx: Db,
  input: { slug: string; name: string; body: Policy; now: Date },
): Promise<{ policyVersionId: number }> {
  const body = policySchema.parse(input.body);
  const sha256 = hashOf(body);
  const [policy] = await tx
    .insert(policies)
    .values({ slug: input.slug, name: input.name, createdAt: input.now })
    .onConflictDoUpdate({ target: policies.slug, set: { name: sql`${policies.name}` } })
    .returning({ id: policies.id });
  const policyId = policy!.id;
  const [latest] = await tx
    .select({ id: policyVersions.id, version: policyVersions.version, sha256: policyVersions.sha256 })
    .from(policyVersions)
    .where(eq(policyVersions.policyId, policyId))
    .orderBy(desc(policyVersions.version))
    .limit(1);
  if (latest?.sha256 === sha256) return { policyVersionId: latest.id };
  const [inserted] = await tx
    .insert(policyVersions)
    .values({ policyId, version: (latest?.version ?? 0) + 1, body, sha256, createdAt: input.now })
    .returning({ id: policyVersions.id });
  return { policyVersionId: inserted!.id };
}
