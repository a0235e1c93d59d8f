import type { FieldError, FormValues } from '../http/forms.ts';
import { joinWords } from '../lib/join-words.ts';
import { formatDate } from '../lib/zoned-time.ts';
import { LIMIT_NAMES, type LimitName, limitRange } from './limits-forms.ts';
import type { BudgetRuleRow, listDaysWithoutSending, listRuleTopics } from './limits-queries.ts';
import { limitsPath, wavesPath } from './paths.ts';

const LIMIT_TEXT: Record<LimitName, { label: string; short: (n: number) => string }> = {
  personInvitations: {
    label: 'New invitations to one person',
    short: (n) => `${n} new ${n === 1 ? 'invitation' : 'invitations'} to a person`,
  },
  personInvitationsDays: {
    label: 'Days over which new invitations to one person are counted',
    short: (n) => `a person’s new invitations counted over ${n} days`,
  },
  personTouches: {
    label: 'Mails to one person, reminders included',
    short: (n) => `${n} ${n === 1 ? 'mail' : 'mails'} to a person`,
  },
  personTouchesDays: {
    label: 'Days over which mails to one person are counted',
    short: (n) => `a person’s mails counted over ${n} days`,
  },
  businessDaysBetween: {
    label: 'Business days between two mails to one person',
    short: (n) => `${n} business days between mails`,
  },
  employerPeople: {
    label: 'People newly invited at one employer',
    short: (n) => `${n} ${n === 1 ? 'person' : 'people'} newly invited at an employer`,
  },
  employerPeopleDays: {
    label: 'Days over which people newly invited at one employer are counted',
    short: (n) => `an employer’s people counted over ${n} days`,
  },
  employerTouches: {
    label: 'Mails to one employer, reminders included',
    short: (n) => `${n} ${n === 1 ? 'mail' : 'mails'} to an employer`,
  },
  employerTouchesDays: {
    label: 'Days over which mails to one employer are counted',
    short: (n) => `an employer’s mails counted over ${n} days`,
  },
};

const DONE: Record<string, string> = {
  rule: 'The rule is set. Waves that are launched from now on keep it.',
  'rule-removed': 'The rule is removed. Waves under way keep what they were launched with.',
  days: 'On these days nothing of your agency will leave.',
  'days-removed': 'Mails may leave on these days again.',
  domain: 'The sending domain is set.',
};

export type RefusedLimits = { values: FormValues; errors: readonly FieldError[] };

export function limitsPage(facts: {
  rules: readonly BudgetRuleRow[];
  topics: Awaited<ReturnType<typeof listRuleTopics>>;
  daysOff: Awaited<ReturnType<typeof listDaysWithoutSending>>;
  domain: string;
  warmUp: { isKnown: boolean; from: string | null; daily: readonly number[]; leaves: boolean };
  mayChange: boolean;
  done: string | undefined;
  form?: RefusedLimits;
}) {
  const { domain, warmUp, mayChange, form } = facts;
  const values = form?.values ?? {};
  const text = facts.done === undefined ? undefined : DONE[facts.done];
  return {
    title: 'Limits and days without sending',
    breadcrumbs: [{ href: wavesPath, text: 'Waves' }],
    notice: text ? { kind: 'success' as const, text } : null,
    errors: form?.errors ?? [],
    values,
    mayChange,
    rules: facts.rules.map((rule) => ({
      about: rule.credential ?? rule.committee ?? 'Everything that your agency asks',
      text: sentence(
        joinWords(
          LIMIT_NAMES.flatMap((name) => {
            const figure = rule.limits[name];
            return figure === undefined ? [] : [LIMIT_TEXT[name].short(figure)];
          }),
          'and',
        ),
      ),
      removeAction: mayChange ? `${limitsPath}/${rule.id}/remove` : null,
    })),
    rulesAction: limitsPath,
    scopes: [
      { value: 'all', text: 'Everything that your agency asks' },
      ...facts.topics.credentials.map(({ id, name }) => ({ value: `c${id}`, text: name })),
      ...facts.topics.committees.map(({ id, name }) => ({ value: `m${id}`, text: `Committee: ${name}` })),
    ],
    fields: LIMIT_NAMES.map((name) => {
      const { shared, from, to } = limitRange(name);
      return {
        name,
        label: LIMIT_TEXT[name].label,
        hint:
          from === to
            ? `All agencies: ${shared}, which is the strictest there is`
            : `All agencies: ${shared}. ${from === shared ? `Up to ${to}` : `Down to ${from}`} is stricter`,
      };
    }).filter(({ name }) => limitRange(name).from !== limitRange(name).to),
    daysOff: facts.daysOff.map((days) => ({
      when:
        days.firstDay === days.lastDay
          ? dateText(days.firstDay)
          : `${dateText(days.firstDay)} to ${dateText(days.lastDay)}`,
      reason: days.reason,
      removeAction: mayChange ? `${limitsPath}/days/${days.id}/remove` : null,
    })),
    daysAction: `${limitsPath}/days`,
    domain,
    domainText: domainText(warmUp),
    rampText:
      warmUp.daily.length === 0
        ? null
        : `A new domain sends at most ${warmUp.daily.map((n) => n.toLocaleString('en-US')).join(', ')} outreach mails on its first ${warmUp.daily.length} business days, all agencies that use it together. Then only the limits of each wave hold.`,
    domainAction: `${limitsPath}/domain`,
    knownItems: [
      { value: 'known', text: 'Receivers know it: it has sent such amounts of mail before' },
      { value: 'new', text: 'It is new, or has been silent for months: warm it up from the day below' },
    ],
    warmUpFrom: warmUp.from ?? '',
  };
}

function domainText(warmUp: {
  isKnown: boolean;
  from: string | null;
  leaves: boolean;
  daily: readonly number[];
}) {
  if (!warmUp.leaves) return 'Mails stay in the local mailbox now, so nothing is warmed up.';
  if (warmUp.daily.length === 0) return 'Warming up is turned off by the setting WARM_UP_DAILY.';
  if (warmUp.from !== null) return `It is warmed up from ${dateText(warmUp.from)}.`;
  return warmUp.isKnown
    ? 'It is not warmed up: receivers know it.'
    : 'Nobody has said whether receivers know it. If it has sent no outreach yet, its warm-up begins with the first wave.';
}

const dateText = (date: string) => formatDate(new Date(`${date}T12:00:00Z`), 'UTC');
/** With a capital letter. */
const sentence = (text: string) => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
