import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { employerDomains, employers } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { lockEmployerRegister } from './import-queries.ts';
import { proposeDuplicates } from './propose-duplicates.ts';
import { refreshCountingUnits } from './refresh-counting-units.ts';
import { employerNameKey } from './rules/employer-name.ts';

/**
 * Staff add one employer by hand. Records that look alike are proposed as after an import, and count as one until a
 * person has settled it. The caller refreshes nothing: a new record has said nothing yet.
 */
export async function addEmployer(
  tx: Tx,
  deps: Pick<Deps, 'employerObservers'>,
  input: {
    agencyId: number;
    staffId: number;
    legalName: string;
    city: string;
    state: string;
    domain: string | null;
    now: Date;
  },
): Promise<number> {
  const { legalName, city, state, domain, now } = input;
  await lockEmployerRegister(tx);
  const [row] = await tx
    .insert(employers)
    .values({ legalName, nameKey: employerNameKey(legalName), city, state, createdAt: now, updatedAt: now })
    .returning({ id: employers.id });
  const employerId = row!.id;
  if (domain) await tx.insert(employerDomains).values({ employerId, domain });
  await recordAudit(tx, {
    at: now,
    agencyId: input.agencyId,
    actorKind: 'staff',
    actorId: input.staffId,
    action: 'employer.added',
    subjectType: 'employer',
    subjectId: employerId,
  });
  const { proposals } = await proposeDuplicates(tx, [employerId], now);
  const ids = [employerId, ...proposals.flatMap(({ a, b }) => [a, b])];
  await refreshCountingUnits(tx, deps, ids, now);
  return employerId;
}
