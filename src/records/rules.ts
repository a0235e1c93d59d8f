import { addMonths } from '../lib/add-months.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { BodyRecord, VoteRecord } from './bodies.ts';
import type { ProceedingRecord } from './proceedings.ts';
import {
  RETENTION_CLASSES,
  type RedactionProfile,
  type RetentionClass,
  type RetentionMonths,
} from './types.ts';

export const PACKET_FORMAT = 'countersign-records/3';
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

/** What came by no invitation, as it was typed: also what was turned down or found no employer, and so became no answer. */
export type SubmissionRecord = {
  submissionId: number;
  kind: string;
  state: string;
  credential: string;
  receivedAt: Date;
  saidOn: string | null;
  verifiedAt: Date | null;
  language: string;
  familiar: boolean;
  values: Record<string, string>;
  relation: string;
  hiringAuthority: boolean | null;
  noticeSha256: string;
  documentId: number | null;
  respondentName: string;
  respondentTitle: string;
  email: string;
  employerName: string;
  employerPlace: string;
  employerWebsite: string;
  note: string;
  decisionReason: string;
};

/** A file that staff attached. The packet tells of it; the file itself is handed over beside it. */
export type FileRecord = {
  documentId: number;
  mediaType: string;
  bytes: number;
  sha256: string;
  addedAt: Date;
  removedAt: Date | null;
  attachedTo: string[];
  name: string;
};

export type SnapshotRecord = { snapshotId: number; sha256: string; credential: string; frozenAt: Date };

export type RedactionLine = { field: string; reason: string; rows: number };

export const WHY_PERSON = 'It identifies a person';
export const WHY_EMPLOYER = 'It identifies the employer that answered';
export const WHY_FREE_TEXT = 'Free text may name people or employers';
export const WHY_FILE =
  'Only a person can black out a file; what may go out is handed over beside the packet';
export const WHY_FEIN =
  'A federal employer number; for a sole proprietor it is close to a social security number';

/** Staff act in office, so who of them did something is told under every profile. */
const OF_PEOPLE = [
  'respondentName',
  'respondentTitle',
  'contactName',
  'contactEmail',
  'email',
  'filedBy',
  'voter',
];
/** What the public page of a decision shows, its conditions and its public reason, is no secret. */
const FREE_TEXT = ['note', 'decisionReason', 'reason', 'name', 'grounds', 'endReason', 'withdrawReason'];
const OF_EMPLOYERS = ['employerName', 'employerPlace', 'employerWebsite', 'applicantName'];

/** Fields by name, in whatever part of the packet they stand. */
function withheldFields(profile: RedactionProfile): { field: string; reason: string }[] {
  const people = [
    ...OF_PEOPLE.map((field) => ({ field, reason: WHY_PERSON })),
    ...FREE_TEXT.map((field) => ({ field, reason: WHY_FREE_TEXT })),
  ];
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
 * The packet that is given out, with what was blacked out of it: in each row which fields, and in all how many of each
 * and why. What is blank already is not redacted. Whatever the profile, no federal employer number is in it, and no
 * file: of files it tells the hash, by which whoever is handed one can tell that it is the right one.
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
  submissions: readonly SubmissionRecord[];
  files: readonly FileRecord[];
  bodies: readonly BodyRecord[];
  votes: readonly VoteRecord[];
  proceedings: readonly ProceedingRecord[];
  snapshots: readonly SnapshotRecord[];
}): { text: string; sha256: string; redactions: RedactionLine[] } {
  const fields = withheldFields(input.profile);
  const rows = new Map<string, RedactionLine>();
  const note = (field: string, reason: string) => {
    const line = rows.get(field) ?? { field, reason, rows: 0 };
    rows.set(field, { ...line, rows: line.rows + 1 });
  };
  const blackOut = <Row extends object>(row: Row, part: string) => {
    const shown = { ...row } as Record<string, unknown>;
    const withheld: string[] = [];
    for (const { field, reason } of fields) {
      if (typeof shown[field] !== 'string' || shown[field] === '') continue;
      shown[field] = WITHHELD;
      withheld.push(field);
      note(part === '' ? field : `${part}.${field}`, reason);
    }
    return { ...(shown as Row), withheld };
  };
  const answers = input.answers.map(({ hasFein, ...answer }) => {
    if (hasFein) note('employerFein', WHY_FEIN);
    return timed(blackOut(answer, ''));
  });
  const submissions = input.submissions.map((submission) => timed(blackOut(submission, 'submission')));
  const files = input.files.map((file) => {
    const isWithheld = input.profile !== 'nothing_withheld' && file.removedAt === null;
    if (isWithheld) note('file.content', WHY_FILE);
    const content = file.removedAt ? 'deleted' : isWithheld ? WITHHELD : 'beside the packet';
    return { ...timed(blackOut(file, 'file')), content };
  });
  const proceedings = input.proceedings.map((one) => timed(blackOut(one, 'proceeding')));
  const bodies = input.bodies.map((one) => timed(blackOut(one, 'body')));
  const votes = input.votes.map((vote) => timed(blackOut(vote, 'vote')));
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
    submissions,
    files,
    bodies,
    votes,
    proceedings,
    snapshots: input.snapshots.map(timed),
    redactions,
  });
  return { text, sha256: sha256Hex(text), redactions };
}

/** Times as RFC 3339 has them. */
function timed<Row extends object>(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, value instanceof Date ? value.toISOString() : value]),
  );
}

/** What a page tells of a packet beside its log: packets of the first format held answers only, and those of the second the last decisions. */
export function contentsOf(packetText: string): {
  submissions: number;
  bodies: number;
  votes: number;
  proceedings: number;
  files: PacketFile[];
} {
  const {
    submissions = [],
    bodies = [],
    votes = [],
    decisions = [],
    proceedings = decisions,
    files = [],
  } = JSON.parse(packetText) as {
    submissions?: unknown[];
    bodies?: unknown[];
    votes?: unknown[];
    decisions?: unknown[];
    proceedings?: unknown[];
    files?: PacketFile[];
  };
  return {
    submissions: submissions.length,
    bodies: bodies.length,
    votes: votes.length,
    proceedings: proceedings.length,
    files,
  };
}
type PacketFile = { documentId: number; sha256: string; attachedTo: string[]; content: string };

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
