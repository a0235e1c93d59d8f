import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { parseMailAddress } from '../lib/mail-address.ts';
import { hashToken } from '../lib/tokens.ts';
import { answerToken, insertUnsubscribeLinks } from './create-touches.ts';
import { messageIdFor } from './message-id.ts';
import { BUSINESS_HOURS, calendarIn, type SendCalendar } from './planner/calendar.ts';
import { canRefer, nextSendTime } from './rules.ts';
import { stopReminders } from './stop-messages.ts';

export type ReferralRefusal =
  | 'unknown_invitation'
  | 'invitation_closed'
  | 'referral_of_referral'
  | 'referral_limit'
  | 'bad_address'
  | 'own_address'
  /** The address belongs to another employer, or to somebody who left; nothing is told of which. */
  | 'not_possible';

export type ReferralOutcome =
  | { ok: true; invitationId: number; alreadyInvited: boolean }
  | { ok: false; reason: ReferralRefusal };

type Nominator = {
  id: number;
  wave_id: number;
  agency_id: number;
  employer_id: number;
  contact_id: number;
  email_key: string;
  language: string;
  expires_at: Date;
  referred_from_id: number | null;
  referrals: number;
  wave_state: string;
  close_at: Date;
  zone: string;
  us_state: string;
  calendar: SendCalendar | null;
};

/**
 * Hands an invitation on to a colleague at the same employer: they get a link and a mail of their own with the same
 * asks of every wave under way, and the person who named them gets no more reminders. One level deep and at most three for each invitation.
 * Enqueue `outreach.send-due` after the commit.
 */
export async function referToColleague(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  input: {
    invitationId: number;
    colleague: { name: string; email: string; title?: string };
    /** The nominator will not answer; false when they only pass a part on. */
    handsOver: boolean;
    now: Date;
  },
): Promise<ReferralOutcome> {
  const { invitationId, colleague, now } = input;
  const nominator = await lockNominator(tx, invitationId);
  if (!nominator) return { ok: false, reason: 'unknown_invitation' };
  const allowed = canRefer(
    {
      isReferral: nominator.referred_from_id !== null,
      referrals: nominator.referrals,
      expiresAt: new Date(Math.min(nominator.expires_at.getTime(), nominator.close_at.getTime())),
      waveOpen: nominator.wave_state === 'running' || nominator.wave_state === 'paused',
    },
    now,
  );
  if (!allowed.ok) return allowed;
  const address = parseMailAddress(colleague.email);
  if (!address) return { ok: false, reason: 'bad_address' };
  if (address.key === nominator.email_key) return { ok: false, reason: 'own_address' };

  const contactId = await findOrAddColleague(tx, nominator, { ...colleague, ...address }, now);
  if (contactId === null) return { ok: false, reason: 'not_possible' };
  const referral = await insertReferral(tx, deps, nominator, contactId, address.email, now);
  if (input.handsOver) {
    await tx.execute(sql`
      update invitations set state = 'referred', declined_at = null, decline_reason = null
      where id = ${invitationId} and state in ('open', 'started', 'declined')`);
    await stopReminders(tx, { invitationId, reason: 'referred', now });
  }
  await recordAudit(tx, {
    at: now,
    agencyId: nominator.agency_id,
    actorKind: 'employer',
    actorId: nominator.contact_id,
    action: 'invitation.referred',
    subjectType: 'invitation',
    subjectId: invitationId,
    details: { referralId: referral.invitationId, contactId, alreadyInvited: referral.alreadyInvited },
  });
  return { ok: true, ...referral };
}

async function lockNominator(tx: Tx, invitationId: number): Promise<Nominator | null> {
  const [row] = await tx.execute<Nominator>(sql`
    select i.id, i.wave_id, i.agency_id, i.employer_id, i.contact_id, c.email_key, i.language, i.expires_at,
           i.referred_from_id, w.state as wave_state, w.close_at, coalesce(e.time_zone, a.time_zone) as zone,
           e.state as us_state,
           w.protocol->'calendar' as calendar,
           (select count(*)::int from invitations r where r.referred_from_id = i.id) as referrals
    from invitations i
    join contacts c on c.id = i.contact_id
    join waves w on w.id = i.wave_id
    join employers e on e.id = i.employer_id
    join agencies a on a.id = i.agency_id
    where i.id = ${invitationId}
    for no key update of i`);
  return row ?? null;
}

async function findOrAddColleague(
  tx: Tx,
  nominator: Nominator,
  colleague: { name: string; title?: string; email: string; key: string; domain: string },
  now: Date,
): Promise<number | null> {
  await tx.execute(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, title, language, source, created_at, updated_at)
    values (${nominator.employer_id}, ${colleague.name.trim()}, ${colleague.email}, ${colleague.key}, ${colleague.domain},
            ${colleague.title?.trim() ?? ''}, ${nominator.language}, 'nominated', ${now.toISOString()}::timestamptz,
            ${now.toISOString()}::timestamptz)
    on conflict (email_key) do nothing`);
  const [found] = await tx.execute<{ id: number; usable: boolean }>(sql`
    select c.id, c.state = 'active' and e.unit_id = own.unit_id as usable
    from contacts c join employers e on e.id = c.employer_id, employers own
    where c.email_key = ${colleague.key} and own.id = ${nominator.employer_id}`);
  return found?.usable ? found.id : null;
}

async function insertReferral(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  nominator: Nominator,
  contactId: number,
  email: string,
  now: Date,
): Promise<{ invitationId: number; alreadyInvited: boolean }> {
  const [invited] = await tx.execute<{ id: number }>(sql`
    select i.id from invitations i
    where i.contact_id = ${contactId} and (i.wave_id = ${nominator.wave_id}
      or exists (select 1 from asks a where a.invitation_id = i.id and a.wave_id = ${nominator.wave_id}))
    order by i.wave_id = ${nominator.wave_id} desc, i.id limit 1`);
  if (invited) return { invitationId: invited.id, alreadyInvited: true };
  const at = sql`${now.toISOString()}::timestamptz`;
  const [drawn] = await tx.execute<{ id: number }>(
    sql`select nextval(pg_get_serial_sequence('invitations', 'id')) as id`,
  );
  const id = Number(drawn!.id);
  const tokenHash = hashToken(answerToken(deps, id)).toString('hex');
  await tx.execute(sql`
    insert into invitations (id, wave_id, agency_id, contact_id, employer_id, token_hash, language, referred_from_id,
                             expires_at, created_at)
    overriding system value
    select ${id}, i.wave_id, i.agency_id, ${contactId}, i.employer_id, decode(${tokenHash}, 'hex'), c.language, i.id,
           i.expires_at, ${at}
    from invitations i, contacts c where i.id = ${nominator.id} and c.id = ${contactId}`);
  await tx.execute(sql`
    insert into asks (wave_id, invitation_id, contact_id, employer_id, credential_id, meeting_id, instrument_version_id,
                      seat_role, position, created_at)
    select a.wave_id, ${id}, ${contactId}, a.employer_id, a.credential_id, a.meeting_id, a.instrument_version_id,
           a.seat_role, a.position, ${at}
    from asks a join waves w on w.id = a.wave_id
    where a.invitation_id = ${nominator.id} and a.state <> 'cancelled'
      and (a.wave_id = ${nominator.wave_id} or w.state = 'running')`);
  const calendar = calendarIn(nominator.calendar ?? BUSINESS_HOURS, nominator.us_state);
  const sendAfter = nextSendTime(calendar, nominator.zone, now, nominator.close_at) ?? nominator.close_at;
  await tx.execute(sql`
    insert into messages (agency_id, wave_id, invitation_id, contact_id, employer_id, kind, stream, step, send_after,
                          not_after, message_id, created_at)
    values (${nominator.agency_id}, ${nominator.wave_id}, ${id}, ${contactId}, ${nominator.employer_id}, 'referral',
            'outreach', 0, ${sendAfter.toISOString()}::timestamptz, ${nominator.close_at.toISOString()}::timestamptz,
            ${messageIdFor(deps, `invitation:${id}:0`)}, ${at})`);
  await insertUnsubscribeLinks(tx, deps, [{ contact_id: contactId, email }], now);
  return { invitationId: id, alreadyInvited: false };
}
