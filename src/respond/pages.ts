import { canRespond } from '../committees/rules.ts';
import { seatRoleName } from '../committees/words.ts';
import type { Language } from '../employers/types.ts';
import { type FieldError, type FormValues, fieldError } from '../http/forms.ts';
import { assertNever, invariant } from '../lib/errors.ts';
import { formatDate, formatDateTime, formatTime } from '../lib/zoned-time.ts';
import { minutesToAnswer } from '../outreach/rules.ts';
import { DECLINE_REASONS } from '../outreach/types.ts';
import type { AnswerError } from '../surveys/rules.ts';
import type {
  AnswerValues,
  InstrumentBody,
  NoticeBody,
  Question,
  Relation,
  Wording,
} from '../surveys/types.ts';
import { type RespondStep, respondPath } from './paths.ts';
import {
  answerUntil,
  askersOf,
  hasUnsentChanges,
  issuersOf,
  previousStep,
  resumeStep,
  stepsOf,
} from './rules.ts';
import { type RespondText, TEXT } from './text.ts';
import type { Asker, CredentialFacts, MeetingAsk, RespondFacts } from './types.ts';

/** What every page of one invitation is made from. */
export type PageContext<Facts extends CredentialFacts = RespondFacts> = {
  token: string;
  language: Language;
  now: Date;
  facts: Facts;
  /** Of all that is asked about credentials, by id. */
  wordings: ReadonlyMap<number, PageWording>;
  /** Asks that are over while others of the same link go on. */
  ended: ReadonlyMap<number, Asker>;
};

type PageWording = { id: number; sha256: string; body: InstrumentBody };

/** A context of which only the page in hand is known, enough for the frame around any page. */
type AnyContext = PageContext<CredentialFacts>;

/** The questions of one ask. */
export function wordingOf({ wordings }: AnyContext, ask: { instrumentVersionId: number }): PageWording {
  const wording = wordings.get(ask.instrumentVersionId);
  invariant(wording, `instrument version ${ask.instrumentVersionId} is read`);
  return wording;
}

/**
 * How the connection to an issuer is asked: once, whoever asks about its credentials, and so in the words of the first
 * of them. The answers are the same few in every wording.
 */
function relationWording(context: AnyContext, issuerId: number): InstrumentBody['relation'] {
  const first = context.facts.credentials.find((ask) => ask.issuerId === issuerId);
  invariant(first, 'the issuer of a credential that is asked about');
  return wordingOf(context, first).body.relation;
}

/** A form that was refused, to be shown again as it was typed. */
export type RefusedForm = { values: FormValues; errors: readonly FieldError[] };

const OTHER: Record<Language, Language> = { en: 'es', es: 'en' };

function shell(
  context: AnyContext,
  page: {
    title: string;
    step?: RespondStep;
    back?: RespondStep | 'start';
    errors?: readonly FieldError[];
    values?: FormValues;
  },
) {
  const { facts, language, token } = context;
  const text = TEXT[language];
  const { agency } = facts;
  const other = OTHER[language];
  return {
    lang: language,
    text,
    title: page.title,
    agency: {
      name: agency.name,
      address: agency.postalAddress,
      contactEmail: agency.replyTo,
      contactPhone: agency.phone,
    },
    languages: [{ href: respondPath(token, page.step, other), lang: other, text: TEXT[other].languageName }],
    back: page.back
      ? { href: path(context, page.back === 'start' ? undefined : page.back), text: text.back }
      : null,
    errors: page.errors ?? [],
    values: page.values ?? {},
    action: path(context, page.step),
  };
}

/** A step's address in the language of the page; the invitation's own language needs no mention. */
export function path(context: AnyContext, step?: RespondStep): string {
  const { token, language, facts } = context;
  return respondPath(token, step, language === facts.language ? undefined : language);
}

/** Where a page stands among the others, and where its back link leads. */
function placeOf(context: AnyContext, step: RespondStep) {
  const steps = stepsOf(progressOf(context), context.wordings);
  const total = steps.length + 1;
  const current = step === 'check' ? total : steps.findIndex((each) => each.step === step) + 1;
  const isDone = step !== 'check' && steps.every(({ done }) => done);
  const before: RespondStep | 'start' = isDone ? 'check' : (previousStep(steps, step) ?? 'start');
  return { back: before, steps: { current, total, text: TEXT[context.language].stepOf(current, total) } };
}

function progressOf({ facts, ended }: AnyContext) {
  const { draft, credentials, meetings } = facts;
  return { draft, credentials, meetings, over: ended };
}

/** Who asks, why you, what about, how long, until when, and what becomes of the answer. */
export function startPage(whole: PageContext, notices: readonly AskerNotice[]) {
  const context = withoutEnded(whole);
  const { facts, language } = context;
  const text = TEXT[language];
  const { credentials, employer } = facts;
  const steps = stepsOf(progressOf(whole), whole.wordings);
  const begun = facts.draft.about !== undefined;
  return {
    ...shell(context, {
      title: credentials.length > 0 ? text.startTitle(credentials.length) : text.startTitleMeeting,
    }),
    lead: credentials.length > 0 ? text.startLead(employer) : text.startLeadMeeting(employer),
    resumed: begun ? text.resumed : null,
    rows: [
      { key: text.whoAsks, value: askersOf(facts).join('; ') },
      { key: text.whyYou, value: text.whyYouText(facts.contact.name || facts.employer, employer) },
      { key: text.howLong, value: text.minutes(minutesToAnswer(credentials.length, facts.meetings.length)) },
      { key: text.until, value: day(answerUntil(facts), context) },
    ],
    credentialsHeading: text.weAskAbout(credentials.length),
    credentials: credentials.map(({ askId, name, issuer }) => ({
      name,
      issuedBy: text.issuedBy(issuer),
      askedBy: askedBy(context, askId),
    })),
    meetingsHeading: credentials.length > 0 ? text.weAlsoInvite : text.weInvite,
    meetings: facts.meetings.map((meeting) => ({
      committee: meeting.committee,
      when: meetingTime(meeting, language),
      askedBy: askedBy(context, meeting.askId),
    })),
    records: {
      lines: recordsLines(notices, language),
      notices: notices.map(({ agencies, body }) => ({
        of: notices.length > 1 ? agencies.join('; ') : null,
        paragraphs: body.paragraphs.map((paragraph) => inLanguage(language, paragraph)),
      })),
    },
    begin: {
      href: path(context, begun ? resumeStep(steps) : 'about'),
      text: begun ? text.resume : text.start,
    },
    declineHref: path(context, 'decline'),
  };
}

/** A public-records notice and the agencies whose it is, by name. */
export type AskerNotice = { agencies: readonly string[]; body: NoticeBody };

/** What becomes of the answers, in a line; a line for each of the agencies where they say different things. */
function recordsLines(notices: readonly AskerNotice[], language: Language): string[] {
  const lines = new Map<string, string[]>();
  for (const { agencies, body } of notices) {
    const summary = inLanguage(language, body.summary);
    lines.set(summary, [...(lines.get(summary) ?? []), ...agencies]);
  }
  return [...lines].map(([summary, agencies]) =>
    lines.size > 1 ? `${agencies.join('; ')}: ${summary}` : summary,
  );
}

/** The same with what can still be answered alone. Not for pages that have a number, which stays what it was. */
function withoutEnded(context: PageContext): PageContext {
  const { facts, ended } = context;
  if (ended.size === 0) return context;
  const goesOn = ({ askId }: { askId: number }) => !ended.has(askId);
  return {
    ...context,
    facts: {
      ...facts,
      credentials: facts.credentials.filter(goesOn),
      meetings: facts.meetings.filter(goesOn),
      askers: facts.askers.filter(goesOn),
    },
  };
}

/** Which agency asks this, where more than one asks by the link. */
function askedBy({ facts, language }: PageContext, askId: number): string | null {
  if (askersOf(facts).length < 2) return null;
  const asker = facts.askers.find((each) => each.askId === askId);
  return asker ? TEXT[language].askedBy(asker.name) : null;
}

export function aboutPage(context: PageContext, form?: RefusedForm) {
  const { facts, language } = context;
  const text = TEXT[language];
  const place = placeOf(context, 'about');
  const { about } = facts.draft;
  const issuers = issuersOf(facts.credentials);
  return {
    ...shell(context, { title: text.aboutTitle, step: 'about', back: place.back, ...form }),
    steps: place.steps,
    name: about?.name ?? facts.contact.name,
    nameHint: facts.contact.name ? text.aboutNameHint(facts.contact.name) : null,
    job: about?.title ?? facts.contact.title,
    hiring: { value: about ? yesNo(about.hiring) : null, items: yesNoItems(text) },
    connected:
      issuers.length === 0
        ? null
        : {
            legend: text.aboutConnected(facts.employer, issuers.length),
            hint: text.aboutConnectedHint(issuers.length),
            issuers: issuers.map(({ name }) => name),
            value: about ? yesNo(about.connected) : null,
            items: [
              { value: 'no', text: text.connectedNone },
              { value: 'yes', text: text.connectedSome(issuers.length) },
            ],
          },
  };
}

/** Asked only of somebody who gave another name than the invited person's. */
export function youPage(context: PageContext, form?: RefusedForm) {
  const { facts, language } = context;
  const text = TEXT[language];
  const place = placeOf(context, 'you');
  const { identity } = facts.draft;
  return {
    ...shell(context, { title: text.youTitle, step: 'you', back: place.back, ...form }),
    steps: place.steps,
    lead: text.youLead(facts.contact.name),
    value: identity?.kind ?? null,
    email: identity?.kind === 'passed_on' ? identity.email : '',
    items: [
      { value: 'invited', text: text.youInvited, hint: text.youInvitedHint },
      { value: 'passed_on', text: text.youPassedOn, hint: text.youPassedOnHint },
    ],
  };
}

export function connectionPage(context: PageContext, form?: RefusedForm) {
  const { facts, language } = context;
  const text = TEXT[language];
  const place = placeOf(context, 'connection');
  return {
    ...shell(context, {
      title: text.connectionTitle,
      step: 'connection',
      back: place.back,
      ...form,
    }),
    steps: place.steps,
    questions: issuersOf(facts.credentials).map(({ id, name }) => {
      const relation = relationWording(context, id);
      return {
        name: `issuer_${id}`,
        legend: inLanguage(language, relation.text).replace('{issuer}', name),
        value: facts.draft[`issuer:${id}`] ?? null,
        items: relation.options.map((option) => ({
          value: option.value,
          text: inLanguage(language, option.label),
        })),
      };
    }),
  };
}

export function credentialPage(
  context: AnyContext,
  number: number,
  form?: RefusedForm & { shownAt: string },
) {
  const { facts, language } = context;
  const text = TEXT[language];
  const ask = facts.credentials[number - 1]!;
  const instrument = wordingOf(context, ask);
  const step = `c/${number}` as const;
  const place = placeOf(context, step);
  const answer = facts.draft[`ask:${ask.askId}`];
  const typed = form?.values;
  return {
    ...shell(context, { title: ask.name, step, back: place.back, ...form }),
    steps: { ...place.steps, text: text.credentialCaption(number, facts.credentials.length) },
    issuedBy: text.issuedBy(ask.issuer),
    otherQuestions: asksOtherwise(context, number) ? text.otherQuestions : null,
    askId: ask.askId,
    wordingId: instrument.id,
    shownAt: form?.shownAt ?? context.now.getTime().toString(36),
    notFamiliar: {
      text: inLanguage(language, instrument.body.notFamiliar.label),
      hint: inLanguage(language, instrument.body.notFamiliar.hint),
      checked: typed ? typed.not_familiar === 'yes' : answer?.familiar === false,
    },
    answers: answer?.familiar ? answer.values : NO_ANSWERS,
    extrasOpen: instrument.body.questions.some(
      ({ key, required }) => !required && (typed ? typed[key] : answer?.familiar && answer.values[key]),
    ),
  };
}

/** Whether the questions are others than on the page before: who has just answered some looks twice. */
function asksOtherwise({ facts }: AnyContext, number: number): boolean {
  const before = facts.credentials[number - 2];
  return (
    before !== undefined && before.instrumentVersionId !== facts.credentials[number - 1]!.instrumentVersionId
  );
}

/**
 * All that a credential's page shows but the link, the ask's id and the time: employers with equal keys see equal pages.
 * Much cheaper than the page.
 */
export function credentialPageKey(context: AnyContext, number: number): string {
  const { facts, language } = context;
  const { agency, credentials, draft } = facts;
  const ask = credentials[number - 1]!;
  const { askId, name, issuer } = ask;
  const instrument = wordingOf(context, ask);
  const { back, steps } = placeOf(context, `c/${number}`);
  const answer = draft[`ask:${askId}`];
  return [
    instrument.id,
    instrument.sha256,
    asksOtherwise(context, number),
    language,
    facts.language,
    number,
    credentials.length,
    back,
    steps.current,
    steps.total,
    name,
    issuer,
    agency.name,
    agency.postalAddress,
    agency.replyTo,
    agency.phone,
    answer ? JSON.stringify(answer) : '',
  ].join(KEY_SEPARATOR);
}

/** For private use, and in no text that we print. */
const KEY_SEPARATOR = '\ue001';

const NO_ANSWERS: Record<string, string> = {};

/** A credential's page with its questions: those that count, and the optional ones. */
export function withQuestions<Page extends { lang: Language; answers: Readonly<Record<string, string>> }>(
  page: Page,
  { body }: { body: InstrumentBody },
) {
  const views = (required: boolean) =>
    body.questions
      .filter((question) => question.required === required)
      .map((question) => questionView(question, page.lang, page.answers[question.key]));
  return { ...page, questions: views(true), extras: views(false) };
}

/** A question's radios as the shared partial takes them. */
function questionView(question: Question, language: Language, value: string | undefined) {
  return {
    name: question.key,
    legend: inLanguage(language, question.text),
    value: value ?? null,
    items: question.options.map((option) => ({
      value: option.value,
      text: inLanguage(language, option.label),
    })),
    inline: question.options.length <= 3,
    tile: question.required,
  };
}

export function meetingPage(context: PageContext, number: number, form?: RefusedForm) {
  const { facts, language } = context;
  const text = TEXT[language];
  const meeting = facts.meetings[number - 1]!;
  const step = `m/${number}` as const;
  const place = placeOf(context, step);
  const reply = facts.draft[`meeting:${meeting.askId}`];
  return {
    ...shell(context, {
      title: text.meetingTitle(meeting.committee),
      step,
      back: place.back,
      ...form,
    }),
    steps: place.steps,
    purpose: meeting.purpose,
    rows: [
      { key: text.meetingWhen, value: meetingTime(meeting, language) },
      { key: text.meetingWhere, value: [meeting.place, meeting.onlineUrl].filter(Boolean).join(', ') },
      { key: text.meetingSeat, value: meeting.seatRole ? seatRoleName(meeting.seatRole, language) : '' },
    ].filter(({ value }) => value !== ''),
    closed: context.ended.has(meeting.askId)
      ? { text: endedText(context, meeting), href: path(context, 'check') }
      : canRespond({ state: meeting.meetingState, startsAt: meeting.startsAt }, context.now).ok
        ? null
        : { text: text.meetingClosed, href: path(context, 'check') },
    value: reply?.response ?? null,
    items: [
      { value: 'accepted', text: text.meetingAccept, hint: text.meetingAcceptHint },
      { value: 'declined', text: text.meetingDecline },
    ],
    reason: reply?.reason ?? '',
    colleagueName: reply?.colleague?.name ?? '',
    colleagueEmail: reply?.colleague?.email ?? '',
    colleagueOpen: Boolean(
      form ? form.values.colleague_name || form.values.colleague_email : reply?.colleague,
    ),
  };
}

export function checkPage(
  context: PageContext,
  notices: readonly AskerNotice[],
  errors: readonly FieldError[] = [],
) {
  const { facts, language } = context;
  const text = TEXT[language];
  const steps = stepsOf(progressOf(context), context.wordings);
  const missing = steps.filter(({ done }) => !done).length;
  const sent = facts.state === 'answered';
  return {
    ...shell(context, {
      title: sent ? text.checkTitleChange : text.checkTitle,
      step: 'check',
      back: previousStep(steps, 'check') ?? 'start',
      errors,
    }),
    action: path(context, 'send'),
    steps: placeOf(context, 'check').steps,
    sections: summaryOf(context, true),
    partial: missing > 0 ? text.checkPartial(missing) : null,
    nothing: facts.draft.about === undefined && missing === steps.length ? text.checkNothing : null,
    recordsLines: recordsLines(notices, language),
    sendText: sent ? text.sendChanges : text.send,
    cancel: sent ? { href: path(context, 'thanks'), text: text.backToSent } : null,
  };
}

/** The sent answers: right after sending, and whenever the link is opened again. */
export function thanksPage(context: PageContext, waitsFor: 'quarantined' | 'forwarded' | null) {
  const { facts, language } = context;
  const text = TEXT[language];
  const withdrawn = isWithdrawn(facts);
  const until = day(facts.graceUntil, context);
  const accepted = facts.meetings.some(
    ({ askId }) => facts.draft[`replied:${askId}`]?.response === 'accepted',
  );
  return {
    ...shell(context, { title: withdrawn ? text.withdrawnTitle : text.thanksTitle, step: 'thanks' }),
    withdrawn: withdrawn ? text.withdrawnText(until) : null,
    wait:
      withdrawn || waitsFor === null
        ? null
        : waitsFor === 'quarantined'
          ? text.waitQuarantined
          : text.waitForwarded,
    sentOn: facts.answeredAt ? text.thanksSentOn(moment(facts.answeredAt, context)) : '',
    next: [
      ...(facts.credentials.length === 0
        ? []
        : [askersOf(facts).length > 1 ? text.thanksNextTogether : text.thanksNext(facts.agency.shortName)]),
      ...(accepted ? [text.thanksNextMeeting] : []),
      text.changeUntil(until),
    ],
    unsent: hasUnsentChanges(facts) ? text.changesWaiting : null,
    changeHref: path(context, 'check'),
    changeText: withdrawn
      ? text.answerAgain
      : hasUnsentChanges(facts)
        ? text.reviewChanges
        : text.changeAnswers,
    withdrawHref:
      !withdrawn && facts.credentials.some(({ state }) => state === 'answered')
        ? path(context, 'withdraw')
        : null,
    // Something saved but not sent is not what we were told, so the list waits until it is.
    sections: withdrawn || hasUnsentChanges(facts) ? [] : summaryOf(context, false),
  };
}

/** Every answer about a credential has been taken back. */
export function isWithdrawn(facts: Pick<RespondFacts, 'state' | 'credentials'>): boolean {
  return (
    facts.state === 'answered' &&
    facts.credentials.some(({ state }) => state === 'withdrawn') &&
    !facts.credentials.some(({ state }) => state === 'answered')
  );
}

export function withdrawPage(context: PageContext) {
  const text = TEXT[context.language];
  return {
    ...shell(context, { title: text.withdrawTitle, step: 'withdraw', back: 'thanks' }),
    meetingStays: context.facts.meetings.length > 0 ? text.withdrawMeetingStays : null,
    keepHref: path(context, 'thanks'),
  };
}

export function declinePage(context: PageContext, form?: RefusedForm) {
  const { facts } = context;
  const text = TEXT[context.language];
  return {
    ...shell(context, { title: text.declineTitle, step: 'decline', back: 'start', ...form }),
    items: DECLINE_REASONS.map((reason) => ({
      value: reason,
      text: text.declineReason[reason],
      hint: text.declineHint[reason](facts.employer) || null,
    })),
    colleagueHref: path(context, 'colleague'),
  };
}

export function declinedPage(context: PageContext) {
  const { facts, language } = context;
  const text = TEXT[language];
  const reason = facts.declineReason ?? 'no_time';
  return {
    ...shell(context, { title: text.declinedTitle }),
    what: text.declinedText[reason],
    colleagueHref: reason === 'left' || reason === 'wrong_role' ? path(context, 'colleague') : null,
    anyway: reason === 'never' ? null : text.declinedAnyway(day(facts.closeAt, context)),
    anywayHref: path(context, resumeStep(stepsOf(progressOf(context), context.wordings))),
  };
}

export function colleaguePage(context: PageContext, form?: RefusedForm) {
  const text = TEXT[context.language];
  return {
    ...shell(context, { title: text.colleagueTitle, step: 'colleague', back: 'decline', ...form }),
    lead: text.colleagueLead(context.facts.employer),
  };
}

export function referredPage(context: PageContext) {
  const text = TEXT[context.language];
  return { ...shell(context, { title: text.referredTitle }), sentences: [text.referredText] };
}

/** A link that is known and takes nothing any more; what was just typed is shown back, for it was not recorded. */
export function closedPage(context: PageContext, typed: { key: string; value: string }[] | null) {
  const { facts, language } = context;
  const text = TEXT[language];
  const { agency } = facts;
  const cancelled = facts.waveState === 'cancelled';
  return {
    ...shell(context, { title: cancelled ? text.cancelledTitle : text.closedTitle }),
    sentences: [
      cancelled
        ? text.cancelledText(agency.shortName)
        : text.closedText(agency.shortName, day(facts.closeAt, context)),
      ...(facts.answeredAt && !isWithdrawn(facts)
        ? [text.closedKept(moment(facts.answeredAt, context))]
        : []),
    ],
    nothing: typed ? text.closedNothing : null,
    typed: typed?.length ? typed : null,
  };
}

/** What a form sent, in words where its fields are known, so that nobody has typed for nothing. */
export function typedRows(context: PageContext, body: unknown): { key: string; value: string }[] {
  const { facts, language } = context;
  const text = TEXT[language];
  const form: Record<string, unknown> = { ...(body ?? {}) };
  const ask = facts.credentials.find(({ askId }) => String(askId) === form.ask);
  const instrument = ask && wordingOf(context, ask).body;
  const labels: Record<string, string> = {
    name: text.aboutName,
    job: text.aboutJob,
    hiring: text.aboutHiring,
    reason: text.checkReason,
    response: text.meetingAnswer,
    email: text.colleagueEmail,
    colleague_name: text.colleagueName,
    colleague_email: text.colleagueEmail,
  };
  const words: Record<string, string> = {
    yes: text.yes,
    no: text.no,
    accepted: text.yes,
    declined: text.no,
    ...text.declineReason,
  };
  return Object.entries(form).flatMap(([name, value]) => {
    if (typeof value !== 'string' || value === '') return [];
    if (name === 'not_familiar') return [{ key: text.notFamiliarKey, value: text.notFamiliar }];
    const question = instrument?.questions.find(({ key }) => key === name);
    if (question) {
      return [{ key: inLanguage(language, question.text), value: optionText(question, value, language) }];
    }
    const label = labels[name];
    return label ? [{ key: label, value: (words[value] ?? value).slice(0, 300) }] : [];
  });
}

/** The draft in words: what was saved page by page and can no longer be sent. */
export function draftRows(context: PageContext): { key: string; value: string }[] {
  return summaryOf(context, false).flatMap(({ heading, rows }) =>
    rows.map(({ key, value }) => ({ key: `${heading}: ${key}`, value })),
  );
}

/** Why nothing could be sent, with a link to the page that is missing. */
export function sendErrors(
  context: PageContext,
  reason: 'about_missing' | 'identity_missing' | 'connection_missing' | 'nothing_to_send',
): FieldError[] {
  const { errors } = TEXT[context.language];
  const { credentials } = context.facts;
  switch (reason) {
    case 'about_missing':
      return [{ field: 'about', message: errors.aboutMissing, href: path(context, 'about') }];
    case 'identity_missing':
      return [{ field: 'you', message: errors.identityMissing, href: path(context, 'you') }];
    case 'connection_missing':
      return [{ field: 'connection', message: errors.connectionMissing, href: path(context, 'connection') }];
    case 'nothing_to_send':
      return [
        {
          field: 'send',
          message: credentials.length > 0 ? errors.nothingToSend : errors.nothingToSendMeeting,
          href: path(context, credentials.length > 0 ? 'c/1' : 'm/1'),
        },
      ];
    default:
      return assertNever(reason);
  }
}

/** The same for a link that never was and for one that is no longer known. */
export function unknownPage(language: Language) {
  const text = TEXT[language];
  return {
    lang: language,
    text,
    title: text.unknownTitle,
    agency: null,
    languages: [],
    back: null,
    errors: [],
    values: {},
    sentences: [text.unknownText, text.unknownWhatToDo],
    nothing: null,
    typed: null,
  };
}

type SummaryRow = {
  key: string;
  value: string;
  action: { href: string; text: string; about: string } | null;
};
type SummarySection = { heading: string; askedBy?: string | null; ended?: string; rows: SummaryRow[] };

/** Why an ask takes nothing while others do, and that what was sent before stands. */
function endedText(context: PageContext, { askId, state }: { askId: number; state: string }): string {
  const text = TEXT[context.language];
  const { waveState, closeAt } = context.ended.get(askId)!;
  const why = waveState === 'cancelled' ? text.askCancelled : text.askEnded(day(closeAt, context));
  return `${why} ${state === 'answered' || state === 'declined' ? text.askKept : text.askNotSent}`;
}

function summaryOf(context: PageContext, withActions: boolean): SummarySection[] {
  const { facts, language } = context;
  const text = TEXT[language];
  const { draft } = facts;
  const action = (step: RespondStep, about: string, answered: boolean) =>
    withActions
      ? { href: path(context, step), text: answered ? text.change : text.checkAnswerNow, about }
      : null;
  const sections: SummarySection[] = [];

  const about = draft.about;
  const aboutRows: SummaryRow[] = about
    ? [
        { key: text.aboutName, value: about.name, action: action('about', text.aboutName, true) },
        { key: text.aboutJob, value: about.title, action: action('about', text.aboutJob, true) },
        {
          key: text.checkHiring,
          value: about.hiring ? text.yes : text.no,
          action: action('about', text.checkHiring, true),
        },
      ]
    : [
        {
          key: text.checkAbout,
          value: text.checkNotAnswered,
          action: action('about', text.checkAbout, false),
        },
      ];
  if (about?.other) {
    const { identity } = draft;
    aboutRows.push({
      key: text.checkIdentity,
      value: !identity
        ? text.checkNotAnswered
        : identity.kind === 'invited'
          ? text.checkInvited
          : text.checkPassedOn(identity.email),
      action: action('you', text.checkIdentity, identity !== undefined),
    });
  }
  if (about && !about.connected && facts.credentials.length > 0) {
    aboutRows.push({
      key: text.checkConnected,
      value: text.no,
      action: action('about', text.checkConnected, true),
    });
  }
  for (const issuer of about?.connected ? issuersOf(facts.credentials) : []) {
    const relation = draft[`issuer:${issuer.id}`];
    aboutRows.push({
      key: text.checkConnectionTo(issuer.name),
      value: relation
        ? relationText(relationWording(context, issuer.id), relation, language)
        : text.checkNotAnswered,
      action: action('connection', text.checkConnectionTo(issuer.name), relation !== undefined),
    });
  }
  sections.push({ heading: text.checkAbout, rows: aboutRows });

  for (const [index, ask] of facts.credentials.entries()) {
    const answer = draft[`ask:${ask.askId}`];
    if (context.ended.has(ask.askId)) {
      sections.push({
        heading: ask.name,
        askedBy: askedBy(context, ask.askId),
        ended: endedText(context, ask),
        rows: [],
      });
      continue;
    }
    if (!answer && !withActions) continue;
    sections.push({
      heading: ask.name,
      askedBy: askedBy(context, ask.askId),
      rows: answerRows(wordingOf(context, ask).body, answer, language).map((row) => ({
        ...row,
        action: action(`c/${index + 1}`, `${row.key} (${ask.name})`, answer !== undefined),
      })),
    });
  }
  for (const [index, meeting] of facts.meetings.entries()) {
    const reply = draft[`meeting:${meeting.askId}`];
    if (context.ended.has(meeting.askId)) {
      sections.push({
        heading: meeting.committee,
        askedBy: askedBy(context, meeting.askId),
        ended: endedText(context, meeting),
        rows: [],
      });
      continue;
    }
    if (!reply && !withActions) continue;
    const rows = [
      {
        key: text.meetingAnswer,
        value: !reply ? text.checkNotAnswered : reply.response === 'accepted' ? text.yes : text.no,
      },
      ...(reply?.reason ? [{ key: text.checkReason, value: reply.reason }] : []),
      ...(reply?.colleague
        ? [{ key: text.checkColleague, value: `${reply.colleague.name}, ${reply.colleague.email}` }]
        : []),
    ];
    sections.push({
      heading: meeting.committee,
      askedBy: askedBy(context, meeting.askId),
      rows: rows.map((row) => ({
        ...row,
        action: action(`m/${index + 1}`, `${row.key} (${meeting.committee})`, reply !== undefined),
      })),
    });
  }
  return sections;
}

/** Question and answer in words, by the question's name for the check page or in full for the receipt. */
export function answerRows(
  instrument: InstrumentBody,
  answer: AnswerValues | undefined,
  language: Language,
  wording: 'name' | 'text' = 'name',
): { key: string; value: string }[] {
  const text = TEXT[language];
  const required = instrument.questions.filter((question) => question.required);
  if (!answer) return [{ key: inLanguage(language, required[0]!.name), value: text.checkNotAnswered }];
  if (!answer.familiar) return [{ key: text.notFamiliarKey, value: text.notFamiliar }];
  return instrument.questions
    .filter(({ key }) => answer.values[key] !== undefined)
    .map((question) => ({
      key: inLanguage(language, wording === 'name' ? question.name : question.text),
      value: optionText(question, answer.values[question.key]!, language),
    }));
}

function optionText(question: Question, value: string, language: Language): string {
  const option = question.options.find((each) => each.value === value);
  return option ? inLanguage(language, option.label) : value;
}

function relationText(
  { options }: InstrumentBody['relation'],
  relation: Relation,
  language: Language,
): string {
  const option = options.find(({ value }) => value === relation);
  return option ? inLanguage(language, option.label) : relation;
}

/** The sentence for each fault of an answer; the first and the second question are called so. */
export function answerErrors(
  instrument: InstrumentBody,
  errors: readonly AnswerError[],
  language: Language,
): FieldError[] {
  const text = TEXT[language].errors;
  const unknown = inLanguage(language, instrument.notFamiliar.label);
  return errors.map(({ question, code }) => {
    const number = instrument.questions.findIndex(({ key }) => key === question) + 1;
    switch (code) {
      case 'missing':
        return fieldError(question, text.answerMissing(number, unknown));
      case 'not_an_option':
        return fieldError(question, text.answerUnknown(number));
      case 'both':
        return fieldError('not_familiar', text.answerBoth(unknown));
      default:
        return assertNever(code);
    }
  });
}

function yesNoItems(text: RespondText) {
  return [
    { value: 'yes', text: text.yes },
    { value: 'no', text: text.no },
  ];
}

function yesNo(value: boolean): 'yes' | 'no' {
  return value ? 'yes' : 'no';
}

function inLanguage(language: Language, wording: Wording): string {
  return wording[language].text;
}

function day(instant: Date, context: PageContext): string {
  return formatDate(instant, context.facts.agency.timeZone, context.language);
}

function moment(instant: Date, context: PageContext): string {
  const { timeZone } = context.facts.agency;
  return `${formatDate(instant, timeZone, context.language)}, ${formatTime(instant, timeZone, context.language)}`;
}

function meetingTime(meeting: MeetingAsk, language: Language): string {
  return formatDateTime(meeting.startsAt, meeting.timeZone, language);
}
