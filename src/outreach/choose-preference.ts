import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { leaveToOtherAskers } from './shared-touches.ts';
import type { PreferenceKind } from './types.ts';

const DAY_MS = 86_400_000;

export type Choice =
  | { kind: 'paused'; days: number }
  | { kind: 'less_often' }
  | { kind: 'not_agency'; agencyId: number }
  | { kind: 'not_employer' };

/**
 * From the commit on the planner and every claim honour it. The link alone says whose choice it is; choosing the same
 * again changes nothing, another pause takes the place of the one before.
 */
export async function choosePreference(
  deps: Pick<Deps, 'db' | 'clock'>,
  contactId: number,
  choice: Choice,
): Promise<void> {
  const now = deps.clock.now();
  const at = now.toISOString();
  await deps.db.transaction(async (tx) => {
    // Two clicks at once take turns.
    const [contact] = await tx.execute<{ employer_id: number }>(
      sql`select employer_id from contacts where id = ${contactId} for no key update`,
    );
    if (!contact) return;
    if (choice.kind === 'paused') {
      await tx.execute(sql`
        update contact_preferences set ended_at = ${at}::timestamptz
        where contact_id = ${contactId} and kind = 'paused' and ended_at is null`);
    }
    const until =
      choice.kind === 'paused' ? new Date(now.getTime() + choice.days * DAY_MS).toISOString() : null;
    const employerId = choice.kind === 'not_employer' ? contact.employer_id : null;
    // Only an agency that has asked this person can be refused by them.
    const agency =
      choice.kind === 'not_agency'
        ? sql`(select w.agency_id from asks a join waves w on w.id = a.wave_id
            where a.contact_id = ${contactId} and w.agency_id = ${choice.agencyId} limit 1)`
        : sql`null::bigint`;
    const chosen = await tx.execute<{ id: number }>(sql`
      insert into contact_preferences (contact_id, kind, agency_id, employer_id, until, created_at)
      select ${contactId}, ${choice.kind}::text, agency, ${employerId}::bigint, ${until}::timestamptz, ${at}::timestamptz
      from (select ${agency} as agency) as given
      where ${choice.kind}::text <> 'not_agency' or agency is not null
      on conflict do nothing returning id`);
    // What other agencies ask in the same mails goes on.
    if (chosen.length > 0 && choice.kind === 'not_agency') {
      await leaveToOtherAskers(tx, [{ contactId, agencyId: choice.agencyId }], now);
    }
    if (chosen.length > 0) await audit(tx, contactId, 'contact.preference_chosen', choice.kind, now);
  });
}

/** Takes back one choice of this person; another person's is out of reach. */
export async function endPreference(
  deps: Pick<Deps, 'db' | 'clock'>,
  contactId: number,
  preferenceId: number,
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [ended] = await tx.execute<{ kind: PreferenceKind }>(sql`
      update contact_preferences set ended_at = ${now.toISOString()}::timestamptz
      where id = ${preferenceId} and contact_id = ${contactId} and ended_at is null
      returning kind`);
    if (ended) await audit(tx, contactId, 'contact.preference_ended', ended.kind, now);
  });
}

function audit(tx: Tx, contactId: number, action: string, kind: PreferenceKind, now: Date): Promise<void> {
  return recordAudit(tx, {
    at: now,
    agencyId: null,
    actorKind: 'employer',
    actorId: contactId,
    action,
    subjectType: 'contact',
    subjectId: contactId,
    details: { kind },
  });
}
