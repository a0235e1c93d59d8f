import type { Sql } from '../db/client.ts';
import type { Language } from '../employers/types.ts';
import type { WaveState } from '../outreach/types.ts';
import type { Asked, KnownNames } from './known-names.ts';
import type { Progress } from './rules.ts';
import type { CredentialAsk, CredentialFacts, Draft, MeetingAsk, PageDraft, RespondFacts } from './types.ts';

/**
 * Everything the pages of one invitation show, in one SELECT by the token's hash: these are the pages that a whole
 * wave opens within an hour. It joins its neighbours' tables itself for that reason.
 */
export async function findRespondFacts(sql: Sql, tokenHash: Buffer): Promise<RespondFacts | null> {
  const [row] = await sql<FactsRow[]>`
    select
      i.id, i.state, i.language, i.draft, i.draft_version, i.answered_at, i.decline_reason, i.expires_at,
      w.state as wave_state, w.close_at, w.grace_until, w.notice_version_id,
      g.name as agency_name, g.short_name, g.time_zone, g.reply_to, g.phone, g.postal_address,
      c.name as contact_name, c.title as contact_title, coalesce(nullif(e.dba, ''), e.legal_name) as employer,
      (
        select json_agg(json_build_array(
          a.id, a.state, cr.id, cr.name, s.id, s.name, a.instrument_version_id,
          m.id, k.name, k.purpose, m.title, a.seat_role, m.starts_at, m.ends_at, m.time_zone, m.place, m.online_url, m.state,
          ag.id, ag.name, aw.notice_version_id, aw.state, aw.close_at, aw.grace_until
        ) order by a.position)
        from asks a
        left join credentials cr on cr.id = a.credential_id
        left join issuers s on s.id = cr.issuer_id
        left join meetings m on m.id = a.meeting_id
        left join committees k on k.id = m.committee_id
        join waves aw on aw.id = a.wave_id
        join agencies ag on ag.id = aw.agency_id
        where a.invitation_id = i.id and a.state <> 'cancelled'
      ) as asks
    from invitations i
    join waves w on w.id = i.wave_id
    join agencies g on g.id = i.agency_id
    join contacts c on c.id = i.contact_id
    join employers e on e.id = i.employer_id
    where i.token_hash = ${tokenHash}`;
  return row ? factsOf(row) : null;
}

/** The same for a credential's page, which is opened more than all others together and needs less. */
export async function findCredentialFacts(
  sql: Sql,
  names: KnownNames,
  tokenHash: Buffer,
): Promise<CredentialFacts | null> {
  const [row] = await sql<CredentialPageRow[]>`
    select
      i.id, i.state, i.language, i.draft, i.expires_at, i.agency_id,
      w.state as wave_state, w.close_at, w.grace_until,
      (
        select json_agg(json_build_array(a.id, a.state, a.credential_id, a.instrument_version_id) order by a.position)
        from asks a
        where a.invitation_id = i.id and a.state <> 'cancelled'
      ) as asks
    from invitations i
    join waves w on w.id = i.wave_id
    where i.token_hash = ${tokenHash}`;
  if (!row) return null;
  const agency = await names.agency(row.agency_id);
  const credentials: CredentialAsk[] = [];
  const meetings: { askId: number }[] = [];
  const asked: Asked[number][] = [];
  for (const [askId, state, credentialId, instrumentVersionId] of row.asks ?? []) {
    if (credentialId === null) {
      asked.push({ askId, credentialId, instrumentVersionId: null });
      meetings.push({ askId });
    } else {
      asked.push({ askId, credentialId, instrumentVersionId });
      credentials.push({ askId, state, instrumentVersionId, ...(await names.credential(credentialId)) });
    }
  }
  names.keepAsked(row.id, asked);
  return { ...accessFactsOf(row), agency, credentials, meetings };
}

type CredentialColumns = [
  askId: number,
  state: string,
  credentialId: number | null,
  name: string,
  issuerId: number,
  issuer: string,
  instrumentVersionId: number,
];
type MeetingColumns = [
  meetingId: number | null,
  committee: string,
  purpose: string,
  title: string,
  seatRole: string | null,
  startsAt: string,
  endsAt: string,
  timeZone: string,
  place: string,
  onlineUrl: string | null,
  meetingState: MeetingAsk['meetingState'],
];
type AskerColumns = [
  agencyId: number,
  agency: string,
  noticeVersionId: number,
  waveState: WaveState,
  closeAt: string,
  graceUntil: string,
];

/** What both reads bring of the invitation and its wave. */
type AccessRow = {
  state: CredentialFacts['state'];
  language: Language;
  draft: Draft;
  expires_at: Date;
  wave_state: CredentialFacts['waveState'];
  close_at: Date;
  grace_until: Date;
};

/** Of a meeting the last two are null. */
type AskOfPage = [askId: number, state: string, credentialId: number | null, instrumentVersionId: number];

type CredentialPageRow = AccessRow & {
  id: number;
  agency_id: number;
  asks: AskOfPage[] | null;
};

type FactsRow = AccessRow & {
  agency_name: string;
  reply_to: string;
  phone: string;
  postal_address: string;
  id: number;
  draft_version: number;
  answered_at: Date | null;
  decline_reason: RespondFacts['declineReason'];
  notice_version_id: number;
  short_name: string;
  time_zone: string;
  contact_name: string;
  contact_title: string;
  employer: string;
  asks: [...CredentialColumns, ...MeetingColumns, ...AskerColumns][] | null;
};

function accessFactsOf(row: AccessRow) {
  return {
    state: row.state,
    language: row.language,
    draft: row.draft,
    expiresAt: row.expires_at,
    waveState: row.wave_state,
    closeAt: row.close_at,
    graceUntil: row.grace_until,
  };
}

function factsOf(row: FactsRow): RespondFacts {
  return {
    ...accessFactsOf(row),
    invitationId: row.id,
    draftVersion: row.draft_version,
    answeredAt: row.answered_at,
    declineReason: row.decline_reason,
    noticeVersionId: row.notice_version_id,
    agency: {
      name: row.agency_name,
      replyTo: row.reply_to,
      phone: row.phone,
      postalAddress: row.postal_address,
      shortName: row.short_name,
      timeZone: row.time_zone,
    },
    credentials: (row.asks ?? []).flatMap(
      ([askId, state, credentialId, name, issuerId, issuer, instrumentVersionId]) =>
        credentialId === null
          ? []
          : [{ askId, state, credentialId, name, issuerId, issuer, instrumentVersionId }],
    ),
    contact: { name: row.contact_name, title: row.contact_title },
    employer: row.employer,
    askers: (row.asks ?? []).map(([askId, , , , , , , , , , , , , , , , , , ...asker]) => {
      const [agencyId, name, noticeVersionId, waveState, closeAt, graceUntil] = asker;
      return {
        askId,
        agencyId,
        name,
        noticeVersionId,
        waveState,
        closeAt: new Date(closeAt),
        graceUntil: new Date(graceUntil),
      };
    }),
    meetings: (row.asks ?? []).flatMap(([askId, state, , , , , , ...meeting]) => {
      const [meetingId, committee, purpose, title, seatRole, startsAt, endsAt, ...rest] = meeting;
      const [timeZone, place, onlineUrl, meetingState] = rest;
      if (meetingId === null) return [];
      return [
        {
          askId,
          state,
          meetingId,
          committee,
          purpose,
          title,
          seatRole: seatRole ?? '',
          startsAt: new Date(startsAt),
          endsAt: new Date(endsAt),
          timeZone,
          place,
          onlineUrl,
          meetingState,
        },
      ];
    }),
  };
}

/** For which act of a person the invitation's current answers wait; read where they are shown as sent. */
export async function findWait(sql: Sql, invitationId: number): Promise<'quarantined' | 'forwarded' | null> {
  const [row] = await sql<{ held: boolean; unverified: boolean }[]>`
    select coalesce(bool_or(h.id is not null), false) as held,
      coalesce(bool_or(a.provenance = 'forwarded_unverified'), false) as unverified
    from answers a
    left join answer_holds h on h.answer_id = a.id and h.kind = 'quarantined' and h.ended_at is null
    where a.invitation_id = ${invitationId} and a.ended_at is null`;
  if (row?.unverified) return 'forwarded';
  return row?.held ? 'quarantined' : null;
}

/** One page's part of the draft, under the keys that its questions have there. */
export type DraftPatch = {
  tokenHash: Buffer;
  patch: PageDraft;
  /**
   * The ask that the page named, which must be this invitation's, and the wording that the page showed and was checked by,
   * which must be that ask's; null when the page asked nothing of a credential.
   */
  ask: { id: number; instrumentVersionId: number } | null;
  /** As the page's address asked for; null keeps the invitation's. */
  language: Language | null;
  flag: string | null;
  now: Date;
};

/**
 * Saves one page in one statement: looks up the link, checks that it takes answers now, and merges the page into the draft.
 * What else decides the next page was read when one was shown. Null when nothing was saved; the caller then looks why.
 * Waits for, and merges with, another tab's save because the row lock makes the update see the newest draft.
 * The `case` is `accessOf` in rules.ts, of the wave that carries the invitation and of the ask's own where that is another.
 */
export async function saveDraft(sql: Sql, names: KnownNames, input: DraftPatch): Promise<Progress | null> {
  const patch = sql.json(input.patch as Parameters<Sql['json']>[0]);
  const [row] = await sql<{ id: number; draft: Draft }[]>`
    update invitations i set
      draft = i.draft || ${patch}::jsonb,
      draft_version = i.draft_version + 1,
      state = case when i.state in ('open', 'declined') then 'started' else i.state end,
      started_at = coalesce(i.started_at, given.now),
      declined_at = null,
      decline_reason = null,
      language = coalesce(${input.language}, i.language),
      flags = case when given.flag is null or given.flag = any(i.flags) then i.flags
        else array_append(i.flags, given.flag) end
    from waves w,
      (values (${input.now}::timestamptz, ${input.ask?.id ?? null}::bigint,
        ${input.ask?.instrumentVersionId ?? null}::bigint, ${input.flag}::text)) as given (now, ask, wording, flag)
    where i.token_hash = ${input.tokenHash}
      and w.id = i.wave_id
      and i.expires_at > given.now
      and case
        when i.state in ('started', 'answered')
          then w.state in ('running', 'paused', 'closed') and w.grace_until > given.now
        when i.state in ('open', 'declined')
          then w.state in ('running', 'paused') and w.close_at > given.now
        else false
      end
      and (given.ask is null or exists (
        select from asks a where a.id = given.ask and a.invitation_id = i.id and a.state <> 'cancelled'
          and a.instrument_version_id = given.wording
          and (a.wave_id = w.id or exists (
            select from waves own where own.id = a.wave_id and case
              when i.state in ('started', 'answered')
                then own.state in ('running', 'paused', 'closed') and own.grace_until > given.now
              else own.state in ('running', 'paused') and own.close_at > given.now
            end
          ))
      ))
    returning i.id, i.draft`;
  if (!row) return null;
  const credentials: Progress['credentials'][number][] = [];
  const meetings: { askId: number }[] = [];
  for (const { askId, credentialId, instrumentVersionId } of await names.asked(row.id)) {
    if (credentialId === null) meetings.push({ askId });
    else {
      const { issuerId } = await names.credential(credentialId);
      credentials.push({ askId, issuerId, instrumentVersionId });
    }
  }
  return { draft: row.draft, credentials, meetings };
}
