import { SIZE_BAND_NAMES, SIZE_BANDS } from '../employers/audience.ts';
import type { FieldError, FormValues } from '../http/forms.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { NAICS_SECTORS } from '../lib/naics.ts';
import { formatDate, formatDateTime, formatTime } from '../lib/zoned-time.ts';
import { DEFAULT_BUDGET } from '../outreach/planner/budget.ts';
import { dayFromIso, isoWeekday, isRoundTheClock } from '../outreach/planner/calendar.ts';
import { EXCLUSION_REASONS, type ExclusionReason } from '../outreach/planner/reasons.ts';
import { comparePlans, type PlanChange, type PlanSummary } from '../outreach/planner/summarise-plan.ts';
import type { WarmUp } from '../outreach/planner/types.ts';
import type { WavePauseReason } from '../outreach/types.ts';
import type { Staff } from './create-wave.ts';
import type { CycleProposal } from './cycle/queries.ts';
import { CYCLE_STATE_TEXT, cycleProposalItem } from './cycle/words.ts';
import {
  type ForecastFacts,
  type ForecastOf,
  forecastTag,
  forecastText,
  needText,
} from './forecast-words.ts';
import { protocolValues, SECTOR_CHOICES, suggestedProtocol } from './forms.ts';
import type { Need } from './gather-plan-input.ts';
import { calendarPath, limitsPath, newWavePath, wavePath, wavesPath } from './paths.ts';
import { graceUntil } from './protocol.ts';
import type {
  AskedPerson,
  getProgress,
  listCredentialOptions,
  listCredentialProgress,
  listMeetingProgress,
  listWaves,
  Wave,
} from './queries.ts';
import type { CountedReason, LeftOutPerson } from './reason-queries.ts';
import { canDo, nextStep, WAVE_STEPS, type WaveAction, type WaveStep } from './rules.ts';
import { summaryKey } from './summary-key.ts';
import type { Said, WaveAudience, WaveProtocol } from './types.ts';
import {
  DONE_TEXT,
  decisionCode,
  decisionNote,
  EXCLUSION_TEXT,
  INVITATION_TEXT,
  PAUSE_TEXT,
  RISK_TEXT,
  STATE_KIND,
  STATE_TEXT,
} from './words.ts';

type Refused = { errors: FieldError[]; values: FormValues };

const WAVES_CRUMB = { href: wavesPath, text: 'Waves' };
const waveCrumbs = (wave: Pick<Wave, 'id' | 'name'>) => [
  WAVES_CRUMB,
  { href: wavePath(wave.id), text: wave.name },
];

const number = (value: number) => value.toLocaleString('en-US');
const counted = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;
const people = (value: number) => counted(value, 'person', 'people');

export function noticeFor(done: string | undefined) {
  return (done !== undefined && Object.hasOwn(DONE_TEXT, done) && DONE_TEXT[done]) || null;
}

export function wavesPage(
  waves: Awaited<ReturnType<typeof listWaves>>,
  facts: {
    proposals: readonly CycleProposal[];
    ended: readonly CycleProposal[];
    zone: string;
    mayEdit: boolean;
    done: string | undefined;
  },
) {
  return {
    title: 'Waves',
    notice: noticeFor(facts.done),
    proposals: facts.proposals.map((proposal) => cycleProposalItem(proposal, facts.zone)),
    ended: facts.ended.map((proposal) => ({
      ...cycleProposalItem(proposal, facts.zone),
      state: CYCLE_STATE_TEXT[proposal.state],
    })),
    calendarPath,
    limitsPath,
    newPath: facts.mayEdit ? newWavePath : null,
    waves: waves.map((wave) => {
      const topics = wave.topics.credentialIds.length;
      const meetings = wave.topics.meetingIds.length;
      return {
        href: wavePath(wave.id),
        name: wave.name,
        state: STATE_TEXT[wave.state],
        kind: STATE_KIND[wave.state],
        about: [
          topics > 0 ? counted(topics, 'credential', 'credentials') : '',
          meetings > 0 ? counted(meetings, 'meeting', 'meetings') : '',
        ]
          .filter((part) => part !== '')
          .join(', '),
        hasProgress: wave.launchedAt !== null && wave.invited > 0,
        invited: wave.invited,
        answered: wave.answered,
        answeredText: `${number(wave.answered)} of ${number(wave.invited)}`,
        when: whenText(wave, facts.zone),
      };
    }),
  };
}

function whenText(wave: Pick<Wave, 'state' | 'closeAt' | 'createdAt'>, zone: string): string {
  if (wave.closeAt === null) return `Begun ${formatDate(wave.createdAt, zone)}`;
  const day = formatDate(new Date(wave.closeAt.getTime() - 1), zone);
  return wave.state === 'closed' ? `Closed ${day}` : `Closes ${day}`;
}

export function newWavePage(refused?: Refused) {
  return {
    title: 'New wave',
    breadcrumbs: [WAVES_CRUMB],
    action: wavesPath,
    cancelPath: wavesPath,
    errors: refused?.errors ?? [],
    values: refused?.values ?? {},
  };
}

const STEP_TITLES: Record<WaveStep, string> = {
  audience: 'Who may be asked',
  topics: 'What to ask about',
  protocol: 'Dates and limits',
};

function stepFrame(wave: Wave, step: WaveStep) {
  const position = WAVE_STEPS.indexOf(step) + 1;
  return {
    title: STEP_TITLES[step],
    waveName: wave.name,
    breadcrumbs: waveCrumbs(wave),
    step: { current: position, total: 4, text: `Step ${position} of 4` },
    action: wavePath(wave.id, step),
    version: String(wave.updatedAt.getTime()),
    cancelPath: wavePath(wave.id),
  };
}

export function audiencePage(wave: Wave, refused?: Refused) {
  const { audience } = wave.draft;
  return {
    ...stepFrame(wave, 'audience'),
    sectors: SECTOR_CHOICES,
    sizes: SIZE_BAND_NAMES.map((band) => ({ value: band, text: SIZE_BANDS[band].text })),
    answeredChoices: [
      { value: 'any', text: 'It does not matter' },
      { value: 'never', text: 'Only employers that have never answered' },
      { value: 'before', text: 'Only employers that have answered before' },
    ],
    errors: refused?.errors ?? [],
    values: refused?.values ?? (audience ? audienceValues(audience) : { answered: 'any' }),
  };
}

function audienceValues(audience: WaveAudience): FormValues {
  return {
    sectors: SECTOR_CHOICES.map(({ value }) => value).filter((value) =>
      value.split('-').every((prefix) => audience.naicsPrefixes.includes(prefix)),
    ),
    cities: audience.cities.join(', '),
    zips: audience.zipPrefixes.join(', '),
    counties: audience.counties.join(', '),
    sizes: audience.sizeBands,
    answered: audience.answered,
  };
}

/** An audience in words, part by part. */
export function audienceRows(audience: WaveAudience) {
  const sectors = NAICS_SECTORS.filter(({ prefixes }) =>
    prefixes.every((prefix) => audience.naicsPrefixes.includes(prefix)),
  ).map(({ title }) => title);
  const whole = new Set(
    NAICS_SECTORS.filter(({ title }) => sectors.includes(title)).flatMap(({ prefixes }) => prefixes),
  );
  const others = audience.naicsPrefixes.filter((prefix) => !whole.has(prefix));
  const places = [
    ...audience.cities,
    ...audience.zipPrefixes.map((zip) => (zip.length === 5 ? `ZIP ${zip}` : `ZIP ${zip}…`)),
    ...audience.counties.map((county) => (/county/i.test(county) ? county : `${county} County`)),
    ...audience.states,
  ];
  return [
    {
      key: 'Sectors',
      value:
        sectors.length === 0 && audience.naicsPrefixes.length === 0
          ? 'All sectors'
          : [...sectors, ...others.map((prefix) => `NAICS ${prefix}`)].join('; '),
    },
    {
      key: 'Places',
      value: places.length === 0 ? 'Everywhere' : places.join(', '),
    },
    {
      key: 'Size',
      value:
        audience.sizeBands.length === 0
          ? 'Any size'
          : audience.sizeBands.map((band) => SIZE_BANDS[band].text).join(', '),
    },
    {
      key: 'Answered before',
      value:
        audience.answered === 'any'
          ? 'Does not matter'
          : audience.answered === 'before'
            ? 'Only employers that have answered'
            : 'Only employers that have never answered',
    },
  ];
}

export function topicsPage(
  wave: Wave,
  facts: {
    credentials: Awaited<ReturnType<typeof listCredentialOptions>>;
    needs: readonly Need[];
    meetings: readonly {
      id: number;
      title: string;
      committeeName: string;
      startsAt: Date;
      timeZone: string;
    }[];
    audience: { contacts: number; active: number; units: number };
  },
  refused?: Refused,
) {
  const needs = new Map(facts.needs.map((need) => [need.credentialId, need]));
  const item = (credential: (typeof facts.credentials)[number], hint: string) => ({
    value: String(credential.id),
    text: credential.version ? `${credential.name} (${credential.version})` : credential.name,
    hint,
  });
  const needed = facts.credentials
    .flatMap((credential) => {
      const need = needs.get(credential.id);
      return need ? [{ credential, need }] : [];
    })
    .sort((a, b) => b.need.shortfall - a.need.shortfall || (a.credential.name < b.credential.name ? -1 : 1));
  const { topics } = wave.draft;
  const chosen = topics.credentialIds.map(String);
  return {
    ...stepFrame(wave, 'topics'),
    audienceText: `${people(facts.audience.active)} at ${counted(facts.audience.units, 'employer', 'employers')} fit the audience you chose.`,
    needed: needed.map(({ credential, need }) =>
      item(
        credential,
        need.required === 0
          ? `${credential.issuer}. Its policy needs facts that answers do not give.`
          : need.shortfall === 0
            ? `${credential.issuer}. Has the ${need.required} it needs.`
            : `${credential.issuer}. Short by ${need.shortfall} of ${need.required}.`,
      ),
    ),
    others: facts.credentials
      .filter((credential) => !needs.has(credential.id))
      .map((credential) => item(credential, credential.issuer)),
    othersSummary: needed.length > 0 ? 'Credentials without an application' : null,
    othersOpen:
      needed.length === 0 ||
      facts.credentials.some((c) => !needs.has(c.id) && topics.credentialIds.includes(c.id)),
    meetings: facts.meetings.map((meeting) => ({
      value: String(meeting.id),
      text: `${meeting.committeeName}: ${meeting.title}`,
      hint: formatDateTime(meeting.startsAt, meeting.timeZone),
    })),
    errors: refused?.errors ?? [],
    values: refused?.values ?? { needed: chosen, others: chosen, meetings: topics.meetingIds.map(String) },
  };
}

export function protocolPage(wave: Wave, facts: { now: Date; zone: string }, refused?: Refused) {
  const stored = wave.draft.protocol ?? suggestedProtocol(facts.now, facts.zone);
  return {
    ...stepFrame(wave, 'protocol'),
    hasMeetings: wave.draft.topics.meetingIds.length > 0,
    hours: hoursText(stored),
    stopRules: [
      {
        value: 'ask_all',
        text: 'Everybody in the audience whom something concerns',
        hint: 'Credentials that are short come first; free places in a mail go to those asked least.',
      },
      {
        value: 'enough',
        text: 'Only as many as each credential is expected to need',
        hint: 'Fewer people are disturbed. Credentials that have their number are not asked about.',
      },
    ],
    unknownSectors: [
      { value: 'leave_out', text: 'Leave them out' },
      { value: 'ask', text: 'Ask them about everything' },
    ],
    authorities: [
      { value: 'all', text: 'Anybody we have a contact for' },
      { value: 'only', text: 'Only people known to decide on hiring' },
    ],
    errors: refused?.errors ?? [],
    values: refused?.values ?? protocolValues(stored, facts.zone),
  };
}

function hoursText(protocol: WaveProtocol): string {
  const { calendar } = protocol;
  if (isRoundTheClock(calendar)) return 'At any hour of any day';
  const clock = (minute: number) =>
    formatTime(new Date(minute * 60_000), 'UTC')
      .replace(' AM', ' a.m.')
      .replace(' PM', ' p.m.');
  const workdays = calendar.weekdays.length === 5 && calendar.weekdays.every((day) => day <= 5);
  const days = workdays ? 'Monday to Friday' : `${calendar.weekdays.length} days a week`;
  return `${days}, ${clock(calendar.fromMinute)} to ${clock(calendar.untilMinute)} where the employer is`;
}

/** A protocol in words: when, how much, what stops it. */
const dateText = (date: string) => formatDate(new Date(`${date}T12:00:00Z`), 'UTC');

export function protocolRows(protocol: WaveProtocol, zone: string) {
  const lastDay = (instant: Date) => formatDate(new Date(instant.getTime() - 1), zone);
  const holidays = protocol.calendar.closedDates.map(dateText);
  const inStates = Object.entries(protocol.calendar.closedIn ?? {}).map(
    ([state, dates]) => `in ${state} also not on ${dates.map(dateText).join(' or ')}`,
  );
  return [
    {
      key: 'Invitations leave',
      value: `${formatDate(protocol.sendFrom, zone)} to ${lastDay(protocol.sendUntil)}`,
    },
    {
      key: 'Hours',
      value: [
        hoursText(protocol),
        ...(holidays.length > 0 ? [`not on ${holidays.join(' or ')}`] : []),
        ...inStates,
      ].join('; '),
    },
    {
      key: 'Reminder',
      value:
        protocol.remindAt.length === 0
          ? 'None'
          : `From ${protocol.remindAt.map((at) => formatDate(at, zone)).join(' and ')}, to those who have not answered, at least ${protocol.budget.person.minBusinessDaysBetween} business days after the invitation`,
    },
    {
      key: 'Closes',
      value: `${lastDay(protocol.closeAt)}; late answers are taken until ${lastDay(graceUntil(protocol))}`,
    },
    {
      key: 'In one mail',
      value: `At most ${counted(protocol.maxAsksPerTouch, 'credential or meeting', 'credentials and meetings')}`,
    },
    {
      key: 'In one day',
      value: `At most ${counted(protocol.dailyCapacity, 'mail', 'mails')}`,
    },
    {
      key: 'Who is asked',
      value:
        protocol.stopRule === 'ask_all'
          ? 'Everybody in the audience whom something concerns'
          : 'Only as many as each credential is expected to need',
    },
    {
      key:
        canonicalJson(protocol.budget) === canonicalJson(DEFAULT_BUDGET)
          ? 'All agencies together'
          : 'Contact budget, with stricter limits',
      value: `A person gets at most ${counted(protocol.budget.person.newInvitations, 'new invitation', 'new invitations')} and ${counted(protocol.budget.person.touches, 'mail', 'mails')} in ${protocol.budget.person.touchesDays} days; at one employer at most ${people(protocol.budget.employer.peopleNewlyInvited)} are newly invited in ${protocol.budget.employer.peopleDays} days`,
    },
  ];
}

export type TopicNames = {
  credentials: ReadonlyMap<number, string>;
  meetings: ReadonlyMap<number, string>;
};

function summaryTables(
  summary: PlanSummary,
  names: TopicNames,
  facts: { zone: string; leftOutPath: string },
) {
  return {
    credentials: summary.credentials.map((credential) => ({
      name: names.credentials.get(credential.credentialId) ?? `Credential ${credential.credentialId}`,
      ...forecastCells(
        {
          ...credential,
          expectedBy: credential.expectedBy === null ? null : new Date(credential.expectedBy),
          deadline: credential.deadline === null ? null : new Date(credential.deadline),
        },
        facts.zone,
        'audience',
      ),
      employersAsked: number(credential.employersAsked),
      expected: `about ${number(Math.round(credential.expectedBothYes))}`,
    })),
    meetings: summary.meetings.map((meeting) => ({
      name: names.meetings.get(meeting.meetingId) ?? `Meeting ${meeting.meetingId}`,
      invited: number(meeting.invited),
      wanted: number(meeting.wanted),
    })),
    excluded: summary.excluded.map(({ reason, people }) => ({
      text: EXCLUSION_TEXT[reason],
      people: number(people),
      href: `${facts.leftOutPath}?reason=${reason}`,
    })),
    ratesText: `Chances count on about ${Math.round(summary.rates.response * 100)}% of the employers asked answering (by how employers of their kind answered so far), and on about ${Math.round(summary.rates.bothYes * 100)}% of answers saying yes to both (by what was said of the credential). Where little is known they start from a cautious guess and allow for its error.`,
  };
}

/** One credential's need and outlook, as tables show them. */
function forecastCells(facts: ForecastFacts, zone: string, of: ForecastOf) {
  const tag = forecastTag(facts);
  return {
    shortBy: needText(facts),
    outlook: forecastText(facts, zone, of),
    outlookKind: tag.kind,
    outlookTag: tag.text,
  };
}

function loadRows(load: PlanSummary['load']) {
  const most = Math.max(1, ...load.map((day) => day.messages));
  return load.map(({ date, messages }) => ({
    date: new Intl.DateTimeFormat('en-US', {
      timeZone: 'UTC',
      weekday: 'short',
      month: 'short',
      day: 'numeric',
    }).format(new Date(`${date}T12:00:00Z`)),
    isMonday: isoWeekday(dayFromIso(date)) === 1,
    messages,
    messagesText: number(messages),
    most,
  }));
}

function figures(summary: PlanSummary) {
  const left = summary.excluded.reduce((sum, { people }) => sum + people, 0);
  return [
    {
      heading: 'People asked',
      figure: number(summary.people),
      text: `At ${counted(summary.employers, 'employer', 'employers')}, one mail each`,
    },
    {
      heading: 'Questions put',
      figure: number(summary.asks),
      text: `${summary.people === 0 ? 0 : (summary.asks / summary.people).toFixed(1)} in a mail on average`,
    },
    {
      heading: 'Left out',
      figure: number(left),
      text: left === 0 ? 'Nobody' : 'Each with its reason, below',
    },
  ];
}

export function previewPage(
  wave: Wave,
  facts: {
    summary: PlanSummary;
    /** As it would be launched: with the agency's own rules, days off and state holidays. */
    protocol: WaveProtocol;
    warmUp: WarmUp | null;
    names: TopicNames;
    zone: string;
    now: Date;
    staff: Staff;
  },
) {
  const { summary, zone, protocol } = facts;
  const { audience } = wave.draft;
  const notes: string[] = [];
  if (summary.remindersDropped > 0) {
    notes.push(
      `${counted(summary.remindersDropped, 'reminder is', 'reminders are')} left out because the contact budget or the dates leave no room.`,
    );
  }
  if (summary.deferred > 0) {
    notes.push(
      `${counted(summary.deferred, 'mail leaves', 'mails leave')} later than the first day because somebody there was written to recently.`,
    );
  }
  if (summary.merged > 0) {
    notes.push(
      `${counted(summary.merged, 'person is', 'people are')} asked in a mail of another wave that is planned already, so that they get one mail.`,
    );
  }
  if (facts.warmUp !== null) {
    const days = facts.warmUp.daily.map((most) => number(most)).join(', ');
    notes.push(
      `The sending domain is new and is warmed up from ${dateText(facts.warmUp.from)}: at most ${days} mails on its first business days, all agencies that use it together.`,
    );
  }
  return {
    title: 'Preview',
    waveName: wave.name,
    breadcrumbs: waveCrumbs(wave),
    step: { current: 4, total: 4, text: 'Step 4 of 4' },
    figures: figures(summary),
    askedNobody: summary.people === 0,
    ...summaryTables(summary, facts.names, { zone, leftOutPath: wavePath(wave.id, 'left-out') }),
    notes,
    audienceRows: audience === null ? [] : audienceRows(audience),
    protocolRows: protocolRows(protocol, zone),
    audiencePath: wavePath(wave.id, 'audience'),
    topicsPath: wavePath(wave.id, 'topics'),
    protocolPath: wavePath(wave.id, 'protocol'),
    load: loadRows(summary.load),
    peoplePath: wavePath(wave.id, 'people'),
    planCsvPath: wavePath(wave.id, 'plan.csv'),
    leftOutPath: wavePath(wave.id, 'left-out'),
    leftOutCsvPath: wavePath(wave.id, 'left-out.csv'),
    proposePath:
      canDo('propose', wave, facts.staff).ok && summary.people > 0 ? wavePath(wave.id, 'propose') : null,
    draftPath: wavePath(wave.id),
  };
}

const OUTLOOK_TEXT = {
  already_met: 'has its number',
  expected: 'its number is likely',
  short: 'not enough employers are asked',
} as const;

/** What changed since the proposer saw the preview, in sentences. */
export function changeTexts(changes: readonly PlanChange[], names: TopicNames): string[] {
  return changes.map((change) => {
    const moved =
      change.what === 'outlook'
        ? `${OUTLOOK_TEXT[change.after]}, was: ${OUTLOOK_TEXT[change.before]}`
        : `${number(change.after)}, was ${number(change.before)}`;
    return `${changedWhat(change, names)}: ${moved}`;
  });
}

function changedWhat(change: PlanChange, names: TopicNames): string {
  switch (change.what) {
    case 'people':
      return 'People asked';
    case 'employers':
      return 'Employers asked';
    case 'asks':
      return 'Questions put';
    case 'reminders':
      return 'Reminders';
    case 'credential':
      return `Asked about ${names.credentials.get(change.credentialId) ?? 'a credential'}`;
    case 'shortfall':
      return `Employers that ${names.credentials.get(change.credentialId) ?? 'a credential'} is short of`;
    case 'outlook':
      return `Outlook of ${names.credentials.get(change.credentialId) ?? 'a credential'}`;
    case 'meeting':
      return `Invited to ${names.meetings.get(change.meetingId) ?? 'a meeting'}`;
    case 'excluded':
      return `Left out (${EXCLUSION_TEXT[change.reason].toLowerCase()})`;
  }
}

/** The page of a draft: which steps are done. */
export function draftPage(
  wave: Wave,
  facts: { staff: Staff; zone: string; done: string | undefined; datesWork: boolean },
) {
  const next = nextStep(wave.draft);
  const mayEdit = canDo('edit', wave, facts.staff).ok;
  const isDone: Record<WaveStep, boolean> = {
    audience: wave.draft.audience !== null,
    topics: wave.draft.topics.credentialIds.length + wave.draft.topics.meetingIds.length > 0,
    protocol: wave.draft.protocol !== null,
  };
  return {
    title: wave.name,
    breadcrumbs: [WAVES_CRUMB],
    notice: noticeFor(facts.done),
    state: STATE_TEXT[wave.state],
    kind: STATE_KIND[wave.state],
    steps: WAVE_STEPS.map((step) => ({
      text: STEP_TITLES[step],
      href: mayEdit ? wavePath(wave.id, step) : null,
      isDone: isDone[step],
      status: isDone[step] ? 'Done' : 'To do',
    })),
    datesPassed:
      wave.draft.protocol !== null && !facts.datesWork && wave.state !== 'cancelled'
        ? 'The dates of this wave no longer work: its last day of invitations is over.'
        : null,
    isOver: wave.state === 'cancelled',
    returnPath: canDo('return', wave, facts.staff).ok ? wavePath(wave.id, 'return') : null,
    nextPath:
      wave.state !== 'draft'
        ? null
        : next === null
          ? wavePath(wave.id, facts.datesWork ? 'preview' : 'protocol')
          : mayEdit
            ? wavePath(wave.id, next)
            : null,
    nextText: next !== null ? 'Continue' : facts.datesWork ? 'See the preview' : 'Change the dates',
    cancelPath: canDo('cancel', wave, facts.staff).ok ? wavePath(wave.id, 'cancel') : null,
  };
}

/** The page of a proposed wave: what a second person approves. */
export function proposedPage(
  wave: Wave,
  facts: Parameters<typeof previewPage>[1] & {
    done: string | undefined;
    changedWhileOpen: boolean;
  },
) {
  const { summary, staff, zone } = facts;
  const approve = canDo('approve', wave, staff);
  const before = wave.proposedPreview as PlanSummary | null;
  const preview = previewPage(wave, facts);
  return {
    ...preview,
    title: wave.name,
    breadcrumbs: [WAVES_CRUMB],
    notice: facts.changedWhileOpen
      ? {
          kind: 'warning' as const,
          heading: 'The figures changed while you had this page open',
          text: 'Nothing was launched. Look at the figures below and approve again.',
        }
      : noticeFor(facts.done),
    state: STATE_TEXT[wave.state],
    kind: STATE_KIND[wave.state],
    proposedText: `Proposed by ${wave.proposer ?? 'a colleague'}${wave.proposedAt ? ` on ${formatDateTime(wave.proposedAt, zone)}` : ''}.`,
    changes: before === null ? [] : changeTexts(comparePlans(before, summary), facts.names),
    audienceRows: wave.draft.audience === null ? [] : audienceRows(wave.draft.audience),
    approvePath: approve.ok && summary.people > 0 ? wavePath(wave.id, 'approve') : null,
    seen: summaryKey(summary),
    approveRefused: approve.ok
      ? summary.people === 0
        ? 'This wave would ask nobody now. Return it to draft and change it.'
        : null
      : approve.reason === 'same_person'
        ? 'You proposed this wave, so another person of your agency has to launch it.'
        : 'A person with the role of approver or administrator has to launch it.',
    returnPath: canDo('return', wave, staff).ok ? wavePath(wave.id, 'return') : null,
    cancelPath: canDo('cancel', wave, staff).ok ? wavePath(wave.id, 'cancel') : null,
  };
}

/** The page of a launched or ended wave: where it stands. */
export function launchedPage(
  wave: Wave,
  facts: {
    progress: Awaited<ReturnType<typeof getProgress>>;
    credentials: Awaited<ReturnType<typeof listCredentialProgress>>;
    /** While the wave is under way. */
    forecasts: ReadonlyMap<number, ForecastFacts>;
    meetings: Awaited<ReturnType<typeof listMeetingProgress>>;
    excluded: readonly { reason: ExclusionReason; people: number }[];
    /** What the plan of the launch put off, joined or did not ask although somebody is asked. */
    reasons: readonly CountedReason[];
    /** What may make it pause itself, if that goes on. */
    risk: WavePauseReason | null;
    zone: string;
    now: Date;
    staff: Staff;
    done: string | undefined;
  },
) {
  const { progress, zone, now, staff } = facts;
  const outOf = (part: number, whole: number) => `${number(part)} of ${number(whole)}`;
  const may = (action: WaveAction) => canDo(action, wave, staff).ok;
  const undelivered = progress.bounced + progress.failed;
  const left = facts.excluded.reduce((sum, { people }) => sum + people, 0);
  const end = wave.closeAt === null ? null : formatDate(new Date(wave.closeAt.getTime() - 1), zone);
  return {
    title: wave.name,
    breadcrumbs: [WAVES_CRUMB],
    notice: noticeFor(facts.done),
    state: STATE_TEXT[wave.state],
    kind: STATE_KIND[wave.state],
    pauseText: wave.state === 'paused' && wave.pauseReason !== null ? PAUSE_TEXT[wave.pauseReason] : null,
    riskText: wave.state === 'running' && facts.risk !== null ? RISK_TEXT[facts.risk] : null,
    asOf: formatDateTime(now, zone),
    refreshPath: wavePath(wave.id),
    bars: [
      {
        label: 'Invitations sent',
        value: progress.sent,
        max: Math.max(1, progress.invitations),
        text: outOf(progress.sent, progress.invitations),
        good: false,
      },
      {
        label: 'Answered',
        value: progress.answered,
        max: Math.max(1, progress.sent),
        text: outOf(progress.answered, progress.sent),
        good: true,
      },
    ],
    counts: [
      { key: 'Not sent yet', value: number(progress.planned) },
      {
        key: 'Sent, no answer yet',
        value: number(
          Math.max(
            0,
            progress.sent - progress.answered - progress.declined - progress.referred - progress.bounced,
          ),
        ),
      },
      { key: 'Started to answer', value: number(progress.started) },
      { key: 'Answered', value: number(progress.answered) },
      { key: 'Declined', value: number(progress.declined) },
      { key: 'Named a colleague instead', value: number(progress.referred) },
      { key: 'Could not be delivered', value: number(undelivered) },
      ...(progress.complained > 0
        ? [{ key: 'Reported as unwanted mail', value: number(progress.complained) }]
        : []),
      ...(progress.uncertain > 0
        ? [{ key: 'Not known whether it left: a person must look', value: number(progress.uncertain) }]
        : []),
      { key: 'Not sent after all', value: number(progress.stopped) },
      {
        key: 'Reminders',
        value: `${number(progress.remindersSent)} sent, ${number(progress.remindersPlanned)} to come for those who have not answered`,
      },
    ],
    credentials: facts.credentials.map((credential) => ({
      name: credential.name,
      asked: number(credential.asked),
      answered: credential.answered,
      max: Math.max(1, credential.asked),
      answeredText: outOf(credential.answered, credential.asked),
      declined: number(credential.declined),
      forecast: forecastOfRunning(facts.forecasts.get(credential.id), zone),
    })),
    hasForecasts: facts.forecasts.size > 0,
    meetings: facts.meetings.map((meeting) => ({
      title: meeting.title,
      invited: number(meeting.invited),
      accepted: number(meeting.accepted),
      declined: number(meeting.declined),
    })),
    excluded: facts.excluded.map(({ reason, people }) => ({
      text: EXCLUSION_TEXT[reason],
      people: number(people),
      href: `${wavePath(wave.id, 'left-out')}?reason=${reason}`,
    })),
    leftOutText: people(left),
    reasons: facts.reasons.map((each) => ({
      text: reasonText(each),
      asks: each.asks === 0 ? '' : number(each.asks),
      people: number(each.people),
      href: `${wavePath(wave.id, 'people')}?why=${reasonKey(each)}`,
    })),
    planCsvPath: wavePath(wave.id, 'plan.csv'),
    closeText:
      end === null
        ? ''
        : wave.state === 'closed'
          ? `Closed ${end}. Late answers ${wave.graceUntil !== null && now < wave.graceUntil ? 'are' : 'were'} taken until ${wave.graceUntil ? formatDate(new Date(wave.graceUntil.getTime() - 1), zone) : end}.`
          : wave.state === 'cancelled'
            ? 'Cancelled: nothing more leaves, and links that were not answered have ended.'
            : `Closes ${end}.`,
    history: [
      { at: wave.proposedAt, text: `Proposed by ${wave.proposer ?? 'a colleague'}` },
      { at: wave.launchedAt, text: `Approved and launched by ${wave.approver ?? 'a colleague'}` },
      { at: wave.pausedAt, text: 'Paused' },
      { at: wave.closedAt, text: 'Closed' },
      { at: wave.cancelledAt, text: 'Cancelled' },
    ]
      .filter((event) => event.at !== null)
      .map((event) => ({ when: formatDateTime(event.at as Date, zone), text: event.text })),
    audienceRows: wave.draft.audience === null ? [] : audienceRows(wave.draft.audience),
    protocolRows: wave.draft.protocol === null ? [] : protocolRows(wave.draft.protocol, zone),
    protocolSha256: wave.protocolSha256,
    reportPath: wavePath(wave.id, 'report'),
    peoplePath: wavePath(wave.id, 'people'),
    leftOutPath: wavePath(wave.id, 'left-out'),
    pausePath: may('pause') ? wavePath(wave.id, 'pause') : null,
    resumePath: may('resume') ? wavePath(wave.id, 'resume') : null,
    closePath: may('close') ? wavePath(wave.id, 'close') : null,
    cancelPath: may('cancel') ? wavePath(wave.id, 'cancel') : null,
  };
}

function forecastOfRunning(forecast: ForecastFacts | undefined, zone: string) {
  return forecast === undefined ? null : forecastCells(forecast, zone, 'waves');
}

export const PEOPLE_A_PAGE = 50;

function paging(path: string, query: Record<string, string>, page: number, total: number) {
  const at = (to: number) => {
    const search = new URLSearchParams({ ...query, ...(to > 1 ? { page: String(to) } : {}) }).toString();
    return search === '' ? path : `${path}?${search}`;
  };
  const first = (page - 1) * PEOPLE_A_PAGE + 1;
  const last = Math.min(total, page * PEOPLE_A_PAGE);
  return {
    previous: page > 1 ? at(page - 1) : null,
    next: last < total ? at(page + 1) : null,
    text: total === 0 ? '' : `${number(first)} to ${number(last)} of ${number(total)}`,
  };
}

/** Names what was said and why, in an address. */
export function reasonKey(said: Said): string {
  return `${said.does}.${decisionCode(said)}`;
}

/** The same of several people. */
function reasonText(said: Said): string {
  return decisionNote(said, 'everything');
}

export function peoplePage(
  wave: Wave,
  facts: {
    people: readonly AskedPerson[];
    total: number;
    page: number;
    zone: string;
    isPlan: boolean;
    /** Of a launched wave, to look for. */
    reasons: readonly CountedReason[];
    why: string | null;
  },
) {
  const path = wavePath(wave.id, 'people');
  return {
    title: 'People asked',
    waveName: wave.name,
    breadcrumbs: waveCrumbs(wave),
    intro: facts.isPlan
      ? 'This is the plan as of now, in your own time. It is made anew when the wave is launched.'
      : 'In the order in which their invitations leave, in your own time.',
    isPlan: facts.isPlan,
    invitationHeading: facts.isPlan ? 'Invitation leaves' : 'Invitation',
    action: path,
    reasonItems: facts.reasons.map((each) => ({
      value: reasonKey(each),
      text: `${reasonText(each)} (${number(each.people)})`,
    })),
    why: facts.why ?? '',
    csvPath: wavePath(wave.id, 'people.csv'),
    people: facts.people.map((person) => ({
      employer: person.employerName,
      city: person.city,
      contact: person.contactName || 'Name not known',
      topics: person.topics,
      notes: person.notes ?? [],
      when: shortTime(person.sentAt ?? person.sendAt, facts.zone),
      state: facts.isPlan ? '' : stateText(person),
    })),
    paging: paging(path, facts.why === null ? {} : { why: facts.why }, facts.page, facts.total),
  };
}

/** `March 3, 2026, 8:30 AM`. */
function shortTime(at: Date | null, zone: string): string {
  return at === null ? '' : `${formatDate(at, zone)}, ${formatTime(at, zone)}`;
}

function stateText(person: AskedPerson): string {
  if (person.sentAt === null && person.state === 'open') return 'Not sent yet';
  return INVITATION_TEXT[person.state] ?? person.state;
}

export type LeftOutRow = LeftOutPerson & { lastTouchAt: Date | null };

export function leftOutPage(
  wave: Wave,
  facts: {
    people: readonly LeftOutRow[];
    total: number;
    page: number;
    reason: ExclusionReason | null;
    counts: readonly { reason: ExclusionReason; people: number }[];
    zone: string;
    isPlan: boolean;
  },
) {
  const counts = new Map(facts.counts.map(({ reason, people }) => [reason, people]));
  const all = facts.counts.reduce((sum, { people }) => sum + people, 0);
  const path = wavePath(wave.id, 'left-out');
  return {
    title: 'People left out',
    waveName: wave.name,
    breadcrumbs: waveCrumbs(wave),
    intro: facts.isPlan
      ? 'Everybody in the audience who would not be asked, each with the one reason that applies first.'
      : 'Everybody in the audience who was not asked, each with the one reason that applied first at the launch.',
    action: path,
    csvPath: wavePath(wave.id, 'left-out.csv'),
    reasonItems: EXCLUSION_REASONS.filter((reason) => counts.has(reason)).map((reason) => ({
      value: reason,
      text: `${EXCLUSION_TEXT[reason]} (${number(counts.get(reason) ?? 0)})`,
    })),
    allText: `Every reason (${number(all)})`,
    reason: facts.reason ?? '',
    people: facts.people.map((person) => ({
      employer: person.employerName,
      city: person.city,
      contact: person.contactName || 'Name not known',
      reason: EXCLUSION_TEXT[person.reason],
      detail: budgetText(person, facts.zone),
      about: person.topics.length === 0 ? null : person.topics.join('; '),
    })),
    paging: paging(path, facts.reason === null ? {} : { reason: facts.reason }, facts.page, facts.total),
  };
}

/** All that one agency sees of another's mail: when it came, and when the person is free again. */
export function budgetText(person: Pick<LeftOutRow, 'lastTouchAt' | 'freeAgainOn'>, zone: string): string {
  if (person.freeAgainOn === null) return '';
  const free = `free again on ${formatDate(person.freeAgainOn, zone)}`;
  if (person.lastTouchAt === null) return `${free[0]?.toUpperCase()}${free.slice(1)}`;
  return `Last written to on ${formatDate(person.lastTouchAt, zone)}; ${free}`;
}

export function confirmPage(
  wave: Wave,
  what: 'close' | 'cancel',
  progress: { planned: number; remindersPlanned: number },
) {
  const unsent = progress.planned + progress.remindersPlanned;
  return {
    title: what === 'close' ? 'Close this wave now' : 'Cancel this wave',
    waveName: wave.name,
    breadcrumbs: waveCrumbs(wave),
    action: wavePath(wave.id, what),
    backPath: wavePath(wave.id),
    consequences:
      what === 'close'
        ? [
            unsent === 0
              ? 'No mail is waiting to leave.'
              : `${counted(unsent, 'mail that has', 'mails that have')} not left yet will not be sent.`,
            `People who were invited can still answer for ${counted(wave.draft.protocol?.graceDays ?? 0, 'day', 'days')}.`,
            'A closed wave cannot be opened again.',
          ]
        : wave.launchedAt === null
          ? ['Nothing has left yet and nothing will.', 'A cancelled wave cannot be taken up again.']
          : [
              `${counted(unsent, 'mail that has', 'mails that have')} not left yet will not be sent.`,
              'Links that were not answered stop working at once.',
              'Answers that came stay and count.',
              'A cancelled wave cannot be taken up again.',
            ],
    button: what === 'close' ? 'Close the wave' : 'Cancel the wave',
  };
}
