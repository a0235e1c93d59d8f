import { asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { lists } from '../db/schema/approvals.ts';
import { employers } from '../db/schema/employers.ts';
import { policies, policyVersions } from '../db/schema/evidence.ts';
import { type Policy, policySchema } from './rules/policy.ts';

export type PublishedPolicy = {
  id: number;
  policyId: number;
  slug: string;
  name: string;
  version: number;
  sha256: string;
  body: Policy;
  createdAt: Date;
  usedAt: Date | null;
  /** The latest version of its policy. */
  isLatest: boolean;
  /** Lists of all agencies that count under this version. */
  lists: { slug: string; name: string; agencyId: number; isPublic: boolean }[];
  credentials: number;
};

/** Every version of every policy, by name, the newest first. */
export async function listPublishedPolicies(db: Db): Promise<PublishedPolicy[]> {
  const rows = await db
    .select({
      id: policyVersions.id,
      policyId: policyVersions.policyId,
      slug: policies.slug,
      name: policies.name,
      version: policyVersions.version,
      sha256: policyVersions.sha256,
      body: policyVersions.body,
      createdAt: policyVersions.createdAt,
      usedAt: policyVersions.usedAt,
      latest: sql<number>`max(${policyVersions.version}) over (partition by ${policyVersions.policyId})`,
      credentials: sql<number>`(select count(*)::int from tallies t where t.policy_version_id = ${policyVersions.id})`,
    })
    .from(policyVersions)
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .orderBy(asc(policies.name), asc(policies.id), desc(policyVersions.version));
  const users = await db
    .select({
      policyVersionId: lists.policyVersionId,
      slug: lists.slug,
      name: lists.name,
      agencyId: lists.agencyId,
      isPublic: lists.isPublic,
    })
    .from(lists)
    .orderBy(asc(lists.name));
  return rows.map(({ latest, body, ...row }) => ({
    ...row,
    body: policySchema.parse(body),
    isLatest: Number(latest) === row.version,
    lists: users
      .filter(({ policyVersionId }) => policyVersionId === row.id)
      .map(({ policyVersionId, ...list }) => list),
  }));
}

export async function listEmployerNames(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: employers.id, name: employers.legalName })
    .from(employers)
    .where(inArray(employers.id, [...ids]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The hash of a policy's latest version; null when there is no such policy. */
export async function findLatestPolicyHash(db: Db, slug: string): Promise<string | null> {
  const [row] = await db
    .select({ sha256: policyVersions.sha256 })
    .from(policyVersions)
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .where(eq(policies.slug, slug))
    .orderBy(desc(policyVersions.version))
    .limit(1);
  return row?.sha256 ?? null;
}
