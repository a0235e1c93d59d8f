import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { retentionRules } from '../db/schema/records.ts';
import type { Deps } from '../deps.ts';
import {
  mailboxFolder,
  mailboxMessageIds,
  mailboxTimeOf,
  removeMailboxMessages,
} from '../mail/local-mailbox.ts';
import { retentionCutoff } from './rules.ts';

const BATCH = 500;

/**
 * Deletes the files of the local mailbox that are past the time of contacts: a mail names a person and holds their link.
 * One goes when every agency that asks in it let its own time pass and holds nothing that it may be about; one that no
 * agency sent, such as a sign-in link, when all of them did. Of several machines that keep a mailbox each looks after its own.
 */
export async function expireMailbox(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<{ removed: number }> {
  const now = deps.clock.now();
  const folder = mailboxFolder(deps.config.dataDir);
  const inForce = await deps.db
    .select({ months: retentionRules.months })
    .from(retentionRules)
    .where(and(eq(retentionRules.class, 'contact_details'), isNotNull(retentionRules.confirmedBy)));
  if (inForce.length === 0) return { removed: 0 };
  const latest = retentionCutoff(now, Math.min(...inForce.map(({ months }) => months)));
  const ids = (await mailboxMessageIds(folder)).filter((id) => mailboxTimeOf(id) < latest);
  let removed = 0;
  for (let at = 0; at < ids.length && !signal?.aborted; at += BATCH) {
    removed += await deps.db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext('countersign.retention'))`);
      // Whoever places a hold waits for this batch, and this batch for them.
      await tx.execute(sql`lock table legal_holds in share mode`);
      const due = await listDue(tx, ids.slice(at, at + BATCH), now);
      if (due.length === 0) return 0;
      await recordAudit(tx, {
        at: now,
        agencyId: null,
        actorKind: 'system',
        actorId: null,
        action: 'retention.mailbox',
        subjectType: 'retention_rule',
        subjectId: null,
        details: { class: 'contact_details', removed: due.length },
      });
      // Said before it is done: a crash between the two leaves a file that goes with the next run.
      await removeMailboxMessages(folder, due);
      return due.length;
    });
  }
  return { removed };
}

async function listDue(tx: Tx, ids: readonly string[], now: Date): Promise<string[]> {
  const mails = ids.map((id) => ({ id, at: mailboxTimeOf(id).toISOString() }));
  const rows = await tx.execute<{ id: string }>(sql`
    select c.id from jsonb_to_recordset(${JSON.stringify(mails)}::jsonb) as c(id text, at timestamptz)
      left join messages m on m.provider_id = c.id
      cross join lateral (select array(select m.agency_id where m.id is not null
        union select w.agency_id from asks k join waves w on w.id = k.wave_id
          where k.invitation_id = m.invitation_id) as ids) asked
    where not exists (select from agencies g
      where (cardinality(asked.ids) = 0 or g.id = any (asked.ids)) and (
        not exists (select from retention_rules r where r.agency_id = g.id and r.class = 'contact_details'
          and r.confirmed_by is not null
          and c.at < ${now.toISOString()}::timestamptz - make_interval(months => r.months))
        or exists (select from legal_holds h where h.agency_id = g.id and h.lifted_at is null
          and (h.credential_id is null or m.invitation_id is null
            or exists (select from asks k where k.invitation_id = m.invitation_id
              and k.credential_id = h.credential_id)))))`);
  return rows.map(({ id }) => id);
}
