import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { decidePreference, type Preference } from './rules.ts';
import type { PreferenceKind, PreferenceReason, SuppressionReason } from './types.ts';

export type StopLink = {
  contactId: number | null;
  language: 'en' | 'es';
  suppressedFor: SuppressionReason | null;
};

/** What the page behind an unsubscribe link has to know, or null when the link is none of ours. */
export async function findStopLink(db: Db, tokenHash: Buffer): Promise<StopLink | null> {
  const [row] = await db.execute<{
    contact_id: number | null;
    language: 'en' | 'es';
    reason: SuppressionReason | null;
  }>(sql`
    select l.contact_id, coalesce(c.language, 'en') as language, s.reason
    from unsubscribe_links l
    left join contacts c on c.id = l.contact_id
    left join suppressions s on s.address_hash = l.address_hash and s.lifted_at is null
    where l.token_hash = decode(${tokenHash.toString('hex')}, 'hex')`);
  return row ? { contactId: row.contact_id, language: row.language, suppressedFor: row.reason } : null;
}

/** Suppressions in force, by the address hash in hexadecimal. */
export async function findSuppressions(
  db: Db,
  addressHashes: readonly Buffer[],
): Promise<Map<string, SuppressionReason>> {
  const rows = await db.execute<{ address: string; reason: SuppressionReason }>(sql`
    select encode(address_hash, 'hex') as address, reason from suppressions
    where lifted_at is null
      and address_hash in (
        select decode(value, 'hex') from json_array_elements_text(${JSON.stringify(addressHashes.map((hash) => hash.toString('hex')))}::text::json) as value
      )`);
  return new Map(rows.map((row) => [row.address, row.reason]));
}

/**
 * Says of each of these people why their preferences, or a colleague's for the whole employer, keep an agency from
 * asking them now. `invited`: whether an invitation counts once it has left, or already when it is planned.
 */
export async function findPreferenceReasons(
  db: Db,
  people: readonly { contactId: number; unitId: number }[],
  now: Date,
  invited: 'sent' | 'planned',
): Promise<(contactId: number, agencyId: number, newInvitation: boolean) => PreferenceReason | null> {
  type Row = Preference & { contactId: number | null; unitId: number | null; invitedAt: Date | null };
  const left =
    invited === 'sent'
      ? sql`m.sent_at is not null`
      : sql`(m.sent_at is not null or m.state in ('planned', 'claimed'))`;
  const rows = await db.execute<Row>(sql`
    select p.contact_id as "contactId", null::bigint as "unitId", p.kind, p.agency_id as "agencyId", p.until,
      case when p.kind = 'less_often' then (
        select max(coalesce(m.sent_at, m.send_after)) from messages m
        where m.contact_id = p.contact_id and m.stream = 'outreach' and m.step = 0 and ${left}) end as "invitedAt"
    from contact_preferences p
    where p.ended_at is null and p.kind <> 'not_employer'
      and p.contact_id = any(${sql.param(people.map(({ contactId }) => contactId))}::bigint[])
    union all
    select null, e.unit_id, p.kind, null, null, null
    from contact_preferences p join employers e on e.id = p.employer_id
    where p.ended_at is null and p.employer_id is not null
      and e.unit_id = any(${sql.param([...new Set(people.map(({ unitId }) => unitId))])}::bigint[])`);
  if (rows.length === 0) return () => null;
  const units = new Map(people.map(({ contactId, unitId }) => [contactId, unitId]));
  const byContact = new Map<number, Row[]>();
  for (const row of rows) {
    if (row.contactId !== null) byContact.set(row.contactId, [...(byContact.get(row.contactId) ?? []), row]);
  }
  const never = new Map(rows.flatMap((row) => (row.unitId === null ? [] : [[row.unitId, row] as const])));
  return (contactId, agencyId, newInvitation) => {
    const employer = never.get(units.get(contactId) ?? 0);
    const own = [...(byContact.get(contactId) ?? []), ...(employer ? [employer] : [])];
    const invitedAt = own.find((row) => row.kind === 'less_often')?.invitedAt ?? null;
    return own.length === 0 ? null : decidePreference(own, { agencyId, newInvitation, invitedAt }, now);
  };
}

export type ChosenPreference = {
  id: number;
  kind: PreferenceKind;
  agency: string | null;
  until: Date | null;
};
export type PreferenceFacts = {
  employer: string;
  chosen: ChosenPreference[];
  /** Agencies that have asked this person. */
  agencies: { id: number; name: string }[];
};

/** What the preference page shows of one person: what they chose, and what they can choose. */
export async function getPreferences(db: Db, contactId: number, now: Date): Promise<PreferenceFacts> {
  const [employer] = await db.execute<{ name: string }>(sql`
    select e.legal_name as name from contacts c join employers e on e.id = c.employer_id where c.id = ${contactId}`);
  const chosen = await db.execute<ChosenPreference>(sql`
    select p.id, p.kind, a.name as agency, p.until from contact_preferences p
    left join agencies a on a.id = p.agency_id
    where p.contact_id = ${contactId} and p.ended_at is null
      and (p.until is null or p.until > ${now.toISOString()}::timestamptz)
    order by p.id`);
  const agencies = await db.execute<{ id: number; name: string }>(sql`
    select a.id, a.name from agencies a
    where exists (select 1 from asks k join waves w on w.id = k.wave_id
      where k.contact_id = ${contactId} and w.agency_id = a.id)
    order by a.name`);
  return { employer: employer?.name ?? '', chosen: [...chosen], agencies: [...agencies] };
}
