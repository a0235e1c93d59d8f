import type { Db } from '../db/client.ts';
import { auditEvents } from '../db/schema/agencies.ts';
import type { ActorKind } from './types.ts';

export type AuditEntry = {
  at: Date;
  agencyId: number | null;
  actorKind: ActorKind;
  actorId: number | null;
  /** `<subject>.<past-tense verb>`, such as `wave.launched`. */
  action: string;
  subjectType: string;
  subjectId: number | null;
  /** Ids, counts and states only. */
  details?: Record<string, unknown>;
};

/** Writes who did what, in the transaction that does it. */
export async function recordAudit(tx: Db, entry: AuditEntry): Promise<void> {
  await tx.insert(auditEvents).values({ ...entry, details: entry.details ?? {} });
}
