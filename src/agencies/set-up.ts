import { sql } from 'drizzle-orm';
import { signInLinks } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import { hashToken, linkToken, randomToken } from '../lib/tokens.ts';
import { addStaff } from './add-staff.ts';
import { createAgency, type NewAgency } from './create-agency.ts';
import { agencyPaths } from './paths.ts';
import { countStaff } from './queries.ts';
import { signInLinkExpiresAt } from './rules.ts';

/** The address of the set-up page. It works while nobody has an account, and is told at the terminal only. */
export function setupLink(deps: Pick<Deps, 'config' | 'secrets'>): string {
  return deps.config.publicUrl + agencyPaths.setup(linkToken(deps.secrets.linkKey, 'setup', 0));
}

export type SetUpInput = {
  agencies: { agency: NewAgency; admin: { name: string; email: string } }[];
};

/** Any constant: only set-up takes this lock. */
const SET_UP_LOCK = 7_201_001;

/**
 * Makes the first agencies, each with its first administrator. Works once: a lock and a count refuse a second
 * person who opened the same page. Returns a one-time sign-in token for the first administrator.
 */
export async function setUp(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: SetUpInput,
): Promise<{ ok: true; signInToken: string } | { ok: false; reason: 'already_set_up' | 'address_in_use' }> {
  const now = deps.clock.now();
  class Refused extends Error {}
  try {
    return await deps.db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${SET_UP_LOCK})`);
      if ((await countStaff(tx)) > 0) return { ok: false as const, reason: 'already_set_up' as const };
      const token = randomToken();
      for (const [index, { agency, admin }] of input.agencies.entries()) {
        const { id: agencyId } = await createAgency(tx, agency, now);
        const added = await addStaff(
          { db: tx, clock: deps.clock },
          { agencyId, ...admin, role: 'admin', addedBy: null },
        );
        if (!added.ok) throw new Refused();
        if (index === 0) {
          await tx.insert(signInLinks).values({
            staffId: added.staff.id,
            tokenHash: hashToken(token),
            createdAt: now,
            expiresAt: signInLinkExpiresAt(now),
          });
        }
      }
      return { ok: true as const, signInToken: token };
    });
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: 'address_in_use' };
    throw error;
  }
}
