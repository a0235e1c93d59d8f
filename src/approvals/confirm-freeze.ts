import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isTransactionConflict, type Tx } from '../db/client.ts';
import { approvalRecords, freezeRequests } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { publishEvent } from '../events/publish-event.ts';
import { freezeEvidence } from '../evidence/freeze-evidence.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import type { PacketRefusal } from '../evidence/rules/packet.ts';
import { sealSnapshot } from '../evidence/seal-snapshot.ts';
import type { Requirement } from '../evidence/types.ts';
import { BODY_DEMAND_WORDS } from '../evidence/words.ts';
import { DomainError } from '../lib/errors.ts';
import { findApplication, findCurrentRecord, findOpenFreezeRequest, lockApplication } from './queries.ts';
import { isUndecided } from './rules.ts';

export type ConfirmedFreeze =
  | { ok: true; snapshotId: number; sha256: string; approvalRecordId: number }
  | { ok: false; reason: PacketRefusal };

type Input = { agencyId: number; staffId: number; applicationId: number; freezeRequestId: number };

const ATTEMPTS = 4;

/**
 * The second of two people confirms: the evidence of this moment becomes an immutable snapshot, and the application's
 * approval record names it. An earlier record is superseded and stays, as does its snapshot.
 */
export async function confirmFreeze(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'log'>,
  input: Input,
): Promise<ConfirmedFreeze> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // One moment of the database for every query that makes up the packet.
      const confirmed = await deps.db.transaction((tx) => confirm(tx, deps.clock.now(), input), {
        isolationLevel: 'repeatable read',
      });
      if (confirmed.ok) await sealNow(deps, confirmed.snapshotId);
      return confirmed;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isTransactionConflict(error)) throw error;
    }
  }
}

/** What is committed is frozen, whatever happens to its seal: where that fails now, the schedule makes it. */
async function sealNow(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'log'>,
  snapshotId: number,
): Promise<void> {
  try {
    await sealSnapshot(deps, snapshotId);
  } catch (error) {
    deps.log.error({ err: error, snapshotId }, 'frozen evidence waits for its seal');
  }
}

async function confirm(tx: Tx, now: Date, input: Input): Promise<ConfirmedFreeze> {
  if (!(await lockApplication(tx, input.agencyId, input.applicationId))) throw new DomainError('not_found');
  const application = await findApplication(tx, input.agencyId, input.applicationId);
  const request = await findOpenFreezeRequest(tx, input.applicationId);
  if (!application) throw new DomainError('not_found');
  if (!request || request.id !== input.freezeRequestId) throw new DomainError('already_done');
  if (!isUndecided(application)) throw new DomainError('already_done');
  if (request.requestedBy === input.staffId) throw new DomainError('needs_second_person');

  const current = await findCurrentRecord(tx, application.id);
  const frozen = await freezeEvidence(tx, {
    applicationId: application.id,
    agencyId: application.agencyId,
    credentialId: application.credentialId,
    policyVersionId: application.policyVersionId,
    list: {
      id: application.listId,
      slug: application.listSlug,
      name: application.listName,
      kind: application.listKind,
      agency: { id: application.agencyId, name: application.agencyName },
      cycle: {
        id: application.cycleId,
        name: application.cycleName,
        startsOn: application.cycleStartsOn,
        endsOn: application.cycleEndsOn,
      },
    },
    supersedesId: current?.snapshot.id ?? null,
    requestedBy: request.requestedBy,
    confirmedBy: input.staffId,
    now,
  });
  if (!frozen.ok) return frozen;

  const { result, sha256 } = frozen.packet;
  const policy = await getPolicyVersion(tx, application.policyVersionId);
  if (current) {
    await tx
      .update(approvalRecords)
      .set({ supersededAt: now })
      .where(eq(approvalRecords.id, current.record.id));
  }
  const [record] = await tx
    .insert(approvalRecords)
    .values({
      applicationId: application.id,
      agencyId: application.agencyId,
      credentialId: application.credentialId,
      listId: application.listId,
      snapshotId: frozen.snapshotId,
      requirement: `${policy.name}: ${requirementInWords(result)}`,
      requirementStatus: result.status,
      createdAt: now,
    })
    .returning({ id: approvalRecords.id });
  await tx
    .update(freezeRequests)
    .set({ state: 'frozen', confirmedBy: input.staffId, endedAt: now, snapshotId: frozen.snapshotId })
    .where(and(eq(freezeRequests.id, request.id), eq(freezeRequests.state, 'requested')));
  await recordAudit(tx, {
    at: now,
    agencyId: application.agencyId,
    actorKind: 'staff',
    actorId: input.staffId,
    action: 'evidence.frozen',
    subjectType: 'evidence_snapshot',
    subjectId: frozen.snapshotId,
    details: {
      applicationId: application.id,
      approvalRecordId: record!.id,
      sha256,
      status: result.status,
      bothYes: result.figures.bothYes,
      supersedes: current?.snapshot.id ?? null,
    },
  });
  await publishEvent(tx, {
    agencyId: application.agencyId,
    type: 'snapshot.frozen',
    at: now,
    data: {
      snapshotId: frozen.snapshotId,
      sha256,
      requirementStatus: result.status,
      approvalRecordId: record!.id,
      applicationId: application.id,
      credential: application.credentialSlug,
      list: application.listSlug,
    },
  });
  return { ok: true, snapshotId: frozen.snapshotId, sha256, approvalRecordId: record!.id };
}

/** Both what employers say and what bodies say, as far as the policy asks for either. */
function requirementInWords(result: Requirement): string {
  if (result.status === 'unsupported') return 'needs facts that are not recorded, so nothing is counted';
  return [
    ...(result.required > 0 ? [`${result.figures.bothYes} of ${result.required} employers`] : []),
    ...(result.bodies ?? []).map(
      ({ kind, isMet }) => `${BODY_DEMAND_WORDS[kind].toLowerCase()} ${isMet ? 'met' : 'not met'}`,
    ),
  ].join(', ');
}
