import { and, eq, sql } from 'drizzle-orm';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { DomainError } from '../lib/errors.ts';
import { DEFAULT_BUDGET, tightenBudget } from '../outreach/planner/budget.ts';
import type { Staff } from './create-wave.ts';
import { protocolToJson } from './protocol.ts';
import { getWave, listCredentials, listOwnMeetingIds } from './queries.ts';
import { refuseUnless } from './refuse.ts';
import type { WaveAudience, WaveProtocol, WaveTopics } from './types.ts';

export type DraftChange =
  | { step: 'name'; name: string }
  | { step: 'audience'; audience: WaveAudience }
  | { step: 'topics'; topics: WaveTopics }
  | { step: 'protocol'; protocol: WaveProtocol };

/** What the form was filled in over: the row's updated_at in milliseconds; null takes whatever is there. */
export type DraftVersion = number | null;

/**
 * Saves one step of a draft. A form that was opened before somebody else saved is refused, unless it says what is
 * stored already (the same form sent twice).
 */
export async function saveDraftStep(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: Staff; waveId: number; version: DraftVersion; change: DraftChange },
): Promise<void> {
  const { staff, waveId, version, change } = input;
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const wave = await getWave(tx, staff.agencyId, waveId);
    refuseUnless('edit', wave, staff);
    if (change.step === 'topics') {
      const { credentialIds, meetingIds } = change.topics;
      const known = await listCredentials(tx, credentialIds);
      const own = await listOwnMeetingIds(tx, staff.agencyId, meetingIds);
      if (known.length !== credentialIds.length || own.length !== meetingIds.length) {
        throw new DomainError('not_found');
      }
    }
    const values = columnsOf(change);
    const saved = await tx
      .update(waves)
      .set({
        ...values,
        // Strictly later than before, so that the version tells any two saves apart.
        updatedAt: sql`greatest(${now.toISOString()}::timestamptz, ${waves.updatedAt} + interval '1 millisecond')`,
      })
      .where(
        and(
          eq(waves.id, waveId),
          eq(waves.state, 'draft'),
          version === null ? undefined : eq(waves.updatedAt, new Date(version)),
        ),
      )
      .returning({ id: waves.id });
    if (saved.length > 0) return;
    const current = await getWave(tx, staff.agencyId, waveId);
    refuseUnless('edit', current, staff);
    for (const [column, value] of Object.entries(values)) {
      if (canonicalJson(current[column as keyof typeof values]) !== canonicalJson(value)) {
        throw new DomainError('stale_form');
      }
    }
  });
}

function columnsOf(change: DraftChange) {
  switch (change.step) {
    case 'name':
      return { name: change.name };
    case 'audience':
      return { audience: change.audience };
    case 'topics':
      return { topics: change.topics };
    case 'protocol':
      // A wave's own limits can tighten what all agencies share, never loosen it.
      return {
        protocol: protocolToJson({
          ...change.protocol,
          budget: tightenBudget(DEFAULT_BUDGET, change.protocol.budget),
        }),
      };
  }
}
