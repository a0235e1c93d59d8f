import { addMonths } from '../lib/add-months.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/sha256.ts';
import {
  RETENTION_CLASSES,
  type RedactionProfile,
  type RetentionClass,
  type RetentionMonths,
} from './types.ts';

export const PACKET_FORMAT = 'countersign-records/1';
export const WITHHELD = '[withheld]';

/** Personal data older than this are due: what happened before it, by the rule's months. */
export function retentionCutoff(now: Date, months: number): Date {
  return addMonths(now, -months);
}

/** What an agency's rules come to; one that two people did not set is none. */
export function monthsInForce(
  rules: readonly { class: RetentionClass; months: number; confirmedBy: number | null }[],
): RetentionMonths {
  const inForce = rules.filter(({ confirmedBy }) => confirmedBy !== null);
  return Object.fromEntries(
    RETENTION_CLASSES.map((name) => [name, inForce.find((rule) => rule.class === name)?.months ?? null]),
  ) as RetentionMonths;
}

/** What would change, class by class. */
export function retentionChanges(
  from: RetentionMonths,
  to: RetentionMonths,
): { name: RetentionClass; from: number | null; to: number | null }[] {
  return RETENTION_CLASSES.filter((name) => from[name] !== to[name]).map((name) => ({
    name,
    from: from[name],
    to: to[name],
  }));
}

/** An answer as the agency has it, with whom it came from. */
export type AnswerRecord = {
  answerId: number;
  credential: string;
  credentialName: string;
  answeredAt: Date;
  endedAt: Date | null;
  endKind: string | null;
  language: string;
  familiar: boolean;
  values: Record<string, string>;
  relation: string;
  provenance: string;
  hiringAuthority: boolean | null;
  wordingSha256: string;
  noticeSha256: string;
  wave: string | null;
  respondentName: string;
  respondentTitle: string;
  contactName: string;
  contactEmail: string;
  employerName: string;
  employerPlace: string;
  hasFein: boolean;
};

export type DecisionRecord = {
  credential: string;
  list: string;
  decision: string;
  reason: string;
  decidedAt: Date;
};

export type SnapshotRecord = { snapshotId: number; sha256: string; credential: string; frozenAt: Date };

export type RedactionLine = { field: string; reason: string; rows: number };

type Field = keyof Pick<
  AnswerRecord,
  'respondentName' | 'respondentTitle' | 'contactName' | 'contactEmail' | 'employerName' | 'employerPlace'
>;

export const WHY_PERSON = 'It identifies a person';
export const WHY_EMPLOYER = 'It identifies the employer that answered';
export const WHY_FREE_TEXT = 'Free text may name people or employers';
export const WHY_FEIN =
  'A federal employer number; for a sole proprietor it is close to a social security number';

const OF_PEOPLE: readonly Field[] = ['respondentName', 'respondentTitle', 'contactName', 'contactEmail'];
const OF_EMPLOYERS: readonly Field[] = ['employerName', 'employerPlace'];

function withheldFields(profile: RedactionProfile): { field: Field; reason: string }[] {
  const people = OF_PEOPLE.map((field) => ({ field, reason: WHY_PERSON }));
  const employers = OF_EMPLOYERS.map((field) => ({ field, reason: WHY_EMPLOYER }));
  switch (profile) {
    case 'nothing_withheld':
      return [];
    case 'people_withheld':
      return people;
    case 'people_and_employers_withheld':
      return [...people, ...employers];
  }
}

/**
 * The packet that is given out, with what was blacked out of it: in each answer which fields, and in all how many of
 * each and why. What is blank already is not redacted. Whatever the profile, no federal employer number is in it.
 */
export function buildRecordsPacket(input: {
  agency: string;
  reference: string;
  credential: string | null;
  fromDay: string;
  untilDay: string;
  timeZone: string;
  profile: RedactionProfile;
  madeAt: Date;
  answers: readonly AnswerRecord[];
  decisions: readonly DecisionRecord[];
  snapshots: readonly SnapshotRecord[];
}): { text: string; sha256: string; redactions: RedactionLine[] } {
  const fields = withheldFields(input.profile);
  const rows = new Map<string, RedactionLine>();
  const note = (field: string, reason: string) => {
    const line = rows.get(field) ?? { field, reason, rows: 0 };
    rows.set(field, { ...line, rows: line.rows + 1 });
  };
  const answers = input.answers.map(({ hasFein, ...answer }) => {
    if (hasFein) note('employerFein', WHY_FEIN);
    const withheld: string[] = [];
    const shown = { ...answer };
    for (const { field, reason } of fields) {
      if (shown[field] === '') continue;
      shown[field] = WITHHELD;
      withheld.push(field);
      note(field, reason);
    }
    return {
      ...shown,
      answeredAt: shown.answeredAt.toISOString(),
      endedAt: shown.endedAt?.toISOString() ?? null,
      withheld,
    };
  });
  const decisions = input.decisions.map((decision) => {
    const isHidden = input.profile !== 'nothing_withheld' && decision.reason !== '';
    if (isHidden) note('decisionReason', WHY_FREE_TEXT);
    return {
      ...decision,
      reason: isHidden ? WITHHELD : decision.reason,
      decidedAt: decision.decidedAt.toISOString(),
    };
  });
  const redactions = [...rows.values()];
  const text = canonicalJson({
    format: PACKET_FORMAT,
    agency: input.agency,
    reference: input.reference,
    scope: {
      credential: input.credential,
      fromDay: input.fromDay,
      untilDay: input.untilDay,
      timeZone: input.timeZone,
    },
    profile: input.profile,
    madeAt: input.madeAt.toISOString(),
    answers,
    decisions,
    snapshots: input.snapshots.map((snapshot) => ({
      ...snapshot,
      frozenAt: snapshot.frozenAt.toISOString(),
    })),
    redactions,
  });
  return { text, sha256: sha256Hex(text), redactions };
}

type CsvCell = string | number;

/** The answers of a packet as lines of a table, the first of them the header; one column a question. */
export function recordsCsvRows(packetText: string): CsvCell[][] {
  const { answers } = JSON.parse(packetText) as { answers: Record<string, unknown>[] };
  const columns = [
    'answerId',
    'credential',
    'answeredAt',
    'endedAt',
    'endKind',
    'employerName',
    'employerPlace',
    'respondentName',
    'respondentTitle',
    'contactName',
    'contactEmail',
    'relation',
    'provenance',
    'hiringAuthority',
    'familiar',
    'language',
    'wave',
  ];
  const valuesOf = (answer: Record<string, unknown>) => answer.values as Record<string, string>;
  const questions = [...new Set(answers.flatMap((answer) => Object.keys(valuesOf(answer))))].sort();
  const cell = (value: unknown): CsvCell =>
    typeof value === 'number' ? value : value === null || value === undefined ? '' : String(value);
  return [
    [...columns, ...questions, 'withheld'],
    ...answers.map((answer) => [
      ...columns.map((column) => cell(answer[column])),
      ...questions.map((question) => cell(valuesOf(answer)[question])),
      (answer.withheld as string[]).join(' '),
    ]),
  ];
}

export type HoldFacts = { liftRequestedBy: number | null; liftedAt: Date | null };

/** Whether somebody may take the next step towards lifting a hold. The one who asked cannot also agree. */
export function decideLift(
  step: 'request' | 'confirm' | 'keep',
  hold: HoldFacts,
  staffId: number,
): 'ok' | 'already_done' | 'needs_second_person' {
  if (hold.liftedAt !== null) return 'already_done';
  if (step === 'request') return hold.liftRequestedBy === null ? 'ok' : 'already_done';
  if (hold.liftRequestedBy === null) return 'already_done';
  return step === 'confirm' && hold.liftRequestedBy === staffId ? 'needs_second_person' : 'ok';
}
