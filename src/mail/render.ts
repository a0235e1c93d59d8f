import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type {
  CredentialInMail,
  MailKind,
  MailLanguage,
  MailSender,
  MeetingInMail,
  MeetingNoticeData,
  MessageData,
  RenderedMail,
} from './messages.ts';
import { english } from './wording/english.ts';
import { spanish } from './wording/spanish.ts';
import type { Wording } from './wording/wording.ts';

const WORDINGS: Record<MailLanguage, Wording> = { en: english, es: spanish };

/** Whether a speaker of the language has read the mails in it. */
export function isWordingReviewed(language: MailLanguage): boolean {
  return WORDINGS[language].reviewed;
}

/** Subject and both bodies of one mail. Pure: the same data makes the same bytes. */
export function renderMessage<K extends MailKind>(kind: K, data: MessageData[K]): RenderedMail {
  const wording = WORDINGS[data.language];
  const { subject, ...content } = CONTENT[kind](data, wording);
  const context = { lang: data.language, subject, ...footer(data, wording), ...content };
  const views = loadViews();
  return {
    subject: views[kind].subject(context).trim().replace(/\s+/g, ' '),
    html: views[kind].html(context),
    text: `${views[kind]
      .text(context)
      .replace(/\n{3,}/g, '\n\n')
      .trim()}\n`,
  };
}

type Content = {
  subject: string;
  heading: string;
  [key: string]: unknown;
};

/** The words that each kind's views show. */
const CONTENT: { [K in MailKind]: (data: MessageData[K], wording: Wording) => Content } = {
  invitation: (m, w) => ({
    subject: w.invitation.subject(m),
    heading: w.invitation.heading(m),
    whoAsks: w.invitation.whoAsks(m),
    whyYou: w.invitation.whyYou(m),
    action: w.invitation.action(m),
    ...asking(m, w),
  }),
  reminder: (m, w) => ({
    subject: w.reminder.subject(m),
    heading: w.reminder.heading(m),
    whoAsks: w.reminder.whoAsks(m),
    action: w.reminder.action(m),
    ...asking(m, w),
    until: w.reminder.until(m, dateIn(m.until, m.timeZone, w)),
  }),
  referral: (m, w) => ({
    subject: w.referral.subject(m),
    heading: w.referral.heading(m),
    whoAsks: w.invitation.whoAsks(m),
    whyYou: w.referral.whyYou(m),
    action: w.invitation.action(m),
    ...asking(m, w),
  }),
  receipt: (m, w) => ({
    subject: w.receipt.subject(m),
    heading: w.receipt.heading(m),
    intro: w.receipt.intro(m, dateIn(m.answeredAt, m.timeZone, w)),
    items: m.items,
    change: w.receipt.change(m.changeUntil && dateIn(m.changeUntil, m.timeZone, w)),
    action: w.receipt.action,
    notYou: w.receipt.notYou,
    link: m.link,
    linkFallback: w.linkFallback,
    ...stopping(m.unsubscribeUrl, w),
  }),
  confirmation: (m, w) => ({
    subject: w.confirmation.subject(m),
    heading: w.confirmation.heading(m),
    greeting: w.greeting(m.recipientName),
    intro: w.confirmation.intro(m, dateIn(m.answeredAt, m.timeZone, w)),
    items: m.items,
    ask: w.confirmation.ask(dateIn(m.until, m.timeZone, w)),
    action: w.confirmation.action,
    notYou: w.confirmation.notYou,
    link: m.link,
    linkFallback: w.linkFallback,
  }),
  rsvp_confirmation: (m, w) => meetingNotice(m, w, m.response),
  meeting_moved: (m, w) => meetingNotice(m, w, 'moved'),
  meeting_cancelled: (m, w) => meetingNotice(m, w, 'cancelled'),
  ballot: (m, w) => ({
    subject: w.ballot.subject(m),
    heading: w.ballot.heading(m),
    greeting: w.greeting(m.recipientName),
    intro: w.ballot.intro(m),
    credential: m.credential,
    issuedBy: m.credential.issuer && w.issuedBy(m.credential.issuer),
    note: m.note,
    record: w.ballot.record(m),
    until: w.ballot.until(momentIn(m.until, m.timeZone, w)),
    action: w.ballot.action,
    yours: w.ballot.yours,
    link: m.link,
    linkFallback: w.linkFallback,
    ...stopping(m.unsubscribeUrl, w),
  }),
  ballot_receipt: (m, w) => ({
    subject: w.ballotReceipt.subject(m),
    heading: w.ballotReceipt.heading,
    greeting: w.greeting(m.recipientName),
    intro: w.ballotReceipt.intro(m, momentIn(m.castAt, m.timeZone, w)),
    vote: w.ballotReceipt.choices[m.choice],
    until: w.ballotReceipt.until(momentIn(m.until, m.timeZone, w)),
    action: w.ballotReceipt.action,
    notYou: w.ballotReceipt.notYou,
    link: m.link,
    linkFallback: w.linkFallback,
  }),
  sign_in: (m, w) => ({
    subject: w.signIn.subject(m),
    heading: w.signIn.heading(m),
    greeting: w.greeting(m.recipientName),
    intro: w.signIn.intro(m),
    action: w.signIn.action,
    notYou: w.signIn.notYou,
    link: m.link,
    linkFallback: w.linkFallback,
  }),
};

function asking(m: MessageData['invitation'], w: Wording) {
  return {
    greeting: w.greeting(m.recipientName),
    credentials: m.credentials.map((credential) => ({
      name: credential.name,
      detail: credentialDetail(credential, w),
    })),
    credentialsHeading: w.credentialsHeading(m.credentials.length),
    meetings: m.meetings.map((meeting) => meetingLines(meeting, w)),
    meetingsHeading: w.meetingsHeading(m.meetings.length),
    effort: w.invitation.effort(m),
    also: w.invitation.also(m),
    until: w.invitation.until(m, dateIn(m.until, m.timeZone, w)),
    link: m.link,
    linkFallback: w.linkFallback,
    linkIsYours: w.linkIsYours,
    ...stopping(m.unsubscribeUrl, w),
  };
}

function meetingNotice(
  m: MeetingNoticeData,
  w: Wording,
  event: 'accepted' | 'declined' | 'moved' | 'cancelled',
): Content {
  return {
    subject: w.meeting[`${event}Subject`](m),
    heading: w.meeting[`${event}Heading`](m),
    intro: w.meeting[`${event}Intro`](m),
    greeting: w.greeting(m.recipientName),
    meetings: [meetingLines(m.meeting, w)],
    action: w.meeting.action,
    link: m.link,
    linkFallback: w.linkFallback,
  };
}

function meetingLines(meeting: MeetingInMail, w: Wording) {
  return {
    committee: meeting.committee,
    title: meeting.title,
    seat: meeting.seatRole && w.seat(meeting.seatRole),
    whenLabel: w.when,
    when: timeRangeIn(meeting.startsAt, meeting.endsAt, meeting.timeZone, w),
    whereLabel: w.where,
    place: meeting.place,
    onlineLabel: w.online,
    onlineUrl: meeting.onlineUrl,
    askedBy: meeting.askedBy ? w.askedBy(meeting.askedBy) : '',
  };
}

function credentialDetail(credential: CredentialInMail, w: Wording): string {
  const parts = [credential.issuer && w.issuedBy(credential.issuer)];
  if (credential.askedBy) parts.push(w.askedBy(credential.askedBy));
  return parts.filter(Boolean).join(', ');
}

function stopping(url: string, w: Wording) {
  return {
    unsubscribeUrl: url,
    stopText: w.footer.stopText(url),
    stopLink: w.footer.stopLink,
    stopAfter: w.footer.stopAfter,
  };
}

function footer(data: { sender: MailSender }, w: Wording) {
  const { agencyName, postalAddress, contactEmail, contactPhone } = data.sender;
  return {
    sentBy: w.footer.sentBy(agencyName),
    postalAddress,
    contact: w.footer.contact(contactEmail, contactPhone),
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs a hundred times as much as using it. */
function formatFor(w: Wording, timeZone: string, shape: 'date' | 'time'): Intl.DateTimeFormat {
  const key = `${w.locale} ${timeZone} ${shape}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(
      w.locale,
      shape === 'date'
        ? { timeZone, weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }
        : {
            timeZone,
            weekday: 'long',
            year: 'numeric',
            month: 'long',
            day: 'numeric',
            hour: 'numeric',
            minute: '2-digit',
            timeZoneName: 'short',
          },
    );
    formats.set(key, format);
  }
  return format;
}

const dates = new Map<string, string>();
const DATES_LIMIT = 1_000;

/** A wave's mails all name the same day. */
function dateIn(date: Date, timeZone: string, w: Wording): string {
  const key = `${w.locale} ${timeZone} ${date.getTime()}`;
  let text = dates.get(key);
  if (text === undefined) {
    text = formatFor(w, timeZone, 'date').format(date);
    if (dates.size >= DATES_LIMIT) dates.clear();
    dates.set(key, text);
  }
  return text;
}

/** Day and time with its zone. */
function momentIn(at: Date, timeZone: string, w: Wording): string {
  return plainSpaces(formatFor(w, timeZone, 'time').format(at));
}

function timeRangeIn(from: Date, until: Date, timeZone: string, w: Wording): string {
  return plainSpaces(formatFor(w, timeZone, 'time').formatRange(from, until));
}

/** ICU puts thin and narrow spaces into times, which some mail clients show as boxes. */
function plainSpaces(text: string): string {
  return text.replace(/[\u2009\u202f\u00a0]/g, ' ');
}

type View = (context: object) => string;
type Views = Record<MailKind, { subject: View; html: View; text: View }>;

const VIEWS_FOLDER = fileURLToPath(new URL('../../views/email/', import.meta.url));
let loaded: Views | undefined;

/** Reads and compiles the views once a process. */
function loadViews(): Views {
  loaded ??= readViews();
  return loaded;
}

function readViews(): Views {
  const html = Handlebars.create();
  const text = Handlebars.create();
  for (const name of readdirSync(`${VIEWS_FOLDER}partials`)) {
    const source = readFileSync(`${VIEWS_FOLDER}partials/${name}`, 'utf8');
    const partial = name.replace(/\.hbs$/, '');
    if (partial.endsWith('-text')) text.registerPartial(partial, text.compile(source, { noEscape: true }));
    else html.registerPartial(partial, html.compile(source));
  }
  const view = (kind: MailKind, part: 'subject' | 'html' | 'text'): View => {
    const source = readFileSync(`${VIEWS_FOLDER}${kind.replaceAll('_', '-')}.${part}.hbs`, 'utf8');
    return part === 'html' ? html.compile(source) : text.compile(source, { noEscape: true });
  };
  const kinds = Object.keys(CONTENT) as MailKind[];
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      { subject: view(kind, 'subject'), html: view(kind, 'html'), text: view(kind, 'text') },
    ]),
  ) as Views;
}
