import type { Db } from '../db/client.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { readTallies } from '../evidence/read-tally.ts';
import { describePolicy, type Policy } from '../evidence/rules/policy.ts';
import type { Criterion, Requirement } from '../evidence/types.ts';
import { criteriaStanding, missingCriteria } from './criteria-rules.ts';
import { type ApplicationRow, listForReport, listReportDetails } from './queries.ts';
import type { DecisionOutcome } from './types.ts';

/** How an application stands for a board, in the order in which it looks at them. */
export const REPORT_GROUPS = [
  'contested',
  'no_longer_met',
  'lapsing',
  'short',
  'met',
  'not_asked',
  'not_counted',
] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

export type ReportRow = {
  row: ApplicationRow;
  requirement: Requirement;
  group: ReportGroup;
  missing: Criterion[];
  frozen: { status: string; validUntil: Date | null; frozenAt: Date; sha256: string } | null;
  waiting: DecisionOutcome | null;
};

export type ReportList = {
  id: number;
  name: string;
  kind: ApplicationRow['listKind'];
  policyName: string;
  rule: string[];
  rows: ReportRow[];
};

/**
 * Where an application belongs in a report: contested while people of employers disagree in what would decide it or an
 * appeal is open; an approval whose evidence is enough no more stands apart from what never was.
 */
export function reportGroup(
  row: Pick<ApplicationRow, 'state' | 'hasOpenAppeal'>,
  { status }: Pick<Requirement, 'status'>,
): ReportGroup {
  if (row.hasOpenAppeal || status === 'conflicting') return 'contested';
  if (status === 'met') return 'met';
  if (status === 'met_but_expiring') return 'lapsing';
  if (status === 'unsupported') return 'not_counted';
  if (row.state === 'decided' || row.state === 'due_for_review') return 'no_longer_met';
  return status === 'not_asked' ? 'not_asked' : 'short';
}

/** All that a board looks at, of one list or of all of an agency, as it stands now. */
export async function loadReport(
  db: Db,
  agencyId: number,
  listId: number | null,
  now: Date,
): Promise<ReportList[]> {
  const rows = await listForReport(db, agencyId, listId);
  const [requirements, details] = await Promise.all([
    readTallies(db, rows, now),
    listReportDetails(
      db,
      rows.map(({ id }) => id),
    ),
  ]);
  const of = <T extends { applicationId: number }>(all: readonly T[], id: number) =>
    all.filter(({ applicationId }) => applicationId === id);
  const lists = new Map<number, ReportList & { policy: Policy }>();
  for (const [index, row] of rows.entries()) {
    let list = lists.get(row.listId);
    if (!list) {
      const policy = await getPolicyVersion(db, row.policyVersionId);
      list = {
        id: row.listId,
        name: row.listName,
        kind: row.listKind,
        policyName: `${policy.name}, version ${policy.version}`,
        rule: describePolicy(policy.body),
        rows: [],
        policy: policy.body,
      };
      lists.set(row.listId, list);
    }
    const requirement = requirements[index]!;
    const frozen = of(details.records, row.id)[0] ?? null;
    const criteria = criteriaStanding(list.policy, {
      frozenStatus: frozen?.status ?? null,
      items: of(details.items, row.id),
      reviews: of(details.reviews, row.id),
    });
    list.rows.push({
      row,
      requirement,
      group: reportGroup(row, requirement),
      missing: missingCriteria(criteria),
      frozen,
      waiting: of(details.waiting, row.id)[0]?.outcome ?? null,
    });
  }
  return [...lists.values()].map(({ policy, ...list }) => ({
    ...list,
    rows: list.rows.toSorted((a, b) => REPORT_GROUPS.indexOf(a.group) - REPORT_GROUPS.indexOf(b.group)),
  }));
}
