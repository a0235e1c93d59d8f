import { inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import { invariant } from '../lib/errors.ts';
import { bounceAddress } from '../mail/inbound/bounce-address.ts';
import type { CredentialInMail, MailKind, MailSender, MeetingInMail, MessageData } from '../mail/messages.ts';
import { renderMessage } from '../mail/render.ts';
import { type CalendarPart, MAIL_PROVIDERS, type OutgoingMail } from '../mail/types.ts';
import type { ClaimedMessage } from './claim-messages.ts';
import { CONTENT_KINDS, type ContentKind, type MessageContent, type QueuedMessage } from './contents.ts';
import { answerToken, unsubscribeToken } from './create-touches.ts';
import { answerPath, unsubscribePath } from './paths.ts';
import { minutesToAnswer } from './rules.ts';

type Agency = typeof agencies.$inferSelect;

type Recipient = {
  id: number;
  name: string;
  email: string;
  employer_name: string;
  language: 'en' | 'es';
  invitation_state: string | null;
  token_version: number | null;
  close_at: Date | null;
  referred_by: string | null;
};

type AskRow = {
  id: number;
  invitation_id: number;
  agency_id: number;
  agency: string;
  close_at: Date;
  meeting_id: number | null;
  seat_role: string | null;
  credential: string | null;
  version: string | null;
  issuer: string | null;
};

type LoadDeps = Pick<Deps, 'db' | 'clock' | 'config' | 'secrets' | 'messageContents'>;

/** A mail that can be made, and the asks that it names. */
export type LoadedMail = { make: () => OutgoingMail; askIds?: readonly number[] };

/**
 * The content of claimed messages, read for the whole batch at once. Rendering is left to the moment of sending.
 * A message that is missing has nothing to say any more.
 */
export async function loadMails(
  deps: LoadDeps,
  messages: readonly ClaimedMessage[],
): Promise<Map<number, LoadedMail>> {
  const { db } = deps;
  const recipients = await readRecipients(db, messages);
  const senders = await readAgencies(db, messages);
  const asks = await readAsks(deps, messages);
  const contents = await readContents(deps, messages, recipients);

  const mails = new Map<number, LoadedMail>();
  for (const message of messages) {
    const recipient = recipients.get(message.id);
    const agency = senders.get(message.agencyId);
    invariant(recipient && agency, 'a claimed message has a recipient and a sender');
    const make = (content: Content) => () => assemble(deps, message, recipient, agency, content);
    if (isContentKind(message.kind)) {
      const content = contents.get(message.id);
      if (content) mails.set(message.id, { make: make(content) });
      continue;
    }
    const named = asks.get(message.invitationId ?? 0) ?? [];
    const content = askingContent(deps, message, recipient, agency, named);
    if (content) mails.set(message.id, { make: make(content), askIds: named.map(({ askId }) => askId) });
  }
  return mails;
}

type Content = { data: object; calendar?: CalendarPart };

async function readRecipients(db: Db, messages: readonly ClaimedMessage[]): Promise<Map<number, Recipient>> {
  const rows = await db.execute<Recipient>(sql`
    select m.id, coalesce(c.name, s.respondent_name) as name, coalesce(c.email, s.email) as email,
           coalesce(nullif(e.dba, ''), e.legal_name, s.employer_name) as employer_name,
           coalesce(i.language, c.language, s.language) as language, i.state as invitation_state, i.token_version, w.close_at,
           nominator.name as referred_by
    from messages m
    left join contacts c on c.id = m.contact_id
    left join employers e on e.id = c.employer_id
    left join submissions s on s.id = m.submission_id
    left join invitations i on i.id = m.invitation_id
    left join waves w on w.id = i.wave_id
    left join invitations origin on origin.id = i.referred_from_id
    left join contacts nominator on nominator.id = origin.contact_id
    where m.id = any(${sql.param(messages.map((message) => message.id))}::bigint[])`);
  return new Map(rows.map((row) => [Number(row.id), row]));
}

async function readAgencies(db: Db, messages: readonly ClaimedMessage[]): Promise<Map<number, Agency>> {
  const ids = [...new Set(messages.map((message) => message.agencyId))];
  const rows = await db.select().from(agencies).where(inArray(agencies.id, ids));
  return new Map(rows.map((row) => [row.id, row]));
}

type AskInMail = {
  askId: number;
  agencyId: number;
  agency: string;
  closeAt: Date;
} & ({ credential: CredentialInMail } | { meeting: MeetingInMail });

/**
 * What each invitation asks, in its order and for whichever waves, without what was dropped from it, what belongs to a
 * wave that is paused or over, whose agency the person refused, or is off.
 */
async function readAsks(
  deps: LoadDeps,
  messages: readonly ClaimedMessage[],
): Promise<Map<number, AskInMail[]>> {
  const invitationIds = messages
    .filter((message) => !isContentKind(message.kind) && message.invitationId !== null)
    .map((message) => message.invitationId);
  if (invitationIds.length === 0) return new Map();
  const rows = await deps.db.execute<AskRow>(sql`
    select a.id, a.invitation_id, a.meeting_id, a.seat_role, c.name as credential, c.version, i.name as issuer,
      g.id as agency_id, g.name as agency, w.close_at
    from asks a
    join invitations v on v.id = a.invitation_id
    join waves w on w.id = a.wave_id
    join agencies g on g.id = w.agency_id
    left join credentials c on c.id = a.credential_id
    left join issuers i on i.id = c.issuer_id
    where a.invitation_id = any(${sql.param(invitationIds)}::bigint[]) and a.state in ('planned', 'asked')
      and a.dropped_for is null and (a.wave_id = v.wave_id or (w.state = 'running' and not exists (
        select 1 from contact_preferences p
        where p.contact_id = a.contact_id and p.kind = 'not_agency' and p.agency_id = g.id and p.ended_at is null)))
    order by a.invitation_id, a.position`);
  const meetingIds = [...new Set(rows.flatMap((row) => row.meeting_id ?? []))];
  const meetings = await deps.messageContents.describeMeetings(deps.db, meetingIds);
  const asks = new Map<number, AskInMail[]>();
  for (const row of rows) {
    const ask = toAsk(row, row.meeting_id === null ? undefined : meetings.get(row.meeting_id));
    if (!ask) continue;
    const list = asks.get(row.invitation_id);
    if (list) list.push(ask);
    else asks.set(row.invitation_id, [ask]);
  }
  return asks;
}

function toAsk(row: AskRow, meeting: Omit<MeetingInMail, 'seatRole'> | undefined): AskInMail | null {
  const ask = { askId: Number(row.id), agencyId: row.agency_id, agency: row.agency, closeAt: row.close_at };
  if (row.credential !== null) {
    const name = row.version ? `${row.credential} (${row.version})` : row.credential;
    return { ...ask, credential: { name, issuer: row.issuer ?? '' } };
  }
  return meeting ? { ...ask, meeting: { ...meeting, seatRole: row.seat_role ?? '' } } : null;
}

async function readContents(
  deps: LoadDeps,
  messages: readonly ClaimedMessage[],
  recipients: ReadonlyMap<number, Recipient>,
): Promise<Map<number, Content>> {
  const contents = new Map<number, Content>();
  for (const kind of CONTENT_KINDS) {
    const queued = messages
      .filter((message) => message.kind === kind)
      .map(
        (message): QueuedMessage => ({
          id: message.id,
          kind,
          agencyId: message.agencyId,
          contactId: message.contactId,
          invitationId: message.invitationId,
          refs: message.refs,
          language: recipients.get(message.id)?.language ?? 'en',
        }),
      );
    if (queued.length === 0) continue;
    const found: Map<number, MessageContent<ContentKind>> = await deps.messageContents[kind](deps.db, queued);
    for (const [id, content] of found) contents.set(id, content);
  }
  return contents;
}

function askingContent(
  deps: LoadDeps,
  message: ClaimedMessage,
  recipient: Recipient,
  agency: Agency,
  asks: readonly AskInMail[],
): Content | undefined {
  if (asks.length === 0 || message.invitationId === null || !recipient.close_at) return undefined;
  const { seatRoleName } = deps.messageContents;
  // The sender first, then the others by name.
  const askers = [...new Map(asks.map(({ agencyId, agency }) => [agencyId, agency]))]
    .sort((a, b) => Number(b[0] === agency.id) - Number(a[0] === agency.id) || (a[1] < b[1] ? -1 : 1))
    .map(([, name]) => name);
  const askedBy = (ask: AskInMail) =>
    askers.length > 1 || ask.agencyId !== agency.id ? { askedBy: ask.agency } : {};
  const credentials = asks.flatMap((ask) =>
    'credential' in ask ? [{ ...ask.credential, ...askedBy(ask) }] : [],
  );
  const meetings = asks.flatMap((ask) =>
    'meeting' in ask
      ? [
          {
            ...ask.meeting,
            seatRole: seatRoleName(ask.meeting.seatRole, recipient.language),
            ...askedBy(ask),
          },
        ]
      : [],
  );
  const until = new Date(Math.min(...asks.map(({ closeAt }) => closeAt.getTime())));
  const token = answerToken(deps, message.invitationId, recipient.token_version ?? 1);
  return {
    data: {
      employerName: recipient.employer_name,
      credentials,
      meetings,
      minutes: minutesToAnswer(credentials.length, meetings.length),
      askers,
      until,
      timeZone: agency.timeZone,
      link: deps.config.publicUrl + answerPath(token),
      started: recipient.invitation_state === 'started',
      referredBy: recipient.referred_by ?? '',
    },
  };
}

function assemble(
  deps: LoadDeps,
  message: ClaimedMessage,
  recipient: Recipient,
  agency: Agency,
  { data, calendar }: Content,
): OutgoingMail {
  const unsubscribeUrl =
    message.contactId === null
      ? ''
      : deps.config.publicUrl + unsubscribePath(unsubscribeToken(deps, message.contactId));
  const sender: MailSender = {
    agencyName: agency.name,
    shortName: agency.shortName,
    postalAddress: agency.postalAddress,
    contactEmail: agency.replyTo,
    contactPhone: agency.phone,
  };
  const rendered = renderMessage(
    message.kind as MailKind,
    {
      ...data,
      language: recipient.language,
      sender,
      recipientName: recipient.name,
      unsubscribeUrl,
    } as MessageData[MailKind],
  );
  return {
    ...rendered,
    messageId: message.messageId,
    date: deps.clock.now(),
    from: { name: agency.mailFromName, address: agency.mailFromAddress },
    replyTo: { address: agency.replyTo },
    to: { name: recipient.name, address: recipient.email },
    ...(deps.config.bounceDomain && {
      envelopeFrom: bounceAddress(deps.secrets.linkKey, message.id, deps.config.bounceDomain),
    }),
    ...correlation(deps.config, message.messageId),
    language: recipient.language,
    listId: {
      name: `${agency.shortName}, ${message.stream}`,
      id: `${message.stream}.${agency.slug}.${deps.config.messageIdDomain}`,
    },
    feedbackId: [
      message.waveId === null ? message.kind : `wave-${message.waveId}`,
      message.stream,
      agency.slug,
      'countersign',
    ],
    ...(message.stream === 'outreach' && { unsubscribeUrl }),
    ...(calendar && { calendar }),
  };
}

/** Providers that report to us are told how we name the message: the part of its Message-ID before the @. */
function correlation(
  { mailHooks }: Pick<Deps['config'], 'mailHooks'>,
  messageId: string,
): Pick<OutgoingMail, 'correlation'> {
  const providers = MAIL_PROVIDERS.filter((provider) => mailHooks[provider] !== null);
  return providers.length === 0 ? {} : { correlation: { id: messageId.split('@')[0]!, providers } };
}

function isContentKind(kind: string): kind is ContentKind {
  return (CONTENT_KINDS as readonly string[]).includes(kind);
}
