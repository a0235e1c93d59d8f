import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { deriveCountingUnits, type UnitLink } from './rules/counting-units.ts';

export type UnitChange = { employerId: number; before: number; after: number };

/**
 * Derives the counting units anew around the given employers, after links between them came or went, and stores what
 * changed. It looks at every record that shares a unit or a link with them, however far. Tells the observers of the
 * changes and returns them.
 */
export async function refreshCountingUnits(
  tx: Tx,
  deps: Pick<Deps, 'employerObservers'>,
  employerIds: readonly number[],
  now: Date,
): Promise<UnitChange[]> {
  if (employerIds.length === 0) return [];
  const seeds = sql`${JSON.stringify([...new Set(employerIds)])}::text::jsonb`;
  const members = await tx.execute<{ id: number; unitId: number }>(sql`
    with recursive seeds(id) as (
      select e.id from employers e where e.unit_id in (
        select s.unit_id from employers s where s.id in (select value::bigint from jsonb_array_elements_text(${seeds}))
      )
    ), reach(id) as (
      select id from seeds
      union
      select link.other from reach r cross join lateral (
        select survivor_id as other from employer_merges where merged_id = r.id and undone_at is null
        union all select merged_id from employer_merges where survivor_id = r.id and undone_at is null
        union all select employer_b_id from duplicate_proposals where employer_a_id = r.id and state = 'open'
        union all select employer_a_id from duplicate_proposals where employer_b_id = r.id and state = 'open'
      ) link
    )
    select e.id, e.unit_id as "unitId" from reach r join employers e on e.id = r.id`);
  const ids = members.map((member) => Number(member.id));
  const links = await listLinksAmong(tx, ids);
  const units = deriveCountingUnits(links, now);
  const changes = members.flatMap((member) => {
    const [id, before] = [Number(member.id), Number(member.unitId)];
    const after = units.get(id) ?? id;
    return after === before ? [] : [{ employerId: id, before, after }];
  });
  if (changes.length > 0) {
    await tx.execute(sql`
      update employers e set unit_id = c.after
      from jsonb_to_recordset(${JSON.stringify(changes)}::text::jsonb) as c("employerId" bigint, after bigint)
      where e.id = c."employerId"`);
    await deps.employerObservers.unitsChanged(tx, {
      employerIds: changes.map((change) => change.employerId),
      unitIds: [...new Set(changes.flatMap((change) => [change.before, change.after]))],
      now,
    });
  }
  return changes;
}

async function listLinksAmong(tx: Tx, ids: readonly number[]): Promise<UnitLink[]> {
  const rows = await tx.execute<{ a: number; b: number; because: UnitLink['because']; from: Date }>(sql`
    with ids(id) as (select value::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))
    select merged_id as a, survivor_id as b, 'merged' as because, merged_at as "from"
    from employer_merges where undone_at is null and merged_id in (select id from ids)
    union all
    select employer_a_id, employer_b_id, 'open_proposal', opened_at
    from duplicate_proposals where state = 'open' and employer_a_id in (select id from ids)`);
  return rows.map((row) => ({
    a: Number(row.a),
    b: Number(row.b),
    because: row.because,
    from: row.from,
    until: null,
  }));
}
