import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { issuers } from '../db/schema/credentials.ts';
import { conflictMarks } from '../db/schema/evidence.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { Relation } from '../surveys/types.ts';
import { listUnitsTouching, lockUnitsOf } from './queries.ts';
import { refreshPositions } from './refresh-positions.ts';

/** Records that an employer is connected to an issuer. Its answers stay visible; policies say whether they count. */
export async function markConflict(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    agencyId: number;
    staffId: number;
    employerId: number;
    issuerId: number;
    relation: Exclude<Relation, 'none'>;
    note: string;
  },
): Promise<{ ok: true; markId: number } | { ok: false; reason: 'already_marked' }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const units = await lockUnitsOf(tx, [input.employerId]);
    const [issuer] = await tx.select({ id: issuers.id }).from(issuers).where(eq(issuers.id, input.issuerId));
    if (!units.has(input.employerId) || !issuer) throw new DomainError('not_found');
    const [mark] = await tx
      .insert(conflictMarks)
      .values({
        employerId: input.employerId,
        issuerId: input.issuerId,
        relation: input.relation,
        note: input.note,
        setAt: now,
        setBy: input.staffId,
      })
      .onConflictDoNothing()
      .returning({ id: conflictMarks.id });
    if (!mark) return { ok: false, reason: 'already_marked' };
    await finish(tx, { ...input, action: 'conflict.marked', markId: mark.id, units, now });
    return { ok: true, markId: mark.id };
  });
}

/** Asks to take a mark back, one that staff set or one that was found. It holds until another person confirms. */
export async function requestClear(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; markId: number; reason: string },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const mark = await getMark(tx, input.markId);
    const asked = await tx
      .update(conflictMarks)
      .set({ clearRequestedAt: now, clearRequestedBy: input.staffId, clearReason: input.reason })
      .where(
        and(
          eq(conflictMarks.id, mark.id),
          isNull(conflictMarks.clearedAt),
          isNull(conflictMarks.clearRequestedBy),
        ),
      )
      .returning({ id: conflictMarks.id });
    if (asked.length === 0) throw new DomainError('already_done');
    await audit(tx, { ...input, ...mark, action: 'conflict.clear_requested', markId: mark.id, now });
  });
}

/** Lets a mark hold that somebody asked to take back. */
export async function keepConflict(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; markId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const mark = await getMark(tx, input.markId);
    const kept = await tx
      .update(conflictMarks)
      .set({ clearRequestedAt: null, clearRequestedBy: null, clearReason: null })
      .where(
        and(
          eq(conflictMarks.id, mark.id),
          isNull(conflictMarks.clearedAt),
          isNotNull(conflictMarks.clearRequestedBy),
        ),
      )
      .returning({ id: conflictMarks.id });
    if (kept.length === 0) throw new DomainError('already_done');
    await audit(tx, { ...input, ...mark, action: 'conflict.kept', markId: mark.id, now });
  });
}

/** Takes a mark back that another person asked to take back; answers may count again. */
export async function clearConflict(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; markId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const mark = await getMark(tx, input.markId);
    if (mark.clearRequestedBy === null) throw new DomainError('already_done');
    if (mark.clearRequestedBy === input.staffId) throw new DomainError('needs_second_person');
    const units = await lockUnitsOf(tx, [mark.employerId]);
    const cleared = await tx
      .update(conflictMarks)
      .set({ clearedAt: now, clearedBy: input.staffId })
      .where(
        and(
          eq(conflictMarks.id, mark.id),
          isNull(conflictMarks.clearedAt),
          eq(conflictMarks.clearRequestedBy, mark.clearRequestedBy),
        ),
      )
      .returning({ id: conflictMarks.id });
    if (cleared.length === 0) throw new DomainError('already_done');
    await finish(tx, { ...input, ...mark, action: 'conflict.cleared', markId: mark.id, units, now });
  });
}

async function getMark(tx: Tx, markId: number) {
  const [mark] = await tx.select().from(conflictMarks).where(eq(conflictMarks.id, markId));
  if (!mark) throw new DomainError('not_found');
  return mark;
}

type Entry = {
  agencyId: number;
  staffId: number;
  employerId: number;
  issuerId: number;
  relation: Relation;
  action: string;
  markId: number;
  now: Date;
};

async function finish(tx: Tx, entry: Entry & { units: ReadonlyMap<number, number> }): Promise<void> {
  await audit(tx, entry);
  const unitId = entry.units.get(entry.employerId)!;
  await refreshPositions(tx, await listUnitsTouching(tx, [unitId], []), entry.now);
}

async function audit(tx: Tx, entry: Entry): Promise<void> {
  const { agencyId, staffId, employerId, issuerId, relation, now } = entry;
  await recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: entry.action,
    subjectType: 'conflict_mark',
    subjectId: entry.markId,
    details: { employerId, issuerId, relation },
  });
}
