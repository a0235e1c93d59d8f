import type { RequirementStatus } from '../evidence/types.ts';
import { REQUIREMENT_WORDS } from '../evidence/words.ts';

export type TallyLine = {
  credential: string;
  asked: number;
  answered: number;
  bothYes: number;
  no: number;
  notFamiliar: number;
  excluded: number;
  required: number;
  status: RequirementStatus;
};

/** What `countersign demo --json` prints last. */
export type DemoReport = {
  employers: number;
  contacts: number;
  credentials: number;
  wave: { asks: number; touches: number; sent: number; deferred: number };
  invitations: { opened: number; answered: number; declined: number; referred: number };
  committee: { invited: number; accepted: number };
  tallies: TallyLine[];
  approvalRecords: {
    id: number;
    credential: string;
    requirement: string;
    snapshotId: number;
    sha256: string;
  }[];
  elapsedMs: number;
};

const COLUMNS = ['asked', 'answered', 'bothYes', 'no', 'notFamiliar', 'excluded'] as const;
const HEADINGS: Record<(typeof COLUMNS)[number], string> = {
  asked: 'asked',
  answered: 'answered',
  bothYes: 'both yes',
  no: 'no',
  notFamiliar: 'don’t know',
  excluded: 'excluded',
};

/** The figures as a person at the terminal reads them. */
export function summaryText(report: DemoReport): string {
  const name = Math.max(...report.tallies.map(({ credential }) => credential.length), 10);
  const lines = [
    `${report.employers} employers, ${report.contacts} invented contacts, ${report.credentials} credentials.`,
    `Two agencies’ waves: ${report.wave.asks} asks in ${report.wave.touches} mails, ${report.wave.sent} sent, ${report.wave.deferred} put off or left out.`,
    `Links: ${report.invitations.opened} opened, ${report.invitations.answered} answered, ${report.invitations.declined} declined, ${report.invitations.referred} passed to a colleague.`,
    `The committee: ${report.committee.invited} invited, ${report.committee.accepted} accepted.`,
    '',
    ['Credential'.padEnd(name), ...COLUMNS.map((column) => HEADINGS[column].padStart(10)), '  status'].join(
      ' ',
    ),
    ...report.tallies.map((tally) =>
      [
        tally.credential.padEnd(name),
        ...COLUMNS.map((column) => String(tally[column]).padStart(10)),
        `  ${statusText(tally)}`,
      ].join(' '),
    ),
    '',
    'Counts are distinct employers. Evidence was frozen for:',
    ...report.approvalRecords.map(
      (record) =>
        `  record ${record.id}: ${record.credential}, snapshot ${record.snapshotId}, SHA-256 ${record.sha256}`,
    ),
    ...(report.approvalRecords.length === 0 ? ['  nothing: no credential met its number'] : []),
    '',
    `Done in ${(report.elapsedMs / 1000).toFixed(1)} s.`,
  ];
  return lines.join('\n');
}

function statusText({ status, required, bothYes }: TallyLine): string {
  return status === 'short' ? `short by ${required - bothYes}` : REQUIREMENT_WORDS[status].toLowerCase();
}
