import type { z } from 'zod';
import type { PolicyVersion } from '../evidence/queries.ts';
import { describePolicy } from '../evidence/rules/policy.ts';
import type { Requirement, RequirementStatus } from '../evidence/types.ts';
import { apiPaths } from './paths.ts';
import type { CredentialRow, RecordRow } from './queries.ts';
import { writeCursor } from './rules.ts';
import type { approvalRecordSchema, credentialSchema, validationSchema } from './schemas.ts';

/** Rows as the API tells them. Pure; every key is set. */

export function credentialResource(row: CredentialRow): z.output<typeof credentialSchema> {
  const { issuerName, issuerWebsite, updatedAt, ...rest } = row;
  return {
    ...rest,
    issuer: { name: issuerName, website: issuerWebsite },
    updatedAt: updatedAt.toISOString(),
    links: { self: apiPaths.credential(row.slug), validation: apiPaths.validation(row.slug) },
  };
}

export function validationResource(facts: {
  credential: CredentialRow;
  list: { slug: string; name: string };
  policy: PolicyVersion;
  requirement: Requirement;
  record: RecordRow | null;
  asOf: Date;
}): z.output<typeof validationSchema> {
  const { credential, list, policy, requirement, record } = facts;
  const { status, required, shortfall, figures, expiring, reasons } = requirement;
  return {
    status: 'provisional',
    asOf: facts.asOf.toISOString(),
    credential: pick(credential),
    list: { slug: list.slug, name: list.name },
    policy: {
      name: policy.name,
      version: policy.version,
      sha256: policy.sha256,
      inWords: describePolicy(policy.body),
    },
    requirement: {
      status,
      required,
      shortfall,
      figures,
      expiring: expiring && { on: expiring.on.toISOString(), fallsTo: expiring.fallsTo },
      reasons: [...reasons],
    },
    frozen: record && {
      approvalRecordId: record.id,
      snapshotId: record.snapshotId,
      sha256: record.sha256,
      requirementStatus: record.requirementStatus as RequirementStatus,
      validUntil: record.validUntil?.toISOString() ?? null,
      links: {
        approvalRecord: apiPaths.approvalRecord(record.id),
        evidence: apiPaths.evidence(record.snapshotId),
      },
    },
    links: {
      self: `${apiPaths.validation(credential.slug)}?list=${encodeURIComponent(list.slug)}`,
      credential: apiPaths.credential(credential.slug),
    },
  };
}

export function approvalRecordResource(row: RecordRow): z.output<typeof approvalRecordSchema> {
  return {
    id: row.id,
    credential: {
      id: row.credentialId,
      slug: row.credentialSlug,
      name: row.credentialName,
      ctid: row.ctid,
    },
    list: { slug: row.listSlug, name: row.listName },
    cycle: { name: row.cycleName, startsOn: row.cycleStartsOn, endsOn: row.cycleEndsOn },
    application: { id: row.applicationId, state: row.applicationState },
    requirement: row.requirement,
    requirementStatus: row.requirementStatus as RequirementStatus,
    evidence: {
      snapshotId: row.snapshotId,
      sha256: row.sha256,
      asOf: row.asOf.toISOString(),
      validUntil: row.validUntil?.toISOString() ?? null,
      supersedesSnapshotId: row.supersedesSnapshotId,
    },
    decision:
      row.supersededAt === null && row.decision && row.decidedAt
        ? {
            decision: row.decision,
            reason: row.decisionReason ?? '',
            decidedAt: row.decidedAt.toISOString(),
          }
        : null,
    createdAt: row.createdAt.toISOString(),
    supersededAt: row.supersededAt?.toISOString() ?? null,
    links: {
      self: apiPaths.approvalRecord(row.id),
      evidence: apiPaths.evidence(row.snapshotId),
      credential: apiPaths.credential(row.credentialSlug),
    },
  };
}

/** A page from one row more than it holds: the surplus row tells that there is a next page. */
export function pageResource<Row extends { id: number }, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit ? writeCursor(shown.at(-1)!.id) : null,
  };
}

function pick({ id, slug, name, ctid }: CredentialRow) {
  return { id, slug, name, ctid };
}
