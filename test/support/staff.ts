import { addStaff } from '../../src/agencies/add-staff.ts';
import { createAgency } from '../../src/agencies/create-agency.ts';
import type { Agency, StaffMember } from '../../src/agencies/queries.ts';
import type { StaffRole } from '../../src/agencies/types.ts';
import type { TestApp } from './app.ts';

let made = 0;

/** An agency that mails could come from. */
export function makeAgency(test: Pick<TestApp, 'deps'>, name = `Agency ${++made}`): Promise<Agency> {
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return createAgency(
    test.deps.db,
    {
      slug,
      name,
      shortName: name,
      mailFromName: name,
      mailFromAddress: `ask@${slug}.example`,
      replyTo: `help@${slug}.example`,
      postalAddress: '1 Capitol Square, Helena, MT 59601',
      phone: '406-555-0100',
      timeZone: 'America/Denver',
      stateCode: 'MT',
    },
    test.deps.clock.now(),
  );
}

export async function makeStaff(
  test: Pick<TestApp, 'deps'>,
  agencyId: number,
  role: StaffRole = 'admin',
): Promise<StaffMember> {
  const n = ++made;
  const added = await addStaff(test.deps, {
    agencyId,
    role,
    name: `Staff ${n}`,
    email: `staff${n}@staff.example`,
    addedBy: null,
  });
  if (!added.ok) throw new Error(added.reason);
  return added.staff;
}
