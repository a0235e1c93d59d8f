import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { PlannedLinks } from '../employers/identity-queries.ts';
import type { UnitLink } from '../employers/rules/counting-units.ts';
import type { CountChanges } from '../employers/types.ts';
import { getPolicyVersion, loadFacts } from './queries.ts';
import { readTallies } from './read-tally.ts';
import { addFigures, evaluateRequirement, requirementFrom } from './rules/requirement.ts';
import { termsOf } from './rules/terms.ts';
import type { EvidenceFacts, Figures, Requirement } from './types.ts';
import { REQUIREMENT_WORDS } from './words.ts';

const MOST_COUNTS = 60;

type Kept = {
  credentialId: number;
  credential: string;
  slug: string;
  policyVersionId: number;
  policy: string;
};

/**
 * What joining records otherwise would do to every count that they are part of: the answers of these records alone are
 * counted once as they are joined now and once as planned, and the difference is added to the count of now. Writes
 * nothing.
 */
export async function previewCounts(
  db: Db,
  links: PlannedLinks,
  agencyId: number,
  now: Date,
): Promise<CountChanges> {
  const { kept, total } = await listCountsOf(db, links.employerIds, agencyId);
  const current = await readTallies(db, kept, now);
  const factsOf = new Map<number, EvidenceFacts>();
  const changes: CountChanges['changes'] = [];
  for (const [index, count] of kept.entries()) {
    const { credentialId, policyVersionId } = count;
    const known = factsOf.get(credentialId);
    const facts = known ?? (await loadFacts(db, credentialId, now, links));
    factsOf.set(credentialId, facts);
    const policy = (await getPolicyVersion(db, policyVersionId)).body;
    const under = (joined: UnitLink[]) =>
      evaluateRequirement(policy, { ...facts, bodies: undefined, links: joined }, now).figures;
    const [before, after] = [under(links.now), under(links.after)];
    const from = current[index]!;
    const figures = addFigures(addFigures(from.figures, before, -1), after);
    if (
      Object.keys(figures).every(
        (key) => figures[key as keyof Figures] === from.figures[key as keyof Figures],
      )
    )
      continue;
    const to: Requirement | null = termsOf(policy).isByFigures
      ? requirementFrom(policy, figures, null, now)
      : null;
    changes.push({
      credential: count.credential,
      href: `/staff/credentials/${count.slug}/story?policy=${policyVersionId}`,
      policy: count.policy,
      from: { count: from.figures.bothYes, status: REQUIREMENT_WORDS[from.status] },
      to: { count: figures.bothYes, status: to ? REQUIREMENT_WORDS[to.status] : 'Counted anew' },
      required: from.required,
      note: noteOf(from.figures, figures),
    });
  }
  return { changes, unchanged: kept.length - changes.length, notShown: total - kept.length };
}

function noteOf(from: Figures, to: Figures): string | null {
  const conflicting = to.conflicting - from.conflicting;
  if (conflicting > 0) return 'Their people disagree, so it waits for two members of staff.';
  if (conflicting < 0) return 'Apart, their people do not disagree.';
  if (to.excluded > from.excluded) return 'A connection of one holds for both.';
  return from.bothYes === to.bothYes ? 'As many count; how others stand changes.' : null;
}

/** Every count that one of the employers is part of, those of the agency's own lists first. */
async function listCountsOf(
  db: Db,
  employerIds: readonly number[],
  agencyId: number,
): Promise<{ kept: Kept[]; total: number }> {
  const ids = sql`(select value::bigint from json_array_elements_text(${JSON.stringify(employerIds)}::json))`;
  const rows = await db.execute<Kept>(sql`
    select t.credential_id as "credentialId", c.name as credential, c.slug, t.policy_version_id as "policyVersionId",
      p.name || ', version ' || v.version as policy
    from tallies t
    join credentials c on c.id = t.credential_id
    join policy_versions v on v.id = t.policy_version_id
    join policies p on p.id = v.policy_id
    where t.credential_id in (
      select a.credential_id from answers a where a.employer_id in ${ids}
      union select a.credential_id from asks a where a.employer_id in ${ids} and a.asked_at is not null)
    order by not exists (select from lists l where l.policy_version_id = v.id and l.agency_id = ${agencyId}),
      c.name, v.id`);
  return { kept: rows.slice(0, MOST_COUNTS), total: rows.length };
}
