import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Deps } from '../deps.ts';
import { insertSeats, type SeatsInput, type StaffActor } from './create-committee.ts';
import { getCommittee, listSeats } from './queries.ts';

/** Adds seats of one role to a committee, numbered after those it has. */
export async function addSeats(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: StaffActor; committeeId: number; seats: SeatsInput },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await getCommittee(tx, input.staff.agencyId, input.committeeId);
    // Two people adding seats at once would take the same numbers.
    await tx.execute(sql`select 1 from committees where id = ${input.committeeId} for update`);
    const seats = await listSeats(tx, input.committeeId);
    await insertSeats(tx, input.committeeId, (seats.at(-1)?.number ?? 0) + 1, input.seats);
    await recordAudit(tx, {
      at: now,
      agencyId: input.staff.agencyId,
      actorKind: 'staff',
      actorId: input.staff.id,
      action: 'committee.seats_added',
      subjectType: 'committee',
      subjectId: input.committeeId,
      details: { role: input.seats.role, seats: input.seats.seats },
    });
  });
}
