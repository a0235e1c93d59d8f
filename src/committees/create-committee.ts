import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { committeeSeats, committees } from '../db/schema/committees.ts';
import type { Deps } from '../deps.ts';
import { slugify } from '../lib/slugify.ts';
import { type Day, INDUSTRY_SEAT_ROLES, type SeatRole } from './types.ts';

export type StaffActor = { id: number; agencyId: number };

export type SeatsInput = {
  role: SeatRole;
  /** NAICS sector that the seats are kept for, or null. */
  naicsPrefix: string | null;
  seats: number;
  termFrom: Day | null;
  termUntil: Day | null;
};

/** Creates a committee of the staff member's agency, with its first seats. */
export async function createCommittee(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    staff: StaffActor;
    name: string;
    purpose: string;
    isPublic: boolean;
    seats: readonly SeatsInput[];
  },
): Promise<{ id: number; slug: string }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const committee = await insertCommittee(tx, {
      agencyId: input.staff.agencyId,
      name: input.name,
      purpose: input.purpose,
      isPublic: input.isPublic,
      createdAt: now,
    });
    let number = 1;
    for (const group of input.seats) {
      await insertSeats(tx, committee.id, number, group);
      number += group.seats;
    }
    await recordAudit(tx, {
      at: now,
      agencyId: input.staff.agencyId,
      actorKind: 'staff',
      actorId: input.staff.id,
      action: 'committee.created',
      subjectType: 'committee',
      subjectId: committee.id,
      details: { seats: number - 1 },
    });
    return committee;
  });
}

/** Committees of one name, whichever agency's, differ by a number at the end of their public name. */
async function insertCommittee(
  tx: Tx,
  values: Omit<typeof committees.$inferInsert, 'slug'>,
): Promise<{ id: number; slug: string }> {
  const base = slugify(values.name) || 'committee';
  for (let attempt = 1; ; attempt += 1) {
    const [committee] = await tx
      .insert(committees)
      .values({ ...values, slug: attempt === 1 ? base : `${base}-${attempt}` })
      .onConflictDoNothing({ target: committees.slug })
      .returning({ id: committees.id, slug: committees.slug });
    if (committee) return committee;
  }
}

/** Numbers go on from `firstNumber`. */
export async function insertSeats(
  tx: Tx,
  committeeId: number,
  firstNumber: number,
  group: SeatsInput,
): Promise<void> {
  if (group.seats === 0) return;
  await tx.insert(committeeSeats).values(
    Array.from({ length: group.seats }, (_, index) => ({
      committeeId,
      number: firstNumber + index,
      role: group.role,
      naicsPrefix: group.naicsPrefix,
      isIndustry: (INDUSTRY_SEAT_ROLES as readonly SeatRole[]).includes(group.role),
      termFrom: group.termFrom,
      termUntil: group.termUntil,
    })),
  );
}
