import type { PublicCriterion } from '../approvals/public-criteria.ts';
import { APPEAL_WORDS, OUTCOME_WORDS } from '../approvals/words.ts';
import { CRITERION_WORDS } from '../evidence/rules/describe-requirement.ts';
import { formatDate } from '../lib/zoned-time.ts';
import { evidenceRows, evidenceText, nameOf, newestOf, standingOf } from './pages.ts';
import { credentialPath, homePath, listPath } from './paths.ts';
import type { findPublicCredential, PublicList, PublicSteps, PublishedResult } from './queries.ts';

const day = (text: string) => formatDate(new Date(`${text}T12:00:00Z`), 'UTC');

/**
 * What was decided about one credential on one list, cycle by cycle: the decision, its conditions, appeals and reviews,
 * the criteria, and of the evidence only what tells nothing of a single employer.
 */
export function decisionPage(facts: {
  list: PublicList;
  credential: NonNullable<Awaited<ReturnType<typeof findPublicCredential>>>;
  /** Everything decided about the credential on any public list: figures of two of them could be subtracted. */
  results: readonly PublishedResult[];
  own: readonly PublishedResult[];
  steps: PublicSteps;
  criteria: readonly PublicCriterion[];
  smallCell: number;
}) {
  const { list, credential, own, steps } = facts;
  const newest = newestOf(facts.results);
  const name = nameOf({ credentialName: credential.name, credentialVersion: credential.version });
  return {
    title: name,
    breadcrumbs: [
      { href: homePath, text: 'Home' },
      { href: listPath(list.slug), text: list.name },
    ],
    issuer: credential.issuerName,
    credentialHref: credentialPath(credential.slug),
    listName: list.name,
    agencyName: list.agencyName,
    cycles: own.map((result) => ({
      cycle: result.cycleName,
      standing: standingOf(result),
      rows: [
        { key: 'Decided on', value: formatDate(result.decidedAt, result.timeZone) },
        { key: 'Decided by', value: result.decidedByBody || result.agencyName },
        ...(result.publicReason ? [{ key: 'Reason', value: result.publicReason }] : []),
        ...(result.conditions ? [{ key: 'Conditions', value: result.conditions }] : []),
        ...reviewRows(result),
        { key: 'Frozen evidence', value: evidenceText(result.requirementStatus) },
        ...evidenceRows(result, { withBands: result === newest, smallCell: facts.smallCell }),
      ],
      steps: stepsOf(result, steps),
    })),
    criteria: criteriaRows(facts.criteria),
    rule: own[0]?.rule ?? [],
  };
}

/** What was asked for or shown beside what employers say, which the rule itself is about. */
function criteriaRows(criteria: readonly PublicCriterion[]) {
  return criteria
    .filter(({ criterion }) => criterion !== 'employer_need')
    .filter(({ isMandatory, state }) => isMandatory || state === 'shown')
    .map(({ criterion, isMandatory, state }) => ({
      name: CRITERION_WORDS[criterion],
      isMandatory,
      isShown: state === 'shown',
    }));
}

function reviewRows(result: PublishedResult): { key: string; value: string }[] {
  if (result.decision !== 'approved') return [];
  if (result.endedAt) return [{ key: 'Ended on', value: formatDate(result.endedAt, result.timeZone) }];
  if (result.state === 'due_for_review') {
    return [
      {
        key: 'Review',
        value: `Due${result.lapsesOn ? `; lapses on ${day(result.lapsesOn)} if it is not renewed` : ''}`,
      },
    ];
  }
  return result.reviewDueOn ? [{ key: 'Next review', value: day(result.reviewDueOn) }] : [];
}

/** Decisions and appeals in the order in which they came; a single decision tells nothing that is not above. */
function stepsOf(result: PublishedResult, { decisions, appeals }: PublicSteps) {
  const isOwn = ({ applicationId }: { applicationId: number }) => applicationId === result.applicationId;
  const decided = decisions.filter(isOwn).map(({ kind, outcome, at, publicReason }) => ({
    on: formatDate(at, result.timeZone),
    text: `${OUTCOME_WORDS[outcome]}${kind === 'appeal' ? ' after an appeal' : ''}.${publicReason ? ` ${publicReason}` : ''}`,
  }));
  const appealed = appeals.filter(isOwn).map(({ filedOn, dueOn, state }) => ({
    on: day(filedOn),
    text: `An appeal was filed. ${state === 'open' ? `To be decided by ${day(dueOn)}.` : `${APPEAL_WORDS[state].text}.`}`,
  }));
  if (appealed.length === 0 && decided.length < 2) return [];
  const [first, ...later] = decided;
  return [...(first ? [first] : []), ...appealed, ...later];
}
