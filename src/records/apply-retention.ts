import { type SQL, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { retentionRules, retentionRuns } from '../db/schema/records.ts';
import type { Deps } from '../deps.ts';
import { assertNever } from '../lib/errors.ts';
import { retentionCutoff } from './rules.ts';
import type { RetentionClass } from './types.ts';

const BATCH = 2_000;

type Due = { agencyId: number; class: RetentionClass; cutoff: Date; now: Date };

/**
 * Removes personal data that are past an agency's retention and under no legal hold. Only who a person was goes: answers
 * stay as they were given, and so do frozen packets and the log, which name nobody, so that every count and proof holds
 * afterwards as before. Safe to repeat; a hold that is placed meanwhile waits for the batch that runs.
 */
export async function applyRetention(
  deps: Pick<Deps, 'db' | 'clock'>,
  signal?: AbortSignal,
): Promise<{ removed: number }> {
  const now = deps.clock.now();
  let removed = 0;
  for (const rule of await deps.db.select().from(retentionRules)) {
    const cutoff = retentionCutoff(now, rule.months);
    for (let count = BATCH; count >= BATCH && !signal?.aborted; ) {
      count = await deps.db.transaction(async (tx) => {
        // One at a time, so that what is counted as removed was there; and each batch looks anew.
        await tx.execute(sql`select pg_advisory_xact_lock(hashtext('countersign.retention'))`);
        // Whoever places or lifts a hold, or changes the rule, waits for this batch, and this batch for them.
        await tx.execute(sql`lock table legal_holds in share mode`);
        const due = { agencyId: rule.agencyId, class: rule.class, cutoff, now };
        const gone = await removeDue(tx, due);
        if (gone > 0) await noteRun(tx, due, gone);
        return gone;
      });
      removed += count;
    }
  }
  return { removed };
}

async function removeDue(tx: Tx, due: Due): Promise<number> {
  switch (due.class) {
    case 'respondent_names':
      return (await blankAnswers(tx, due)) + (await blankSubmissions(tx, due));
    case 'contact_details':
      return blankContacts(tx, due);
    case 'unsent_drafts':
      return blankDrafts(tx, due);
    case 'import_details':
      return removeImportDetails(tx, due);
    case 'disclosed_packets':
      return removePackets(tx, due);
    default:
      return assertNever(due.class);
  }
}

/** A hold of the agency that covers everything, or this credential. */
function isHeld(agencyId: number | SQL, credentialId: SQL | null): SQL {
  return sql`exists (select 1 from legal_holds h where h.agency_id = ${agencyId} and h.lifted_at is null
    and (h.credential_id is null${credentialId ? sql` or h.credential_id = ${credentialId}` : sql``}))`;
}

async function blankAnswers(tx: Tx, { agencyId, cutoff }: Due): Promise<number> {
  const rows = await tx.execute(sql`
    update answers set respondent_name = '', respondent_title = '' where id in (
      select a.id from answers a left join invitations i on i.id = a.invitation_id
        left join submissions s on s.id = a.submission_id
      where coalesce(i.agency_id, s.agency_id) = ${agencyId} and (a.respondent_name <> '' or a.respondent_title <> '')
        and coalesce(a.ended_at, a.answered_at) < ${cutoff} and not ${isHeld(agencyId, sql`a.credential_id`)}
      order by a.id limit ${BATCH})
    returning id`);
  return rows.length;
}

async function blankSubmissions(tx: Tx, { agencyId, cutoff }: Due): Promise<number> {
  const rows = await tx.execute(sql`
    update submissions set respondent_name = '', respondent_title = '', note = '',
      email = case when email is null then null else '' end,
      email_key = case when email_key is null then null else '' end,
      email_domain = case when email_domain is null then null else '' end
    where id in (
      select s.id from submissions s
      where s.agency_id = ${agencyId} and s.received_at < ${cutoff}
        and (s.respondent_name <> '' or s.respondent_title <> '' or s.note <> '' or s.email <> '')
        and not ${isHeld(agencyId, sql`s.credential_id`)}
      order by s.id limit ${BATCH})
    returning id`);
  return rows.length;
}

/**
 * Contacts are shared, so one goes only when every agency that ever wrote to them (where none did: every agency) has let
 * its own time pass, nobody holds anything about them, and they sit on no committee. An address that said stop stays on
 * that list as its keyed hash.
 */
async function blankContacts(tx: Tx, { agencyId, cutoff, now }: Due): Promise<number> {
  const rows = await tx.execute(sql`
    update contacts set name = '', phone = '', title = '', state = 'left', updated_at = ${now},
      email = 'removed-' || id || '@removed.invalid', email_key = 'removed-' || id || '@removed.invalid',
      email_domain = 'removed.invalid'
    where id in (
      select c.id from contacts c
        cross join lateral (
          select greatest(c.updated_at,
            (select max(i.created_at) from invitations i where i.contact_id = c.id),
            (select max(a.answered_at) from answers a where a.contact_id = c.id),
            (select max(m.created_at) from messages m where m.contact_id = c.id)) as at
        ) last
        cross join lateral (
          select array(select i.agency_id from invitations i where i.contact_id = c.id
            union select s.agency_id from submissions s where s.contact_id = c.id) as ids
        ) asked
      where c.email_domain <> 'removed.invalid' and last.at < ${cutoff}
        and (cardinality(asked.ids) = 0 or ${agencyId} = any (asked.ids))
        and not exists (select 1 from agencies g
          where (cardinality(asked.ids) = 0 or g.id = any (asked.ids)) and (
            not exists (select 1 from retention_rules r where r.agency_id = g.id and r.class = 'contact_details'
              and last.at < ${now}::timestamptz - make_interval(months => r.months))
            or exists (select 1 from legal_holds h where h.agency_id = g.id and h.lifted_at is null
              and (h.credential_id is null or exists (select 1 from asks k where k.contact_id = c.id
                and k.credential_id = h.credential_id)))))
        and not exists (select 1 from committee_seats t where t.holder_contact_id = c.id)
      order by c.id limit ${BATCH} for update of c skip locked)
    returning id`);
  return rows.length;
}

async function blankDrafts(tx: Tx, { agencyId, cutoff }: Due): Promise<number> {
  const rows = await tx.execute(sql`
    update invitations set draft = '{}' where id in (
      select i.id from invitations i
      where i.agency_id = ${agencyId} and i.draft <> '{}'::jsonb and i.expires_at < ${cutoff}
        and not exists (select 1 from legal_holds h where h.agency_id = ${agencyId} and h.lifted_at is null
          and (h.credential_id is null or exists (select 1 from asks k where k.invitation_id = i.id
            and k.credential_id = h.credential_id)))
      order by i.id limit ${BATCH})
    returning id`);
  return rows.length;
}

/** What the look at a file told of its rows quotes them; that there was an import, and its numbers, stay. */
async function removeImportDetails(tx: Tx, { agencyId, cutoff }: Due): Promise<number> {
  const rows = await tx.execute(sql`
    with due as (
      select m.id from imports m
      where m.agency_id = ${agencyId} and m.created_at < ${cutoff} and not ${isHeld(agencyId, null)}
        and (m.preview is not null or exists (select 1 from import_issues s where s.import_id = m.id))
      order by m.id limit ${BATCH}
    ), gone as (delete from import_issues where import_id in (select id from due))
    update imports set preview = null where id in (select id from due) returning id`);
  return rows.length;
}

async function removePackets(tx: Tx, { agencyId, cutoff, now }: Due): Promise<number> {
  const rows = await tx.execute(sql`
    update records_packets set packet = null, removed_at = ${now} where id in (
      select p.id from records_packets p
      where p.agency_id = ${agencyId} and p.packet is not null and p.made_at < ${cutoff}
        and not exists (select 1 from legal_holds h where h.agency_id = ${agencyId} and h.lifted_at is null
          and (h.credential_id is null or p.credential_id is null or h.credential_id = p.credential_id))
      order by p.id limit ${BATCH})
    returning id`);
  return rows.length;
}

async function noteRun(tx: Tx, due: Due, removed: number): Promise<void> {
  await tx.insert(retentionRuns).values({ agencyId: due.agencyId, class: due.class, at: due.now, removed });
  await recordAudit(tx, {
    at: due.now,
    agencyId: due.agencyId,
    actorKind: 'system',
    actorId: null,
    action: 'retention.applied',
    subjectType: 'retention_rule',
    subjectId: null,
    details: { class: due.class, before: due.cutoff.toISOString(), removed },
  });
}
