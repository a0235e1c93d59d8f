import { approvalPaths } from '../approvals/paths.ts';
import { lapseInWords } from '../approvals/standing.ts';
import { committeePath } from '../committees/paths.ts';
import { deliveryPaths } from '../delivery/paths.ts';
import type { Voice } from '../evidence/explain-positions.ts';
import { evidencePaths } from '../evidence/paths.ts';
import { FIGURE_OF_STATUS } from '../evidence/rules/requirement.ts';
import {
  type CountingUnit,
  type Figures,
  POSITION_REASONS,
  type PositionReason,
  type PositionStatus,
  type Requirement,
} from '../evidence/types.ts';
import { POSITION_REASON_WORDS, STATUS_WORDS } from '../evidence/words.ts';
import { enterPath, reviewPaths } from '../respond/review-paths.ts';
import type { ReviewCounts } from '../respond/review-queries.ts';
import type { CycleProposal } from '../waves/cycle/queries.ts';
import { cycleProposalItem } from '../waves/cycle/words.ts';
import { type ForecastFacts, forecastText } from '../waves/forecast-words.ts';
import { storyPath, unlockSendingPath, whatIfPath } from './paths.ts';

type Task = { text: string; href: string; action: string };

export type HomeFacts = {
  staffName: string;
  zone: string;
  wavesToApprove: { id: number; name: string }[];
  freezesToConfirm: { applicationId: number; credential: string }[];
  /** Waves that the calendar proposes. */
  cycleProposals: CycleProposal[];
  /** Policy versions that a colleague proposed. */
  policyProposals: { name: string }[];
  /** Decisions about who counts that wait for somebody. */
  whoCounts: Task[];
  openDuplicates: number;
  waitingImports: number;
  stuckMessages: number;
  answers: ReviewCounts;
  mail: {
    liftsToConfirm: number;
    receipts: number;
    wavesPausedThemselves: { id: number; name: string }[];
  };
  runningWaves: {
    id: number;
    name: string;
    state: string;
    closeAt: Date | null;
    invited: number;
    answered: number;
  }[];
  meetings: { committeeId: number; committee: string; title: string; startsAt: Date; zone: string }[];
  lapsing: { applicationId: number; credential: string; validUntil: Date | null }[];
  applications: {
    id: number;
    credential: string;
    slug: string;
    isFrozen: boolean;
    requirement: Requirement;
  }[];
  hasEmployers: boolean;
  /** Nothing that binds can be done alone. */
  isAlone: boolean;
  hasLocalMailbox: boolean;
  /** Present while this restored database may not send. */
  sendingLock: { waiting: number; late: number } | null;
  mayUnlock: boolean;
};

const counted = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

/** What does not count before a person has seen it, and what counts and came fast. */
function answerTasks({ quarantined, secondLooks, unmatched, flagged }: ReviewCounts): Task[] {
  const task = (n: number, text: string): Task[] =>
    n > 0 ? [{ text, href: reviewPaths.list, action: 'Look at the answers' }] : [];
  return [
    ...task(
      quarantined,
      `${counted(quarantined, 'invitation was', 'invitations were')} answered as a machine would. The answers wait, uncounted.`,
    ),
    ...task(
      secondLooks,
      `${counted(secondLooks, 'answer that a colleague entered waits', 'answers that colleagues entered wait')} for your second look.`,
    ),
    ...task(
      unmatched,
      `${counted(unmatched, 'answer from a public page waits', 'answers from public pages wait')} for the employer to be found.`,
    ),
    ...task(
      flagged,
      `${counted(flagged, 'invitation was', 'invitations were')} answered faster than a person reads. The answers count; look at who gave them.`,
    ),
  ];
}

/** What needs this person today comes first; then what runs by itself; then how far the open applications are. */
export function homePage(facts: HomeFacts) {
  const tasks: Task[] = [
    ...facts.mail.wavesPausedThemselves.map(({ id, name }) => ({
      text: `The wave “${name}” paused by itself, since going on would do harm.`,
      href: `/staff/waves/${id}`,
      action: 'See why',
    })),
    ...facts.wavesToApprove.map(({ id, name }) => ({
      text: `The wave “${name}” waits for a second person to approve it.`,
      href: `/staff/waves/${id}`,
      action: 'Review the wave',
    })),
    ...facts.cycleProposals.map((proposal) => {
      const { href, text } = cycleProposalItem(proposal, facts.zone);
      return { text: `Proposed by the calendar: ${text}`, href, action: 'Look at the wave it proposes' };
    }),
    ...facts.whoCounts,
    ...facts.policyProposals.map(({ name }) => ({
      text: `A new version of the policy “${name}” waits for a second person.`,
      href: approvalPaths.policies,
      action: 'Compare the versions',
    })),
    ...facts.freezesToConfirm.map(({ applicationId, credential }) => ({
      text: `Freezing the evidence for ${credential} waits for a second person.`,
      href: `/staff/applications/${applicationId}`,
      action: 'Review the evidence',
    })),
    ...facts.applications
      .filter(({ requirement, isFrozen }) => !isFrozen && isMet(requirement))
      .map(({ id, credential }) => ({
        text: `${credential} has what it needs. Its evidence can be frozen.`,
        href: `/staff/applications/${id}`,
        action: 'Open the application',
      })),
    ...facts.applications
      .filter(({ isFrozen }) => isFrozen)
      .map(({ id, credential }) => ({
        text: `${credential} has frozen evidence and waits for a decision.`,
        href: `/staff/applications/${id}`,
        action: 'Decide',
      })),
    ...facts.applications
      .filter(({ requirement }) => requirement.status === 'conflicting')
      .map(({ slug, credential, requirement }) => ({
        text: `${credential}: ${counted(requirement.figures.conflicting, 'employer has', 'employers have')} people who disagree. Their answer decides whether the number is met.`,
        href: storyPath(slug, { show: 'conflicting' }),
        action: 'See who disagrees',
      })),
  ];
  if (facts.openDuplicates > 0) {
    tasks.push({
      text: `${counted(facts.openDuplicates, 'pair of employer records may be', 'pairs of employer records may be')} the same employer. Until you decide, each pair counts once.`,
      href: '/staff/employers/duplicates',
      action: 'Compare them',
    });
  }
  if (facts.waitingImports > 0) {
    tasks.push({
      text: `${counted(facts.waitingImports, 'import waits', 'imports wait')} to be checked and confirmed.`,
      href: '/staff/imports',
      action: 'Open imports',
    });
  }
  if (facts.stuckMessages > 0) {
    tasks.push({
      text: `${counted(facts.stuckMessages, 'mail could', 'mails could')} not be delivered in the last 30 days, or it is not known whether they left.`,
      href: '/staff/waves',
      action: 'Open waves',
    });
  }
  if (facts.mail.liftsToConfirm > 0) {
    tasks.push({
      text: `${counted(facts.mail.liftsToConfirm, 'request', 'requests')} to mail an address again ${facts.mail.liftsToConfirm === 1 ? 'waits' : 'wait'} for a second person.`,
      href: deliveryPaths.suppressions,
      action: 'Open the list',
    });
  }
  if (facts.mail.receipts > 0) {
    tasks.push({
      text: `${counted(facts.mail.receipts, 'receipt', 'receipts')} of the last 30 days could not be acted on without a person.`,
      href: deliveryPaths.receipts,
      action: 'Look at them',
    });
  }
  tasks.push(...answerTasks(facts.answers));

  return {
    title: 'Today',
    zone: facts.zone,
    tasks,
    isEmpty: !facts.hasEmployers,
    isAlone: facts.isAlone,
    hasLocalMailbox: facts.hasLocalMailbox,
    lock: facts.sendingLock && lockPanel(facts.sendingLock, facts.mayUnlock),
    waves: facts.runningWaves.map((wave) => ({
      name: wave.name,
      href: `/staff/waves/${wave.id}`,
      state: wave.state === 'paused' ? 'Paused' : null,
      closeAt: wave.closeAt,
      invited: wave.invited,
      answered: wave.answered,
      answeredText: outOf(wave.answered, wave.invited),
    })),
    meetings: facts.meetings.map((meeting) => ({ ...meeting, href: committeePath(meeting.committeeId) })),
    lapsing: facts.lapsing.map((row) => ({ ...row, href: `/staff/applications/${row.applicationId}` })),
    applications: facts.applications.map((application) => ({
      credential: application.credential,
      href: storyPath(application.slug),
      bothYes: application.requirement.figures.bothYes,
      required: application.requirement.required,
      bothYesText: bothYesText(application.requirement),
      isMet: isMet(application.requirement),
      ...standing(application.requirement),
    })),
  };
}

function lockPanel({ waiting, late }: { waiting: number; late: number }, mayUnlock: boolean) {
  return {
    sentences: [
      'This database was restored from an older copy. It does not know which mails left after that copy was made, so no mail leaves now, to employers or in answer to them.',
      `${counted(waiting, 'mail waits', 'mails wait')}. When sending is allowed again, some people may get a mail a second time that left after the copy was made.${
        late > 0
          ? ` ${counted(late, 'mail has missed its time: it is not sent, and its wave plans anew', 'mails have missed their time: they are not sent, and their waves plan anew')}.`
          : ''
      }`,
      ...(mayUnlock
        ? ['Pause or cancel waves that should not go on before you allow it.']
        : ['Ask an administrator of an agency to allow it.']),
    ],
    action: mayUnlock ? unlockSendingPath : null,
  };
}

const outOf = (part: number, whole: number) =>
  `${part.toLocaleString('en-US')} of ${whole.toLocaleString('en-US')}`;

/** A policy that asks bodies alone, or for facts that are not recorded, asks for no number of employers. */
function bothYesText({ status, figures, required }: Requirement): string {
  if (status === 'unsupported') return 'Not counted';
  return required > 0 ? outOf(figures.bothYes, required) : 'By vote, letter or review';
}

function isMet(requirement: Requirement): boolean {
  return requirement.status === 'met' || requirement.status === 'met_but_expiring';
}

/** A requirement in a word or two, with the tag that shows it. */
export function standing(requirement: Requirement): { status: string; kind: string } {
  switch (requirement.status) {
    case 'met':
      return { status: 'Met', kind: 'good' };
    case 'met_but_expiring':
      return { status: 'Met, lapses soon', kind: 'bad' };
    case 'conflicting':
      return { status: 'Conflicting', kind: 'bad' };
    case 'short':
      return {
        status: requirement.shortfall > 0 ? `Short by ${requirement.shortfall}` : 'Short',
        kind: 'short',
      };
    case 'not_asked':
      return { status: 'Not asked', kind: 'quiet' };
    case 'unsupported':
      return { status: 'Needs facts that are not recorded', kind: 'quiet' };
  }
}

/** Reasons that say what the position says already. */
const PLAIN_REASONS: ReadonlySet<PositionReason> = new Set([
  'all_questions_yes',
  'a_question_no',
  'not_sure',
  'not_familiar',
  'no_answer',
  'contacts_disagree',
  'older_than_evidence_age',
]);

export function reasonOf(reason: string | null): string | null {
  const known = POSITION_REASONS.find((one) => one === reason);
  return known && !PLAIN_REASONS.has(known) ? POSITION_REASON_WORDS[known] : null;
}

type StoryForecast = ForecastFacts & { waiting: number; asksToNeed: number };

/** What is to be expected of a credential, in a sentence or two; none where its number is there to stay. */
function storyForecast(forecast: StoryForecast | null, zone: string): string[] {
  if (forecast === null || forecast.outlook === 'already_met') return [];
  if (forecast.waiting === 0) {
    return [
      `No wave under way asks about it. To bring what is missing with a chance of 8 in 10, about ${counted(forecast.asksToNeed, 'employer', 'employers')} would have to be asked.`,
    ];
  }
  return [
    `${forecastText(forecast, zone, 'waves')}. ${counted(forecast.waiting, 'employer has', 'employers have')} been asked, or will be, and not answered yet.`,
  ];
}

export type StoryFacts = {
  credential: { slug: string; name: string; version: string; issuer: string };
  zone: string;
  policies: { policyVersionId: number; policy: string; version: number; lists: string[] }[];
  chosen: { policyVersionId: number; rule: string[]; unit: CountingUnit } | null;
  requirement: Requirement | null;
  /** What the waves under way will bring; null where nothing is counted. */
  forecast: StoryForecast | null;
  positions: {
    employerId: number;
    employer: string;
    city: string;
    status: PositionStatus;
    reason: string | null;
    answeredAt: Date | null;
    respondent: string | null;
    respondentTitle: string | null;
    wave: string | null;
    /** Where several people answered: whose answer speaks, and why the others do not. */
    voices: readonly Voice[];
  }[];
  show: PositionStatus | null;
  page: number;
  hasMore: boolean;
  waves: {
    id: number;
    name: string;
    agency: string;
    isOwn: boolean;
    launchedAt: Date | null;
    asked: number;
    answered: number;
  }[];
};

export const POSITIONS_PER_PAGE = 50;

const UNIT_NOTES: Record<CountingUnit, string | null> = {
  legal_entity: null,
  group: 'The figures above count each group of companies once; the list below is of single companies.',
  site: 'The figures above count each site; the list below is of whole employers.',
};

/** One credential from the first ask to the count: asked, answered, yes to both, short by how many; who and when. */
export function storyPage(facts: StoryFacts) {
  const { credential, requirement, chosen } = facts;
  const link = (query: { show?: string; page?: number }) =>
    storyPath(credential.slug, { ...(chosen ? { policy: chosen.policyVersionId } : {}), ...query });
  const figures = requirement?.figures;
  return {
    title: credential.name,
    zone: facts.zone,
    breadcrumbs: [{ href: '/staff/credentials', text: 'Credentials' }],
    issuer: credential.issuer,
    aboutHref: `/staff/credentials/${credential.slug}`,
    whatIfHref: whatIfPath(credential.slug, chosen ? { under: `v${chosen.policyVersionId}` } : {}),
    enterHref: enterPath({ credential: credential.slug }),
    rule: chosen?.rule[0] ?? null,
    wholeRule: chosen?.rule.slice(1) ?? [],
    policies:
      facts.policies.length > 1
        ? facts.policies.map((policy) => ({
            text: `${policy.policy}, version ${policy.version}${policy.lists.length > 0 ? ` (${policy.lists.join(', ')})` : ''}`,
            href: storyPath(credential.slug, { policy: policy.policyVersionId }),
            isCurrent: policy.policyVersionId === chosen?.policyVersionId,
          }))
        : [],
    standing: requirement ? standing(requirement) : null,
    steps:
      requirement && figures
        ? [
            {
              label: 'Asked',
              value: figures.asked,
              note: `${figures.delivered.toLocaleString('en-US')} reached`,
            },
            { label: 'Answered', value: figures.answered, note: null },
            {
              label: 'Yes to both',
              value: figures.bothYes,
              note: requirement.required > 0 ? `${requirement.required} needed` : null,
            },
            {
              label: 'Still missing',
              value: requirement.shortfall,
              note: null,
            },
          ]
        : [],
    progress: requirement?.required
      ? {
          value: Math.min(requirement.figures.bothYes, requirement.required),
          max: requirement.required,
          text: bothYesText(requirement),
          isMet: isMet(requirement),
        }
      : null,
    expiring: requirement && lapseInWords(requirement, facts.zone),
    forecast: storyForecast(facts.forecast, facts.zone),
    filters: figures
      ? [
          { text: 'All answers', count: figures.answered, href: link({}), isCurrent: facts.show === null },
          ...(Object.entries(FIGURE_OF_STATUS) as [PositionStatus, keyof Figures | null][]).flatMap(
            ([status, figure]) =>
              figure && figures[figure] > 0
                ? [
                    {
                      text: STATUS_WORDS[status],
                      count: figures[figure],
                      href: link({ show: status }),
                      isCurrent: facts.show === status,
                    },
                  ]
                : [],
          ),
          {
            text: STATUS_WORDS.asked,
            count: Math.max(0, figures.asked - figures.answered),
            href: link({ show: 'asked' }),
            isCurrent: facts.show === 'asked',
          },
        ]
      : [],
    unitNote: chosen ? UNIT_NOTES[chosen.unit] : null,
    positions: facts.positions.map((position) => ({
      employer: position.employer,
      href: `/staff/employers/${position.employerId}`,
      city: position.city,
      status: STATUS_WORDS[position.status],
      reason: reasonOf(position.reason),
      answeredAt: position.answeredAt,
      who: [position.respondent, position.respondentTitle].filter(Boolean).join(', '),
      wave: position.wave,
      voices: position.voices,
      settleHref:
        position.status === 'conflicting'
          ? evidencePaths.dispute(credential.slug, position.employerId)
          : null,
    })),
    pagination: {
      previous:
        facts.page > 1 ? link({ ...(facts.show ? { show: facts.show } : {}), page: facts.page - 1 }) : null,
      next: facts.hasMore
        ? link({ ...(facts.show ? { show: facts.show } : {}), page: facts.page + 1 })
        : null,
      text: `Page ${facts.page}`,
    },
    waves: facts.waves.map((wave) => ({
      ...wave,
      href: wave.isOwn ? `/staff/waves/${wave.id}` : null,
    })),
  };
}
