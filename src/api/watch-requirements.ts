import { and, asc, eq, gt, inArray, or, sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { applications, lists } from '../db/schema/approvals.ts';
import { credentials } from '../db/schema/credentials.ts';
import { requirementStates } from '../db/schema/events.ts';
import type { Deps } from '../deps.ts';
import { type NewEvent, publishEvents } from '../events/publish-event.ts';
import { readTallies } from '../evidence/read-tally.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { requirementEvents } from './requirement-events.ts';

const BATCH = 200;

/**
 * Looks at the requirement of every credential that is up for, or stands on, a list, and tells what changed since it was
 * last told: each change once, since what was told is remembered by the same transaction, and one worker at a time looks.
 */
export async function watchRequirements(deps: Pick<Deps, 'db' | 'clock'>): Promise<{ told: number }> {
  let told = 0;
  for (let after: Place | null = { listId: 0, credentialId: 0 }; after; ) {
    const from: Place = after;
    const looked = await deps.db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext('countersign.requirements'))`);
      const pairs = await listPairs(tx, from);
      const events = await compare(tx, pairs, deps.clock.now());
      await publishEvents(tx, events);
      return { told: events.length, last: pairs.length < BATCH ? null : pairs.at(-1)! };
    });
    told += looked.told;
    after = looked.last;
  }
  return { told };
}

type Place = { listId: number; credentialId: number };
type Pair = Place & { agencyId: number; list: string; policyVersionId: number; credential: string };

/** What is up for a list or stands on it: what was denied, revoked or has lapsed is told of no more. */
function listPairs(tx: Tx, after: Place): Promise<Pair[]> {
  return tx
    .selectDistinct({
      listId: applications.listId,
      credentialId: applications.credentialId,
      agencyId: lists.agencyId,
      list: lists.slug,
      policyVersionId: lists.policyVersionId,
      credential: credentials.slug,
    })
    .from(applications)
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .where(
      and(
        or(
          inArray(applications.state, ['submitted', 'in_review', 'due_for_review', 'renewed']),
          and(eq(applications.state, 'decided'), eq(applications.decision, 'approved')),
        ),
        or(
          gt(applications.listId, after.listId),
          and(eq(applications.listId, after.listId), gt(applications.credentialId, after.credentialId)),
        ),
      ),
    )
    .orderBy(asc(applications.listId), asc(applications.credentialId))
    .limit(BATCH);
}

async function compare(tx: Tx, pairs: readonly Pair[], now: Date): Promise<NewEvent[]> {
  if (pairs.length === 0) return [];
  const requirements = await readTallies(tx, pairs, now);
  const rows = await tx
    .select()
    .from(requirementStates)
    .where(
      and(
        inArray(requirementStates.listId, [...new Set(pairs.map(({ listId }) => listId))]),
        inArray(requirementStates.credentialId, [...new Set(pairs.map(({ credentialId }) => credentialId))]),
      ),
    );
  const keyOf = ({ listId, credentialId }: Place) => `${listId}/${credentialId}`;
  const told = new Map(rows.map((row) => [keyOf(row), row]));
  const events: NewEvent[] = [];
  for (const [index, pair] of pairs.entries()) {
    const { listId, credentialId, policyVersionId } = pair;
    const { status, figures } = requirements[index]!;
    const figuresHash = sha256Hex(canonicalJson({ ...figures }));
    const before = told.get(keyOf(pair));
    const isSame =
      before?.status === status &&
      before.figuresHash === figuresHash &&
      before.policyVersionId === policyVersionId;
    if (isSame) continue;
    const state = {
      policyVersionId,
      status,
      figuresHash,
      version: (before?.version ?? 0) + 1,
      updatedAt: now,
    };
    await tx
      .insert(requirementStates)
      .values({ listId, credentialId, ...state })
      .onConflictDoUpdate({ target: [requirementStates.listId, requirementStates.credentialId], set: state });
    const data = { credential: pair.credential, list: pair.list, status, version: state.version };
    for (const type of requirementEvents(before?.status ?? null, status)) {
      events.push({ agencyId: pair.agencyId, type, at: now, data });
    }
  }
  return events;
}
