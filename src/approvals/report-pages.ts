import { CRITERION_WORDS } from '../evidence/rules/describe-requirement.ts';
import { MEASURE_WORDS, REQUIREMENT_WORDS } from '../evidence/words.ts';
import { formatDate, formatDateTime } from '../lib/zoned-time.ts';
import { approvalPaths } from './paths.ts';
import { REPORT_GROUPS, type ReportGroup, type ReportList, type ReportRow } from './report.ts';
import { standing } from './standing.ts';
import { KIND_WORDS, OUTCOME_WORDS, stateTag } from './words.ts';

const GROUP_WORDS: Record<ReportGroup, { text: string; means: string; tag: string }> = {
  contested: {
    text: 'Contested',
    means: 'An appeal is open, or it hangs on employers whose people disagree.',
    tag: 'bad',
  },
  no_longer_met: {
    text: 'Approved, no longer met',
    means: 'It is approved, and what is known now would not be enough.',
    tag: 'bad',
  },
  lapsing: {
    text: 'Met, lapsing',
    means: 'Enough for now; the day from which it is not is near.',
    tag: 'active',
  },
  short: { text: 'Short', means: 'Asked, and not enough yet.', tag: 'short' },
  met: { text: 'Met', means: 'Enough.', tag: 'good' },
  not_asked: { text: 'Not asked', means: 'Nobody has been asked yet.', tag: 'quiet' },
  not_counted: { text: 'Not counted', means: 'The policy needs facts that are not recorded.', tag: 'quiet' },
};

type Facts = {
  report: readonly ReportList[];
  lists: readonly { id: number; name: string }[];
  listId: number | null;
  meetings: readonly { id: number; title: string; committeeName: string; startsAt: Date; timeZone: string }[];
  meetingId: number | null;
  agencyName: string;
  zone: string;
  now: Date;
};

/** What is met, short, lapsing and contested, list by list, with whom it was taken from. */
export function reportPage(facts: Facts) {
  const meeting = facts.meetings.find(({ id }) => id === facts.meetingId);
  const query = facts.listId === null ? '' : `?list=${facts.listId}`;
  return {
    title: 'Report for a meeting',
    zone: facts.zone,
    breadcrumbs: [{ href: approvalPaths.applications, text: 'Applications' }],
    agencyName: facts.agencyName,
    asOf: formatDateTime(facts.now, facts.zone),
    meeting: meeting
      ? `${meeting.committeeName}: ${meeting.title}, ${formatDateTime(meeting.startsAt, meeting.timeZone)}`
      : null,
    listChoices: facts.lists.map(({ id, name }) => ({ value: id, text: name })),
    meetingChoices: facts.meetings.map(({ id, title, committeeName, startsAt, timeZone }) => ({
      value: id,
      text: `${committeeName}: ${title}, ${formatDate(startsAt, timeZone)}`,
    })),
    filter: { list: facts.listId ?? '', meeting: facts.meetingId ?? '' },
    action: approvalPaths.report,
    fileHref: `${approvalPaths.reportFile}${query}`,
    lists: facts.report.map((list) => ({
      id: list.id,
      name: list.name,
      kind: KIND_WORDS[list.kind].text,
      policyName: list.policyName,
      rule: list.rule[0]!,
      summary: REPORT_GROUPS.map((group) => ({
        text: GROUP_WORDS[group].text,
        count: list.rows.filter((row) => row.group === group).length,
      })).filter(({ count }) => count > 0),
      groups: REPORT_GROUPS.map((group) => ({
        ...GROUP_WORDS[group],
        caption: `${list.name}: ${GROUP_WORDS[group].text}`,
        rows: list.rows.filter((row) => row.group === group).map((row) => rowOf(row, facts.zone)),
      })).filter(({ rows }) => rows.length > 0),
    })),
  };
}

function rowOf({ row, requirement, missing, frozen, waiting }: ReportRow, zone: string) {
  const { figures } = requirement;
  const { text, lapse, measures, isManifold, shortfall } = standing(requirement, zone);
  const shortBy = requirement.status === 'short' || requirement.status === 'conflicting' ? shortfall : 0;
  return {
    href: approvalPaths.application(row.id),
    credential: row.credentialName,
    issuer: row.issuer,
    cycle: row.cycleName,
    state: stateTag(row).text,
    count: text,
    measures: isManifold
      ? measures
          .filter(({ isMet }) => !isMet)
          .map((measure) => `${measure.text}: ${measure.has} of ${measure.needs}`)
      : [],
    ...figures,
    unclear: figures.notSure + figures.conflicting + figures.agedOut,
    lapse,
    notes: [
      ...(shortBy ? [`${shortBy} more needed.`] : []),
      ...(figures.conflicting > 0 && requirement.status === 'conflicting'
        ? [
            `At ${figures.conflicting} ${figures.conflicting === 1 ? 'employer' : 'employers'} people disagree.`,
          ]
        : []),
      ...(missing.length > 0
        ? [`Not shown: ${missing.map((criterion) => CRITERION_WORDS[criterion].toLowerCase()).join(', ')}.`]
        : []),
      ...(row.hasOpenAppeal ? ['An appeal is open.'] : []),
      ...(waiting ? [`Proposed: ${OUTCOME_WORDS[waiting].toLowerCase()}.`] : []),
      ...(frozen ? [`Frozen on ${formatDate(frozen.frozenAt, zone)}.`] : []),
    ],
  };
}

const COLUMNS = [
  'list',
  'policy',
  'credential',
  'issuer',
  'cycle',
  'state',
  'standing',
  'requirement',
  'needed',
  'yes',
  'asked',
  'delivered',
  'answered',
  'no',
  'not_sure',
  'not_familiar',
  'conflicting',
  'excluded',
  'aged_out',
  'short_by',
  'no_longer_met_from',
  'would_be_left',
  'other_measures',
  'mandatory_criteria_not_shown',
  'appeal_open',
  'decision_proposed',
  'evidence_frozen_at',
  'evidence_sha256',
] as const;

/** The same as a table for spreadsheets, one application a line. */
export function reportTable(report: readonly ReportList[]) {
  return {
    headers: COLUMNS as readonly string[],
    rows: report.flatMap((list) => list.rows.map((row) => ({ list, row }))),
    cells: ({
      list,
      row: { row, requirement, group, missing, frozen, waiting },
    }: {
      list: ReportList;
      row: ReportRow;
    }) => {
      const { figures, required, shortfall, expiring, measures = [], status } = requirement;
      return [
        list.name,
        list.policyName,
        row.credentialName,
        row.issuer,
        row.cycleName,
        row.state === 'decided' && row.decision ? row.decision : row.state,
        GROUP_WORDS[group].text,
        REQUIREMENT_WORDS[status],
        required,
        figures.bothYes,
        figures.asked,
        figures.delivered,
        figures.answered,
        figures.no,
        figures.notSure,
        figures.notFamiliar,
        figures.conflicting,
        figures.excluded,
        figures.agedOut,
        shortfall,
        expiring?.on ?? null,
        expiring?.fallsTo ?? null,
        measures
          .filter(({ kind }) => kind !== 'employers')
          .map(({ kind, has, needs }) => `${MEASURE_WORDS[kind]}: ${has} of ${needs}`)
          .join('; '),
        missing.map((criterion) => CRITERION_WORDS[criterion]).join('; '),
        row.hasOpenAppeal ? 'yes' : 'no',
        waiting ?? '',
        frozen?.frozenAt ?? null,
        frozen?.sha256 ?? '',
      ];
    },
  };
}
