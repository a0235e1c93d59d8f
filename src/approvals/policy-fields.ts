import { POLICY_PRESETS } from '../evidence/presets.ts';
import { type BodyDemand, type Policy, type PolicyV3, policySchema } from '../evidence/rules/policy.ts';
import { bodyDemandsOf, isBodyDemand } from '../evidence/rules/terms.ts';
import { withMandatoryCriteria } from '../evidence/rules/with-criteria.ts';
import { BODY_DEMAND_KINDS } from '../evidence/types.ts';
import { type FieldError, type FormValues, fieldError } from '../http/forms.ts';
import { type PolicyFields, QUESTION_SLOTS } from './policy-forms.ts';

/** A question that some instrument asks, with the values of its answers in their order. */
export type KnownQuestion = { key: string; name: string; options: readonly string[] };

type Counted = Extract<PolicyV3['requirement'], { kind: 'distinct_employers' | 'letters' }>;
type Question = Counted['questions'][number];
type Draft = { [K in keyof PolicyV3]: unknown };

/**
 * A policy as the form can show it: in the newest format. Null for what the form cannot state, which is a policy of an
 * older format that asks for what was never counted, or one that names a kind of demand twice.
 */
export function formableOf(policy: Policy): PolicyV3 | null {
  const whole = withMandatoryCriteria(policy, policy.formatVersion === 3 ? policy.mandatoryCriteria : []);
  if (!whole) return null;
  const kinds = bodyDemandsOf(whole).map(({ kind }) => kind);
  return new Set(kinds).size === kinds.length ? whole : null;
}

/** What the form's fields hold for a policy. Together with `bodyOf` it loses nothing: a test sends every form as it came. */
export function valuesOf(policy: PolicyV3): FormValues {
  const { requirement, largestShare, wage, spread, source } = policy;
  const counted = isBodyDemand(requirement) ? null : requirement;
  const demands = bodyDemandsOf(policy);
  const demand = <K extends BodyDemand['kind']>(kind: K) =>
    demands.find((each): each is Extract<BodyDemand, { kind: K }> => each.kind === kind);
  const panel = demand('panel_vote');
  const ballot = demand('employer_ballot');
  const rubric = demand('rubric');
  const points = counted?.kind === 'points' ? counted : null;
  const asked = counted && counted.kind !== 'points' ? counted : null;
  return {
    basis: counted?.kind ?? 'none',
    minEmployers: text(
      counted && (counted.kind === 'letters' ? counted.minLetters : counted.minDistinctEmployers),
    ),
    combine: asked?.combine ?? 'all',
    ...Object.assign({}, ...QUESTION_SLOTS.map((n) => questionValues(n, asked?.questions[n - 1]))),
    pointsKey: points?.question.key ?? '',
    pointsMeaning: points?.question.meaning ?? '',
    pointsLevels: (points?.levels ?? []).map(({ value, points }) => `${value} ${points}`).join('\n'),
    minPoints: text(points?.minPoints),
    demands: demands.map(({ kind }) => kind),
    panelVoters: text(panel?.minVoters),
    panelPercent: text(panel?.approvePercent),
    ballotVoters: text(ballot?.minVoters),
    ballotPercent: text(ballot?.approvePercent),
    oneVoteFor: ballot?.oneVoteFor ?? 'employer',
    ballotSecret: ballot?.secretUntilClosed ? 'secret' : 'open',
    boardLetters: text(demand('board_letters')?.minLetters),
    boardsAsked: text(demand('boards_asked')?.minBoards),
    rubricTeams: text(rubric?.teams),
    rubricTiers: (rubric?.tiers ?? []).join('\n'),
    rubricTier: rubric?.minTier ?? '',
    provenance: [...policy.acceptedProvenance],
    mayAnswer: policy.requireHiringAuthority ? 'hiring' : 'anybody',
    relations: [...policy.excludedRelations, ...(policy.excludeIssuerDomain ? ['issuer_domain'] : [])],
    months: text(policy.evidenceMaxAgeMonths),
    warnDays: text(policy.warnDaysBeforeLapse),
    countingUnit: policy.countingUnit ?? 'legal_entity',
    whoSpeaks: policy.whoSpeaks ?? 'everybody',
    disagreement: policy.disagreement,
    inState: policy.inState ?? '',
    industries: policy.relatedSectorsOnly ? 'related' : 'any',
    minRegions: text(spread.minRegions),
    minSectors: text(spread.minSectors),
    minSizes: text(spread.minSizes),
    shareOf: largestShare?.of ?? '',
    sharePercent: text(largestShare?.percent),
    wageDemand: wage?.demand.kind ?? '',
    wageQuestion: wage?.question ?? '',
    wageBands: (wage?.bands ?? []).map(({ value, from }) => `${value} ${from}`).join('\n'),
    wageDollars: text(wage && 'dollars' in wage.demand ? wage.demand.dollars : null),
    mayApply: [...policy.mayApply],
    decidedBy: policy.decidedBy,
    review: policy.review,
    appealDays: text(policy.appealDays),
    criteria: [...policy.mandatoryCriteria],
    besides: policy.besides.join('\n'),
    sourceTitle: source.title,
    sourceUrl: source.url ?? '',
    addedHere: source.addedHere.join('\n'),
  };
}

/**
 * The policy that the fields state. `from` is the one that the form began with: what it leaves unsaid stays unsaid where the
 * field stands as it did, and its order is kept, so that a form sent as it came is the same policy byte for byte.
 */
export function bodyOf(
  fields: PolicyFields,
  from: PolicyV3,
  known: readonly KnownQuestion[],
): { ok: true; body: PolicyV3 } | { ok: false; errors: FieldError[] } {
  const slots = QUESTION_SLOTS.filter((n) => fields[`q${n}Key`] !== '' || fields[`q${n}Meaning`] !== '');
  const counted = countedOf(fields, slots);
  const before = bodyDemandsOf(from);
  const demands = inOrderOf(
    before.map(({ kind }) => kind),
    BODY_DEMAND_KINDS.filter((kind) => fields.demands.includes(kind)),
  ).map((kind) => demandOf(kind, fields, before));
  const requirement = counted ?? demands[0];
  if (!requirement) return { ok: false, errors: [fieldError('basis', 'Choose what must be shown')] };
  const draft: Draft = {
    formatVersion: 3,
    requirement,
    also: counted ? demands : demands.slice(1),
    evidenceMaxAgeMonths: number(fields.months),
    warnDaysBeforeLapse: number(fields.warnDays),
    disagreement: fields.disagreement,
    excludedRelations: inOrderOf(
      from.excludedRelations,
      fields.relations.filter((relation) => relation !== 'issuer_domain'),
    ),
    excludeIssuerDomain: fields.relations.includes('issuer_domain'),
    acceptedProvenance: inOrderOf(from.acceptedProvenance, fields.provenance),
    requireHiringAuthority: fields.mayAnswer === 'hiring',
    ...unlessUnsaid('countingUnit', fields.countingUnit, 'legal_entity', from.countingUnit),
    ...unlessUnsaid('whoSpeaks', fields.whoSpeaks, 'everybody', from.whoSpeaks),
    inState: fields.inState === '' ? null : fields.inState,
    relatedSectorsOnly: fields.industries === 'related',
    spread: {
      minRegions: number(fields.minRegions),
      minSectors: number(fields.minSectors),
      minSizes: number(fields.minSizes),
    },
    largestShare:
      fields.shareOf === '' && fields.sharePercent === ''
        ? null
        : { of: fields.shareOf, percent: number(fields.sharePercent) },
    wage: wageOf(fields),
    mayApply: inOrderOf(from.mayApply, fields.mayApply),
    decidedBy: fields.decidedBy,
    review: fields.review,
    besides: lines(fields.besides),
    source: {
      title: fields.sourceTitle,
      url: fields.sourceUrl === '' ? null : fields.sourceUrl,
      addedHere: lines(fields.addedHere),
    },
    mandatoryCriteria: inOrderOf(from.mandatoryCriteria, fields.criteria),
    appealDays: number(fields.appealDays),
  };
  const parsed = policySchema.safeParse(draft);
  if (parsed.success) {
    const unknown = unknownAnswers(parsed.data as PolicyV3, from, known, slots);
    return unknown.length > 0 ? { ok: false, errors: unknown } : { ok: true, body: parsed.data as PolicyV3 };
  }
  const errors = new Map<string, FieldError>();
  for (const { path } of parsed.error.issues) {
    const field = fieldOf(path, draft, slots);
    if (!errors.has(field))
      errors.set(field, fieldError(field, FAULTS[nameOfSlot(field)] ?? 'Enter an answer'));
  }
  return { ok: false, errors: [...errors.values()] };
}

/** Answers that no instrument offers to a question would never count, so a slip of the pen is told at once. */
function unknownAnswers(
  body: PolicyV3,
  from: PolicyV3,
  known: readonly KnownQuestion[],
  slots: readonly number[],
): FieldError[] {
  const options = new Map<string, Set<string>>();
  const add = (key: string, values: readonly string[]) => {
    for (const value of values) options.set(key, (options.get(key) ?? new Set()).add(value));
  };
  for (const { key, options: values } of known) add(key, values);
  for (const policy of [from, ...PRESET_BODIES]) {
    for (const { key, values } of answersOf(policy)) add(key, values);
  }
  return answersOf(body).flatMap(({ key, values, place }) => {
    const offered = options.get(key);
    const stray = values.find((value) => !offered?.has(value));
    if (stray === undefined && offered) return [];
    const slot = typeof place === 'number' ? `q${slots[place]}` : place;
    return offered
      ? [
          fieldError(
            typeof place === 'number' ? `${slot}Yes` : place === 'points' ? 'pointsLevels' : 'wageBands',
            `“${stray}” is no answer to this question. Its answers are ${[...offered].join(', ')}`,
          ),
        ]
      : [
          fieldError(
            typeof place === 'number' ? `${slot}Key` : place === 'points' ? 'pointsKey' : 'wageQuestion',
            'Choose a question that employers are asked',
          ),
        ];
  });
}

/** Presets name levels that only some states' questions offer. */
const PRESET_BODIES = POLICY_PRESETS.flatMap(({ body }) => formableOf(body) ?? []);

function answersOf({ requirement, wage }: PolicyV3) {
  const found: { key: string; values: string[]; place: number | 'points' | 'wage' }[] = [];
  if (requirement.kind === 'points') {
    const { question, levels } = requirement;
    found.push({ key: question.key, values: levels.map(({ value }) => value), place: 'points' });
  }
  if (requirement.kind === 'distinct_employers' || requirement.kind === 'letters') {
    for (const [place, { key, says }] of requirement.questions.entries()) {
      found.push({ key, values: says.kind === 'options' ? [...says.yes, ...says.no] : says.order, place });
    }
  }
  if (wage) found.push({ key: wage.question, values: wage.bands.map(({ value }) => value), place: 'wage' });
  return found;
}

/** What the schema's fault is about, in the words of the field; slots of questions share theirs. */
const FAULTS: Record<string, string> = {
  minEmployers: 'Enter how many employers are needed, from 1 to 1,000',
  qKey: 'Choose a question, each of them once',
  qMeaning: 'Enter how the answer reads after “employers who”, in 200 characters or fewer',
  qYes: 'Enter the answers that are a yes, and none of them as a no as well',
  qNo: 'Enter the answers that are a no, separated by commas',
  pointsKey: 'Choose the question whose answers are worth points',
  pointsMeaning: 'Enter how the answer reads after “employers who”, in 200 characters or fewer',
  pointsLevels: 'Enter at least two answers, each on a line with its points, like “preferred 6”',
  minPoints: 'Enter how many points are needed, from 1 to 1,000,000',
  panelVoters: 'Enter how many members must vote, from 1 to 1,000',
  panelPercent: 'Enter a percentage from 1 to 100, or leave it blank',
  ballotVoters: 'Enter how many must vote, from 1 to 1,000',
  ballotPercent: 'Enter a percentage from 1 to 100, or leave it blank',
  boardLetters: 'Enter how many boards must support it, from 1 to 100',
  boardsAsked: 'Enter to how many boards it must be forwarded, from 1 to 100',
  rubricTeams: 'Enter how many teams score it, from 1 to 10',
  rubricTiers: 'Enter the tiers, each on a line and once, the lowest first',
  rubricTier: 'Enter one of the tiers',
  provenance: 'Select at least one way in which answers count, and none that nobody confirmed',
  relations: 'Select connections to the issuer',
  months: 'Enter a number of months from 1 to 120, or leave it blank',
  warnDays: 'Enter a number of days from 0 to 730',
  inState: 'Enter the two letters of a state, or leave it blank',
  minRegions: 'Enter a number from 2 to 100, or leave it blank',
  minSectors: 'Enter a number from 2 to 100, or leave it blank',
  minSizes: 'Enter a number from 2 to 100, or leave it blank',
  shareOf: 'Choose what the largest share is of, or leave both blank',
  sharePercent: 'Enter a percentage from 1 to 100',
  wageDemand: 'Choose what must be said of starting pay, or leave all of it blank',
  wageQuestion: 'Choose the question about starting pay',
  wageBands:
    'Enter at least two answers, each on a line with the dollars an hour that it begins at, like “15_to_20 15”',
  wageDollars: 'Enter dollars an hour from 1 to 1,000',
  mayApply: 'Select who may apply',
  appealDays: 'Enter a number of days from 1 to 365, or leave it blank',
  besides: 'Use at most 12 sentences of 300 characters',
  sourceTitle: 'Enter where the rule comes from, in 300 characters or fewer',
  sourceUrl: 'Enter a web address, like https://example.org/rule, or leave it blank',
  addedHere: 'Use at most 12 points of 200 characters',
};

const nameOfSlot = (field: string) => field.replace(/^q\d(?=[A-Z])/, 'q');

const REQUIREMENT_FIELDS: Record<string, string> = {
  minDistinctEmployers: 'minEmployers',
  combine: 'combine',
  levels: 'pointsLevels',
  minPoints: 'minPoints',
};
const DEMAND_FIELDS: Record<BodyDemand['kind'], Record<string, string>> = {
  panel_vote: { minVoters: 'panelVoters', approvePercent: 'panelPercent' },
  employer_ballot: {
    minVoters: 'ballotVoters',
    approvePercent: 'ballotPercent',
    oneVoteFor: 'oneVoteFor',
    secretUntilClosed: 'ballotSecret',
  },
  board_letters: { minLetters: 'boardLetters' },
  boards_asked: { minBoards: 'boardsAsked' },
  rubric: { teams: 'rubricTeams', tiers: 'rubricTiers', minTier: 'rubricTier' },
  generic: {},
};
const TOP_FIELDS: Record<string, string> = {
  evidenceMaxAgeMonths: 'months',
  warnDaysBeforeLapse: 'warnDays',
  excludedRelations: 'relations',
  acceptedProvenance: 'provenance',
  mandatoryCriteria: 'criteria',
};

/** The field that a fault of the schema is about. */
function fieldOf(path: readonly PropertyKey[], draft: Draft, slots: readonly number[]): string {
  const [top, second, third, fourth] = path.map(String);
  switch (top) {
    case 'requirement':
    case 'also': {
      const demand = (top === 'also' ? (draft.also as unknown[])[Number(second)] : draft.requirement) as {
        kind: string;
      };
      const [key, index, part, deeper] =
        top === 'also' ? [third, fourth] : [second, third, fourth, String(path[4] ?? '')];
      const fields = BODY_DEMAND_KINDS.some((kind) => kind === demand.kind)
        ? DEMAND_FIELDS[demand.kind as BodyDemand['kind']]
        : null;
      if (fields) return fields[key ?? ''] ?? (demand.kind === 'rubric' ? 'rubricTier' : 'demands');
      if (key === 'minLetters') return 'minEmployers';
      if (demand.kind === 'points' && key === 'question')
        return index === 'meaning' ? 'pointsMeaning' : 'pointsKey';
      if (key !== 'questions') return REQUIREMENT_FIELDS[key ?? ''] ?? 'basis';
      const slot = `q${index === undefined ? (slots[0] ?? 1) : (slots[Number(index)] ?? 1)}`;
      if (part === 'meaning') return `${slot}Meaning`;
      if (part !== 'says') return `${slot}Key`;
      return deeper === 'no' ? `${slot}No` : `${slot}Yes`;
    }
    case 'spread':
      return second ?? 'minRegions';
    case 'largestShare':
      return second === 'percent' ? 'sharePercent' : 'shareOf';
    case 'wage':
      if (second === 'demand') return third === 'dollars' ? 'wageDollars' : 'wageDemand';
      return second === 'bands' ? 'wageBands' : 'wageQuestion';
    case 'source':
      return second === 'title' ? 'sourceTitle' : second === 'url' ? 'sourceUrl' : 'addedHere';
    default:
      return TOP_FIELDS[top ?? ''] ?? top ?? 'basis';
  }
}

function countedOf(fields: PolicyFields, slots: readonly (typeof QUESTION_SLOTS)[number][]) {
  const least = number(fields.minEmployers);
  if (fields.basis === 'none') return null;
  if (fields.basis === 'points') {
    return {
      kind: 'points',
      question: { key: fields.pointsKey, meaning: fields.pointsMeaning },
      levels: valued(fields.pointsLevels).map(({ value, number }) => ({ value, points: number })),
      minPoints: number(fields.minPoints),
      minDistinctEmployers: least,
    };
  }
  const answers = {
    questions: slots.map((n) => ({
      key: fields[`q${n}Key`],
      meaning: lines(fields[`q${n}Meaning`]).join(' '),
      says: saysOf(fields[`q${n}Says`], words(fields[`q${n}Yes`]), words(fields[`q${n}No`])),
    })),
    combine: fields.combine,
  };
  return fields.basis === 'letters'
    ? { kind: 'letters', ...answers, minLetters: least }
    : { kind: 'distinct_employers', ...answers, minDistinctEmployers: least };
}

function saysOf(kind: Question['says']['kind'], yes: string[], no: string[]) {
  return kind === 'options' ? { kind, yes, no } : { kind, level: yes[0] ?? '', order: [...no, ...yes] };
}

function questionValues(n: number, question: Question | undefined): FormValues {
  const says = question?.says;
  const at = says?.kind === 'at_least' ? says.order.indexOf(says.level) : 0;
  const [yes, no] =
    says === undefined
      ? [[], []]
      : says.kind === 'options'
        ? [says.yes, says.no]
        : [says.order.slice(at), says.order.slice(0, at)];
  return {
    [`q${n}Key`]: question?.key ?? '',
    [`q${n}Meaning`]: question?.meaning ?? '',
    [`q${n}Says`]: says?.kind ?? 'options',
    [`q${n}Yes`]: yes.join(', '),
    [`q${n}No`]: no.join(', '),
  };
}

function demandOf(
  kind: BodyDemand['kind'],
  fields: PolicyFields,
  before: readonly BodyDemand[],
): { kind: string } {
  switch (kind) {
    case 'panel_vote':
      return { kind, ...voteOf(fields.panelVoters, fields.panelPercent) };
    case 'employer_ballot': {
      const old = before.find((demand) => demand.kind === kind);
      const isSecret = fields.ballotSecret === 'secret';
      return {
        kind,
        ...voteOf(fields.ballotVoters, fields.ballotPercent),
        ...unlessUnsaid('oneVoteFor', fields.oneVoteFor, 'employer', old?.oneVoteFor),
        ...unlessUnsaid('secretUntilClosed', isSecret, false, old?.secretUntilClosed),
      };
    }
    case 'board_letters':
      return { kind, minLetters: number(fields.boardLetters) } as { kind: string };
    case 'boards_asked':
      return { kind, minBoards: number(fields.boardsAsked) } as { kind: string };
    case 'rubric':
      return {
        kind,
        teams: number(fields.rubricTeams),
        tiers: lines(fields.rubricTiers),
        minTier: fields.rubricTier,
      } as { kind: string };
    case 'generic':
      return { kind };
  }
}

function voteOf(voters: string, percent: string) {
  return { minVoters: number(voters), approvePercent: number(percent) };
}

function wageOf(fields: PolicyFields) {
  const { wageDemand, wageQuestion, wageBands, wageDollars } = fields;
  if (wageDemand === '' && wageQuestion === '' && wageBands === '' && wageDollars === '') return null;
  return {
    question: wageQuestion,
    bands: valued(wageBands).map(({ value, number }) => ({ value, from: number })),
    demand:
      wageDemand === 'stated' ? { kind: wageDemand } : { kind: wageDemand, dollars: number(wageDollars) },
  };
}

/** A key that bodies leave out to say the usual stays out until something else is chosen, and in once it is in. */
function unlessUnsaid<K extends string, V>(key: K, chosen: V, usual: V, before: V | undefined) {
  return before === undefined && chosen === usual ? {} : { [key]: chosen };
}

/** What is chosen, in the order that it had before; what is new comes last. */
function inOrderOf<T extends string>(before: readonly string[], chosen: readonly T[]): T[] {
  return [...new Set(chosen)].sort((a, b) => rankIn(before, a) - rankIn(before, b));
}
const rankIn = (list: readonly string[], item: string) => {
  const at = list.indexOf(item);
  return at === -1 ? list.length : at;
};

const text = (value: number | null | undefined) =>
  value === null || value === undefined ? '' : String(value);
/** Blank is null; what is no number is NaN, which the schema refuses. */
const number = (typed: string) =>
  typed === '' ? null : /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
const lines = (typed: string) =>
  typed
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
const words = (typed: string) => typed.split(/[\s,]+/).filter(Boolean);
/** Lines like "preferred 6". */
const valued = (typed: string) =>
  lines(typed).map((line) => {
    const [, value = line, digits = ''] = line.match(/^(\S+?)[\s:=]+(\S+)$/) ?? [];
    return { value, number: number(digits) ?? Number.NaN };
  });
