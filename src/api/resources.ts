import type { z } from 'zod';
import { thingPaths } from '../events/links.ts';
import type { PolicyVersion } from '../evidence/queries.ts';
import { describePolicy } from '../evidence/rules/policy.ts';
import type { Requirement, RequirementStatus } from '../evidence/types.ts';
import { apiPaths } from './paths.ts';
import type { ApplicationRow, CredentialRow, ReadableList, RecordRow } from './queries.ts';
import { writeCursor } from './rules.ts';
import type {
  applicationSchema,
  approvalRecordSchema,
  credentialSchema,
  listSchema,
  validationSchema,
  validationsSchema,
} from './schemas.ts';

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
    requirement: requirementResource(requirement),
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
      self: thingPaths.validation(credential.slug, list.slug),
      credential: apiPaths.credential(credential.slug),
    },
  };
}

function requirementResource(requirement: Requirement): z.output<typeof validationSchema>['requirement'] {
  const { status, required, shortfall, figures, expiring, reasons } = requirement;
  return {
    status,
    required,
    shortfall,
    figures,
    expiring: expiring && { on: expiring.on.toISOString(), fallsTo: expiring.fallsTo },
    reasons: [...reasons],
  };
}

export function validationsResource(facts: {
  list: { slug: string; name: string };
  policy: PolicyVersion;
  asOf: Date;
  counted: readonly { credential: CredentialRow; requirement: Requirement }[];
  unknown: readonly string[];
}): z.output<typeof validationsSchema> {
  const { list, policy } = facts;
  return {
    status: 'provisional',
    asOf: facts.asOf.toISOString(),
    list: { slug: list.slug, name: list.name },
    policy: { name: policy.name, version: policy.version, sha256: policy.sha256 },
    items: facts.counted.map(({ credential, requirement }) => ({
      credential: pick(credential),
      requirement: requirementResource(requirement),
      links: { validation: thingPaths.validation(credential.slug, list.slug) },
    })),
    unknown: [...facts.unknown],
  };
}

export function listResource(
  row: ReadableList,
  cycles: readonly { listId: number; name: string; startsOn: string; endsOn: string }[],
  agencyId: number,
): z.output<typeof listSchema> {
  return {
    slug: row.slug,
    name: row.name,
    kind: row.kind,
    reviewCycle: row.reviewCycle,
    agency: { name: row.agencyName, isYours: row.agencyId === agencyId },
    policy: { name: row.policyName, version: row.policyVersion, sha256: row.policySha256 },
    cycles: cycles
      .filter(({ listId }) => listId === row.id)
      .map(({ name, startsOn, endsOn }) => ({ name, startsOn, endsOn })),
  };
}

export function applicationResource(row: ApplicationRow): z.output<typeof applicationSchema> {
  return {
    id: row.id,
    state: row.state,
    credential: { id: row.credentialId, slug: row.credentialSlug, name: row.credentialName },
    list: { slug: row.listSlug, name: row.listName },
    cycle: { name: row.cycleName, startsOn: row.cycleStartsOn, endsOn: row.cycleEndsOn },
    submittedAt: row.submittedAt.toISOString(),
    decision: row.decision && {
      decision: row.decision,
      reason: row.decisionReason ?? '',
      decidedAt: row.decidedAt?.toISOString() ?? null,
    },
    proposal:
      row.proposalId !== null && row.proposedOutcome && row.proposedAt
        ? { id: row.proposalId, outcome: row.proposedOutcome, proposedAt: row.proposedAt.toISOString() }
        : null,
    links: {
      self: apiPaths.application(row.id),
      credential: apiPaths.credential(row.credentialSlug),
      validation: thingPaths.validation(row.credentialSlug, row.listSlug),
    },
  };
}

/** A page of the feed, as text, from one event more than it holds. */
export function changesText(
  rows: readonly { sequence: number; json: string }[],
  { after, limit }: { after: number; limit: number },
): string {
  const shown = rows.slice(0, limit);
  const items = shown.map(({ json }) => json).join(',');
  const nextCursor = writeCursor(shown.at(-1)?.sequence ?? after, 'e');
  return `{"items":[${items}],"nextCursor":"${nextCursor}","hasMore":${rows.length > limit}}`;
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
