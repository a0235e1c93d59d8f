import { documentPath } from '../documents/paths.ts';
import type { DocumentFacts } from '../documents/types.ts';
import { DOCUMENT_HINT, documentText } from '../documents/words.ts';
import { CRITERION_WORDS } from '../evidence/rules/describe-requirement.ts';
import type { Packet } from '../evidence/rules/packet.ts';
import type { Policy } from '../evidence/rules/policy.ts';
import type { Criterion, RequirementStatus } from '../evidence/types.ts';
import { REQUIREMENT_WORDS } from '../evidence/words.ts';
import { WYOMING_COUNTING_KEYS } from '../surveys/presets.ts';
import { applicationTabs } from './application-page.ts';
import type { CriterionRow } from './criteria-rules.ts';
import { approvalPaths } from './paths.ts';
import type { ApplicationRow, listCriterionEvidence, listCriterionReviews } from './queries.ts';
import { isUndecided } from './rules.ts';
import { CRITERION_VERDICTS } from './types.ts';
import { CRITERION_HINTS, CRITERION_STATE_WORDS, stateTag } from './words.ts';

type Item = Awaited<ReturnType<typeof listCriterionEvidence>>[0];
type Review = Awaited<ReturnType<typeof listCriterionReviews>>[0];

export type CriteriaFacts = {
  row: ApplicationRow;
  policy: Policy;
  criteria: readonly CriterionRow<Item, Review>[];
  bodyRecords: number;
  documents: readonly DocumentFacts[];
  /** The frozen evidence in force. */
  frozen: { snapshotId: number; status: RequirementStatus; packet: Packet } | null;
  viewer: { mayEdit: boolean };
  zone: string;
  done: unknown;
};

const NOTICES: Record<string, string> = {
  attached: 'It is attached. Somebody has to look whether it shows the criterion.',
  detached: 'It is taken away. It stays on record that it was attached.',
  reviewed: 'What you found is on record.',
};

function frame(facts: CriteriaFacts) {
  const { row } = facts;
  const notice = typeof facts.done === 'string' ? NOTICES[facts.done] : undefined;
  return {
    zone: facts.zone,
    caption: `${row.listName}, ${row.cycleName}`,
    state: stateTag(row),
    notice: notice ? { kind: 'success' as const, text: notice } : null,
  };
}

/** The nine criteria of one application, with what shows each. */
export function criteriaPage(facts: CriteriaFacts) {
  const { row, criteria } = facts;
  const mandatory = criteria.filter(({ isMandatory }) => isMandatory);
  const open = mandatory.filter(({ state }) => state !== 'shown').length;
  return {
    title: row.credentialName,
    breadcrumbs: [{ href: approvalPaths.applications, text: 'Applications' }],
    ...frame(facts),
    tabs: applicationTabs(facts, 'criteria'),
    lead:
      mandatory.length === 0
        ? 'The policy of this list makes no criterion mandatory but what employers say. What is attached here is kept with the application.'
        : open === 0
          ? `All ${mandatory.length} mandatory criteria are shown.`
          : `${open} of ${mandatory.length} mandatory criteria ${open === 1 ? 'is' : 'are'} not shown yet: until then it cannot be approved.`,
    criteria: criteria.map((each) => ({
      href: approvalPaths.attachCriterion(row.id, each.criterion),
      name: CRITERION_WORDS[each.criterion],
      hint: CRITERION_HINTS[each.criterion],
      isMandatory: each.isMandatory,
      tag: stateWords(each),
      bySystem: bySystem(facts, each.criterion),
      items: each.items.map((item) => itemOf(item, facts.documents)),
      review: each.review && {
        by: each.review.reviewedBy,
        at: each.review.reviewedAt,
        note: each.review.note,
      },
    })),
  };
}

/** One criterion: what is attached, and the forms to attach more and to judge it. */
export function criterionPage(facts: CriteriaFacts, criterion: Criterion) {
  const { row, viewer } = facts;
  const each = facts.criteria.find((one) => one.criterion === criterion)!;
  const mayChange = viewer.mayEdit && isUndecided(row);
  const attach = mayChange && criterion !== 'employer_need';
  return {
    title: CRITERION_WORDS[criterion],
    criterion,
    breadcrumbs: [
      { href: approvalPaths.applications, text: 'Applications' },
      { href: approvalPaths.application(row.id), text: row.credentialName },
      { href: approvalPaths.criteria(row.id), text: 'Criteria' },
    ],
    ...frame(facts),
    hint: CRITERION_HINTS[criterion],
    isMandatory: each.isMandatory,
    tag: stateWords(each),
    bySystem: bySystem(facts, criterion),
    items: each.items.map((item) => ({
      ...itemOf(item, facts.documents),
      id: item.id,
      detachAction: attach ? approvalPaths.detachCriterion(row.id) : null,
    })),
    review: each.review && {
      verdict: each.review.verdict === 'shown' ? 'Shown' : 'Not shown',
      by: each.review.reviewedBy,
      at: each.review.reviewedAt,
      note: each.review.note,
    },
    attachAction: attach ? approvalPaths.attachCriterion(row.id, criterion) : null,
    documentHint: DOCUMENT_HINT,
    reviewAction: attach && each.items.length > 0 ? approvalPaths.reviewCriterion(row.id, criterion) : null,
    verdicts: CRITERION_VERDICTS.map((verdict) => ({
      value: verdict,
      text: verdict === 'shown' ? 'What is attached shows it' : 'What is attached does not show it',
    })),
    whyClosed: mayChange
      ? null
      : 'Nothing can be attached now: it is decided, or your role does not allow it.',
  };
}

function stateWords({ criterion, state }: CriterionRow<Item, Review>) {
  return criterion === 'employer_need' && state === 'nothing_attached'
    ? { text: 'Nothing frozen yet', tag: 'quiet' as const }
    : CRITERION_STATE_WORDS[state];
}

function itemOf(item: Item, documents: readonly DocumentFacts[]) {
  const file = documents.find(({ id }) => id === item.documentId);
  return {
    text: item.text,
    url: item.url,
    file: file
      ? {
          text: file.removedAt ? 'A file whose content was deleted' : documentText(file),
          href: file.removedAt ? null : documentPath(file.id),
        }
      : null,
    by: item.addedBy,
    at: item.addedAt,
  };
}

/** What the frozen evidence itself says of a criterion. */
function bySystem({ frozen }: CriteriaFacts, criterion: Criterion): { text: string; href: string } | null {
  if (!frozen) return null;
  const href = approvalPaths.snapshot(frozen.snapshotId);
  const { figures, required } = frozen.packet.result;
  if (criterion === 'employer_need') {
    const count = required > 0 ? ` ${figures.bothYes} of ${required} employers.` : '';
    return { text: `${REQUIREMENT_WORDS[frozen.status]} in the frozen evidence.${count}`, href };
  }
  if (criterion !== 'wage_gain') return null;
  const [incentive] = WYOMING_COUNTING_KEYS;
  const cells = frozen.packet.crossTable.filter(({ values }) => values[incentive] !== undefined);
  const asked = cells.reduce((sum, { employers }) => sum + employers, 0);
  if (asked === 0) return null;
  const more = cells
    .filter(({ values }) => values[incentive] === 'yes')
    .reduce((sum, { employers }) => sum + employers, 0);
  return {
    text: `${more} of ${asked} employers in the frozen evidence say that they would pay more for it.`,
    href,
  };
}
