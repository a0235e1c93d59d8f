import { type SQL, sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { removeDocument } from '../documents/remove-document.ts';
import { forgetAnswers } from '../ledger/forget-answers.ts';
import { PERSONAL_COLUMNS } from './personal-columns.ts';
import type { RetentionClass } from './types.ts';

/** What one batch of a sweep looks for: rows of an agency from before `cutoff`, by rising ids from behind `after`. */
export type Due = { agencyId: number; cutoff: Date; now: Date; batch: number; after: number };

/** `refused`: rows that were due and could not be taken. `last`: the highest id that was looked at; null when none was due. */
type Swept = { removed: number; refused: number; last: number | null };
type Sweep = (tx: Tx, due: Due) => Promise<Swept>;

function swept(rows: readonly { id?: unknown }[], refused = 0): Swept {
  const last = rows.length === 0 ? null : Math.max(...rows.map(({ id }) => Number(id)));
  return { removed: rows.length - refused, refused, last };
}

/** What stands in place of words that a page shows on its own, where a blank would look like a fault. */
const REMOVED = '[removed]';

/** The sweeps of a class, one after another; each empties all personal columns of a table, or tables that go together. */
export function sweepsOf(name: RetentionClass): Sweep[] {
  return Object.values(SWEEPS[name]);
}

/** By class and table, as in PERSONAL_COLUMNS. Tables that another sweep empties along are named there and not here. */
const SWEEPS: Record<RetentionClass, Record<string, Sweep>> = {
  respondent_names: {
    answers: blankAnswers,
    submissions: blanking('respondent_names', 'submissions', '', ({ agencyId, cutoff }) => {
      return sql`t.agency_id = ${agencyId} and t.received_at < ${cutoff} and not ${isHeld(agencyId, sql`t.credential_id`)}`;
    }),
    rsvps: blanking(
      'respondent_names',
      'rsvps',
      '',
      ({
        agencyId,
        cutoff,
      }) => sql`exists (select 1 from meetings m join committees c on c.id = m.committee_id
        where m.id = t.meeting_id and c.agency_id = ${agencyId} and m.ends_at < ${cutoff})
        and t.responded_at < ${cutoff} and not ${isAnythingHeld(agencyId)}`,
    ),
    ballot_votes: blanking(
      'respondent_names',
      'ballot_votes',
      REMOVED,
      ({ agencyId, cutoff }) => sql`exists (select 1 from ballots b where b.id = t.ballot_id
        and b.agency_id = ${agencyId} and b.recorded_at < ${cutoff} and not ${isHeld(agencyId, sql`b.credential_id`)})`,
    ),
  },
  contact_details: { contacts: blankContacts },
  unsent_drafts: { invitations: blankDrafts },
  import_details: { imports: removeImportDetails },
  disclosed_packets: { records_packets: removePackets },
  attached_files: { documents: removeDocuments },
  case_notes: {
    applications: note('applications', (due) => isOver(due, sql`t`)),
    decisions: note('decisions', ofApplication),
    appeals: note('appeals', ofApplication),
    freeze_requests: note('freeze_requests', ofApplication),
    criterion_evidence: note('criterion_evidence', ofApplication),
    criterion_reviews: note('criterion_reviews', ofApplication),
    ballots: note('ballots', ofBody),
    board_letters: note('board_letters', ofBody),
    rubric_reviews: note('rubric_reviews', ofBody),
    vendor_findings: note('vendor_findings', ofBody),
    mailed_ballots: note('mailed_ballots', ({ agencyId, cutoff }) => {
      return sql`t.agency_id = ${agencyId} and not ${isHeld(agencyId, sql`t.credential_id`)}
        and coalesce(t.cancelled_at, t.closes_at) < ${cutoff}`;
    }),
    adjudications: note('adjudications', ({ agencyId, cutoff }) => {
      return sql`t.agency_id = ${agencyId} and not ${isHeld(agencyId, sql`t.credential_id`)}
        and coalesce(t.ended_at, case when t.state = 'withdrawn' then t.decided_at end) < ${cutoff}`;
    }),
    conflict_marks: note('conflict_marks', ({ agencyId, cutoff }) => {
      return sql`t.cleared_at < ${cutoff} and not ${isHeld(agencyId, sql`t.credential_id`)}
        and ${isOfAgency(agencyId, sql`coalesce(t.set_by, t.clear_requested_by)`)}`;
    }),
    recusals: note('recusals', ({ agencyId, cutoff }) => {
      return sql`t.ended_at < ${cutoff} and not ${isHeld(agencyId, sql`t.credential_id`)}
        and ${isOfAgency(agencyId, sql`t.recorded_by`)}`;
    }),
    answer_holds: note('answer_holds', ({ agencyId, cutoff }) => {
      return sql`t.ended_at < ${cutoff} and exists (select 1 from answers a left join asks k on k.id = a.ask_id
        left join waves w on w.id = k.wave_id left join submissions s on s.id = a.submission_id where a.id = t.answer_id
        and coalesce(w.agency_id, s.agency_id) = ${agencyId} and not ${isHeld(agencyId, sql`a.credential_id`)})`;
    }),
    flag_reviews: note('flag_reviews', ({ agencyId, cutoff }) => {
      return sql`t.seen_at < ${cutoff} and exists (select 1 from invitations i where i.id = t.invitation_id
        and i.agency_id = ${agencyId}) and not ${isAnythingHeld(agencyId)}`;
    }),
    duplicate_proposals: note('duplicate_proposals', ({ agencyId, cutoff }) => {
      return sql`t.decided_at < ${cutoff} and ${isOfAgency(agencyId, sql`t.decided_by`)} and not ${isAnythingHeld(agencyId)}`;
    }),
    identity_requests: note('identity_requests', decidedOnce),
    suppression_lifts: note('suppression_lifts', decidedOnce),
    cycle_proposals: note('cycle_proposals', ({ agencyId, cutoff }) => {
      return sql`t.agency_id = ${agencyId} and t.ended_at < ${cutoff} and not ${isAnythingHeld(agencyId)}`;
    }),
    legal_holds: note('legal_holds', ({ agencyId, cutoff }) => {
      return sql`t.agency_id = ${agencyId} and t.lifted_at < ${cutoff} and not ${isAnythingHeld(agencyId)}`;
    }),
  },
};

function note(table: string, isDue: (due: Due) => SQL): Sweep {
  return blanking('case_notes', table, REMOVED, isDue);
}

/** Empties the columns of a table that PERSONAL_COLUMNS names, in rows `t` that are due. What is null stays so. */
function blanking(name: RetentionClass, table: string, mark: string, isDue: (due: Due) => SQL): Sweep {
  const columns = (PERSONAL_COLUMNS[name][table] ?? []).map((column) => sql.identifier(column));
  const full = (column: SQL | (typeof columns)[number]) => sql`${column} not in ('', ${mark}::text)`;
  const emptied = columns.map((c) => sql`${c} = case when ${full(c)} then ${mark}::text else ${c} end`);
  const isFull = sql.join(
    columns.map((column) => full(sql`t.${column}`)),
    sql` or `,
  );
  return async (tx, due) => {
    const rows = await tx.execute(sql`
      update ${sql.identifier(table)} set ${sql.join(emptied, sql`, `)} where id in (
        select t.id from ${sql.identifier(table)} t where t.id > ${due.after} and (${isFull}) and ${isDue(due)}
        order by t.id limit ${due.batch})
      returning id`);
    return swept(rows);
  };
}

/** A hold of the agency that covers everything, or this credential; what is about no credential in particular, any. */
function isHeld(agencyId: number, credentialId: SQL): SQL {
  return sql`exists (select 1 from legal_holds h where h.agency_id = ${agencyId} and h.lifted_at is null
    and (h.credential_id is null or ${credentialId} is null or h.credential_id = ${credentialId}))`;
}

/** Of what cannot be told whether it is about what is held. */
function isAnythingHeld(agencyId: number): SQL {
  return sql`exists (select 1 from legal_holds h where h.agency_id = ${agencyId} and h.lifted_at is null)`;
}

function isOfAgency(agencyId: number, staffId: SQL): SQL {
  return sql`exists (select 1 from staff_members f where f.id = ${staffId} and f.agency_id = ${agencyId})`;
}

/** An application that is through: its approval ended, or there was none. As long as one is in force its file stays whole. */
function isOver({ agencyId, cutoff }: Due, application: SQL): SQL {
  const of = (column: string) => sql`${application}.${sql.identifier(column)}`;
  return sql`(${of('agency_id')} = ${agencyId} and not ${isHeld(agencyId, of('credential_id'))}
    and coalesce(coalesce(${of('ended_at')}, case when ${of('decision')} <> 'approved' then ${of('decided_at')} end) < ${cutoff}, false)
    and not exists (select 1 from appeals x where x.application_id = ${of('id')} and x.state = 'open'))`;
}

function ofApplication(due: Due): SQL {
  return sql`exists (select 1 from applications p where p.id = t.application_id and ${isOver(due, sql`p`)})`;
}

function ofBody({ agencyId, cutoff }: Due): SQL {
  return sql`t.agency_id = ${agencyId} and t.recorded_at < ${cutoff} and not ${isHeld(agencyId, sql`t.credential_id`)}`;
}

function decidedOnce({ agencyId, cutoff }: Due): SQL {
  return sql`t.agency_id = ${agencyId} and t.decided_at < ${cutoff} and not ${isAnythingHeld(agencyId)}`;
}

/**
 * Names go from the answers that the agency asked for, in whosever mail, and from the log what ties an answer to a person;
 * what was answered is logged anew.
 */
async function blankAnswers(tx: Tx, { agencyId, cutoff, now, batch, after }: Due): Promise<Swept> {
  const rows = (await tx.execute(sql`
    select a.id from answers a left join asks k on k.id = a.ask_id left join waves w on w.id = k.wave_id
      left join submissions s on s.id = a.submission_id
    where coalesce(w.agency_id, s.agency_id) = ${agencyId} and coalesce(a.ended_at, a.answered_at) < ${cutoff}
      and (a.respondent_name <> '' or a.respondent_title <> ''
        or exists (select 1 from log_openings o where o.kind = 'answer' and o.source_id = a.id))
      and not ${isHeld(agencyId, sql`a.credential_id`)} and a.id > ${after}
    order by a.id limit ${batch}`)) as unknown as { id: number }[];
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return swept([]);
  await tx.execute(sql`update answers set respondent_name = '', respondent_title = ''
    where id = any (${sql.param(ids)}::bigint[]) and (respondent_name <> '' or respondent_title <> '')`);
  const basis = `retention of respondent_names, agency ${agencyId}`;
  const { refused } = await forgetAnswers(tx, { answerIds: ids, basis, now });
  return swept(rows, refused.length);
}

/**
 * Contacts are shared, so one goes only when every agency that ever wrote to them (where none did: every agency) has let
 * its own time pass, nobody holds anything about them, and they sit on no committee. An address that said stop stays on
 * that list as its keyed hash.
 */
async function blankContacts(tx: Tx, { agencyId, cutoff, now, batch, after }: Due): Promise<Swept> {
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
            union select m.agency_id from messages m where m.contact_id = c.id
            union select s.agency_id from submissions s where s.contact_id = c.id) as ids
        ) asked
      where c.id > ${after} and c.email_domain <> 'removed.invalid' and last.at < ${cutoff}
        and (cardinality(asked.ids) = 0 or ${agencyId} = any (asked.ids))
        and not exists (select 1 from agencies g
          where (cardinality(asked.ids) = 0 or g.id = any (asked.ids)) and (
            not exists (select 1 from retention_rules r where r.agency_id = g.id and r.class = 'contact_details'
              and r.confirmed_by is not null
              and last.at < ${now}::timestamptz - make_interval(months => r.months))
            or exists (select 1 from legal_holds h where h.agency_id = g.id and h.lifted_at is null
              and (h.credential_id is null
                or exists (select 1 from asks k where k.contact_id = c.id and k.credential_id = h.credential_id)
                or exists (select 1 from submissions s where s.contact_id = c.id and s.credential_id = h.credential_id)
                or exists (select 1 from ballot_votes v join ballots b on b.id = v.ballot_id
                  where v.contact_id = c.id and b.credential_id = h.credential_id)
                or exists (select 1 from ballot_voters v join mailed_ballots b on b.id = v.mailed_ballot_id
                  where v.contact_id = c.id and b.credential_id = h.credential_id)))))
        and not exists (select 1 from committee_seats t where t.holder_contact_id = c.id)
      order by c.id limit ${batch} for update of c skip locked)
    returning id`);
  return swept(rows);
}

async function blankDrafts(tx: Tx, { agencyId, cutoff, batch, after }: Due): Promise<Swept> {
  const rows = await tx.execute(sql`
    update invitations set draft = '{}' where id in (
      select i.id from invitations i
      where i.id > ${after} and i.agency_id = ${agencyId} and i.draft <> '{}'::jsonb and i.expires_at < ${cutoff}
        and not exists (select 1 from legal_holds h where h.agency_id = ${agencyId} and h.lifted_at is null
          and (h.credential_id is null or exists (select 1 from asks k where k.invitation_id = i.id
            and k.credential_id = h.credential_id)))
      order by i.id limit ${batch})
    returning id`);
  return swept(rows);
}

/** What the look at a file told of its rows quotes them; that there was an import, and its numbers, stay. */
async function removeImportDetails(tx: Tx, { agencyId, cutoff, batch }: Due): Promise<Swept> {
  const rows = await tx.execute(sql`
    with due as (
      select m.id from imports m
      where m.agency_id = ${agencyId} and m.created_at < ${cutoff} and not ${isAnythingHeld(agencyId)}
        and (m.preview is not null or m.filename <> ${REMOVED} or m.failure <> ${REMOVED}
          or exists (select 1 from import_issues s where s.import_id = m.id)
          or exists (select 1 from import_parts p where p.import_id = m.id))
      order by m.id limit ${batch}
    ), issues as (delete from import_issues where import_id in (select id from due)),
    parts as (delete from import_parts where import_id in (select id from due))
    update imports set preview = null, filename = ${REMOVED},
      failure = case when failure is not null then ${REMOVED} end
    where id in (select id from due) returning id`);
  return swept(rows);
}

async function removePackets(tx: Tx, { agencyId, cutoff, now, batch }: Due): Promise<Swept> {
  const rows = await tx.execute(sql`
    update records_packets set packet = null, removed_at = ${now} where id in (
      select p.id from records_packets p
      where p.agency_id = ${agencyId} and p.packet is not null and p.made_at < ${cutoff}
        and not ${isHeld(agencyId, sql`p.credential_id`)}
      order by p.id limit ${batch})
    returning id`);
  return swept(rows);
}

/** Files that an approval in force rests on stay, however old they are. */
async function removeDocuments(tx: Tx, due: Due): Promise<Swept> {
  const { agencyId, cutoff, now, batch } = due;
  const rows = (await tx.execute(sql`
    select t.id from documents t
      cross join lateral (select array(
        select s.credential_id from submissions s where s.document_id = t.id
        union select p.credential_id from criterion_evidence e join applications p on p.id = e.application_id
          where e.document_id = t.id
        union select p.credential_id from decisions d join applications p on p.id = d.application_id
          where d.document_id = t.id
        union select v.credential_id from vendor_findings v where v.document_id = t.id
        union select b.credential_id from ballots b where b.document_id = t.id
        union select l.credential_id from board_letters l where l.document_id = t.id
        union select r.credential_id from rubric_reviews r where r.document_id = t.id) as ids) about
    where t.agency_id = ${agencyId} and t.removed_at is null and t.added_at < ${cutoff}
      and not exists (select 1 from legal_holds h where h.agency_id = ${agencyId} and h.lifted_at is null
        and (h.credential_id is null or cardinality(about.ids) = 0 or h.credential_id = any (about.ids)))
      and not exists (select 1 from criterion_evidence e join applications p on p.id = e.application_id
        where e.document_id = t.id and e.removed_at is null and not ${isOver(due, sql`p`)})
      and not exists (select 1 from decisions d join applications p on p.id = d.application_id
        where d.document_id = t.id and not ${isOver(due, sql`p`)})
    order by t.id limit ${batch}`)) as unknown as { id: number }[];
  for (const { id } of rows) {
    await removeDocument(tx, { agencyId, documentId: id, staffId: null, now });
  }
  return swept(rows);
}
