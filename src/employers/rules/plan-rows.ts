import { textKey } from '../../lib/text-key.ts';
import { type ImportIssue, issueAt } from '../issues.ts';
import type { ContactRow, EmployerRow } from './normalise-row.ts';

/** An employer record as the register holds it, with what an import compares. */
export type KnownEmployer = {
  id: number;
  legalName: string;
  nameKey: string;
  dba: string | null;
  fein: string | null;
  externalId: string | null;
  address: string;
  addressKey: string;
  city: string;
  state: string;
  zip: string;
  county: string;
  countyFips: string | null;
  region: string;
  phone: string;
  naicsCode: string | null;
  legalForm: string;
  jobs: number | null;
  timeZone: string | null;
  mergedIntoId: number | null;
};

/** Fields that a row may change, with what they are called for people. */
export const COMPARED_FIELDS = {
  legalName: 'name',
  dba: 'trade name',
  fein: 'FEIN',
  externalId: 'id',
  address: 'address',
  city: 'city',
  state: 'state',
  zip: 'ZIP',
  county: 'county',
  countyFips: 'county code',
  region: 'region',
  phone: 'telephone',
  naicsCode: 'industry',
  legalForm: 'legal form',
  jobs: 'jobs',
  timeZone: 'time zone',
} as const;
export type ComparedField = keyof typeof COMPARED_FIELDS;
const COMPARED = Object.keys(COMPARED_FIELDS) as ComparedField[];

export type FieldChange = { field: ComparedField; from: string; to: string };

/** What a row's employer would do. `slot` numbers the employers that this file creates, until they have ids. */
export type EmployerPlan =
  | { action: 'create'; slot: number }
  | { action: 'update'; employerId: number; changes: FieldChange[] }
  | { action: 'unchanged'; employerId: number }
  | { action: 'repeat'; employer: EmployerRef }
  | { action: 'skip'; issue: ImportIssue };

export type EmployerRef = { employerId: number } | { slot: number };

type Identity = {
  fein: string | null;
  externalId: string | null;
  nameKey: string;
  zip: string;
  addressKey: string;
};

type Seen = Identity & { ref: EmployerRef; line: number; print: Int32Array };

const placeKey = (one: Identity) => `${one.nameKey}\0${one.zip}\0${one.addressKey}`;

/**
 * Who a row is about: the same FEIN is the same employer; without one, the same id in the agency's own system; else the
 * same name, ZIP and address, unless an FEIN or id on both sides says that they differ. When FEIN and id lead to two
 * records, the row is refused.
 */
export function matchEmployer<T extends Identity & { id?: number }>(
  row: Identity,
  known: {
    byFein(fein: string): T | undefined;
    byExternalId(id: string): T | undefined;
    byPlace(key: string): readonly T[];
  },
): { match: T | null } | { conflict: [byFein: T, byExternalId: T] } | { otherFein: T } {
  const byFein = row.fein ? known.byFein(row.fein) : undefined;
  const byExternalId = row.externalId ? known.byExternalId(row.externalId) : undefined;
  if (byFein && byExternalId && byFein !== byExternalId) return { conflict: [byFein, byExternalId] };
  if (byFein) return { match: byFein };
  if (byExternalId) {
    if (row.fein && byExternalId.fein) return { otherFein: byExternalId };
    return { match: byExternalId };
  }
  const differs = (one: string | null, other: string | null) =>
    one !== null && other !== null && one !== other;
  const byPlace = known
    .byPlace(placeKey(row))
    .find((one) => !differs(one.fein, row.fein) && !differs(one.externalId, row.externalId));
  return { match: byPlace ?? null };
}

/**
 * Plans the employers of one file row by row. It remembers keys and a print of each row, never the rows, so that a
 * repeated employer is told apart from a new one; `learn` brings in the records of the register that a batch may meet.
 */
export function createEmployerPlanner() {
  const seenByFein = new Map<string, Seen>();
  const seenByExternalId = new Map<string, Seen>();
  const seenByPlace = new Map<string, Seen[]>();
  let known = indexKnown([]);
  let slots = 0;

  const remember = (row: EmployerRow, ref: EmployerRef, line: number) => {
    const { fein, externalId, nameKey, addressKey } = row;
    const seen: Seen = {
      fein,
      externalId,
      nameKey,
      addressKey,
      zip: row.zip ?? '',
      ref,
      line,
      print: printOf(row),
    };
    if (fein) seenByFein.set(fein, seen);
    if (externalId) seenByExternalId.set(externalId, seen);
    const key = placeKey(seen);
    const others = seenByPlace.get(key);
    if (others) others.push(seen);
    else seenByPlace.set(key, [seen]);
  };

  const seenIndex = {
    byFein: (fein: string) => seenByFein.get(fein),
    byExternalId: (id: string) => seenByExternalId.get(id),
    byPlace: (key: string) => seenByPlace.get(key) ?? [],
  };

  return {
    /** Call once a batch with the records that share a FEIN, id, or name and ZIP with one of its rows. */
    learn(records: readonly KnownEmployer[]): void {
      known = indexKnown(records);
    },

    /** The record that one of the records learnt last was merged into. */
    mergedInto(employerId: number): number | null {
      return known.byId(employerId)?.mergedIntoId ?? null;
    },

    plan(row: EmployerRow, line: number): { plan: EmployerPlan; issues: ImportIssue[] } {
      const identity = { ...row, zip: row.zip ?? '' };
      const refused = (
        code: 'identity_conflict' | 'fein_differs',
        facts: Record<string, string | number>,
      ) => ({
        plan: { action: 'skip' as const, issue: issueAt(line, null, code, facts) },
        issues: [],
      });
      const earlier = matchEmployer(identity, seenIndex);
      if ('match' in earlier && earlier.match) {
        const differing = differingFields(earlier.match.print, printOf(row));
        const facts = {
          otherLine: earlier.match.line,
          fields: differing.map((f) => COMPARED_FIELDS[f]).join(', '),
        };
        const code = differing.length > 0 ? 'row_contradicts' : 'row_repeated';
        return {
          plan: { action: 'repeat', employer: earlier.match.ref },
          issues: [issueAt(line, null, code, facts)],
        };
      }
      if ('conflict' in earlier) {
        const [first, second] = earlier.conflict;
        return refused('identity_conflict', {
          first: 'FEIN',
          firstId: where(first),
          second: 'id',
          secondId: where(second),
        });
      }
      if ('otherFein' in earlier) return refused('fein_differs', { employerId: where(earlier.otherFein) });

      const found = matchEmployer(identity, known);
      if ('conflict' in found) {
        const [first, second] = found.conflict;
        return refused('identity_conflict', {
          first: 'FEIN',
          firstId: `number ${first.id}`,
          second: 'id',
          secondId: `number ${second.id}`,
        });
      }
      if ('otherFein' in found)
        return refused('fein_differs', { employerId: `number ${found.otherFein.id}` });
      if (!found.match) {
        const slot = slots;
        slots += 1;
        remember(row, { slot }, line);
        return { plan: { action: 'create', slot }, issues: [] };
      }
      const employerId = found.match.id;
      remember(row, { employerId }, line);
      const changes = changesOf(found.match, row);
      return {
        plan:
          changes.length > 0
            ? { action: 'update', employerId, changes }
            : { action: 'unchanged', employerId },
        issues: [],
      };
    },
  };
}

function where(seen: Seen): string {
  return 'employerId' in seen.ref ? `number ${seen.ref.employerId}` : `of line ${seen.line}`;
}

function indexKnown(records: readonly KnownEmployer[]) {
  const byFein = new Map<string, KnownEmployer>();
  const byExternalId = new Map<string, KnownEmployer>();
  const byPlace = new Map<string, KnownEmployer[]>();
  // Records that were merged into others come last, so that the surviving one answers for a shared FEIN or place.
  const ordered = [...records].sort(
    (a, b) => Number(a.mergedIntoId !== null) - Number(b.mergedIntoId !== null) || a.id - b.id,
  );
  for (const record of ordered) {
    if (record.fein && !byFein.has(record.fein)) byFein.set(record.fein, record);
    if (record.externalId) byExternalId.set(record.externalId, record);
    const key = placeKey(record);
    const others = byPlace.get(key);
    if (others) others.push(record);
    else byPlace.set(key, [record]);
  }
  const byId = new Map(records.map((record) => [record.id, record]));
  return {
    byId: (id: number) => byId.get(id),
    byFein: (fein: string) => byFein.get(fein),
    byExternalId: (id: string) => byExternalId.get(id),
    byPlace: (key: string) => byPlace.get(key) ?? [],
  };
}

/**
 * What the row would change. A blank or unusable value changes nothing, and neither does another writing of the same
 * words, but that mixed case replaces capitals: two lists that take turns would else overwrite each other for ever.
 */
export function changesOf(known: KnownEmployer, row: EmployerRow): FieldChange[] {
  return COMPARED.flatMap((field) => {
    const to = row[field];
    const from = known[field];
    if (to === null || to === '' || to === from) return [];
    const change = { field, from: from === null ? '' : String(from), to: String(to) };
    if (WRITTEN_FREELY.includes(field) && textKey(change.from) === textKey(change.to)) {
      return isAllCapitals(change.from) && !isAllCapitals(change.to) ? [change] : [];
    }
    return [change];
  });
}

const WRITTEN_FREELY: readonly ComparedField[] = ['legalName', 'dba', 'address', 'city', 'county', 'region'];

function isAllCapitals(text: string): boolean {
  return text === text.toUpperCase();
}

/** Four bytes for each compared field; zero for a blank one. */
function printOf(row: EmployerRow): Int32Array {
  return Int32Array.from(COMPARED, (field) => (row[field] === null ? 0 : hash(String(row[field])) || 1));
}

/** Blanks differ from nothing. */
function differingFields(first: Int32Array, second: Int32Array): ComparedField[] {
  return COMPARED.filter((_, at) => first[at] !== 0 && second[at] !== 0 && first[at] !== second[at]);
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value | 0;
}

export type KnownContact = {
  id: number;
  employerId: number;
  /** The record that the contact's employer was merged into, or the employer itself. */
  rootId: number;
  emailKey: string;
  name: string;
  title: string;
  phone: string;
  language: string;
  hiringAuthority: boolean | null;
  state: string;
};

export type ContactPlan =
  | { action: 'create' }
  | { action: 'update'; contactId: number }
  | { action: 'unchanged' }
  | { action: 'skip'; issue: ImportIssue };

/** What a row's contact would do. A contact is its address: it never moves to another employer by import. */
export function planContact(
  row: ContactRow,
  line: number,
  known: KnownContact | undefined,
  employer: { rootId: number } | null,
): { plan: ContactPlan; issues: ImportIssue[] } {
  if (!known) return { plan: { action: 'create' }, issues: [] };
  if (!employer || known.rootId !== employer.rootId) {
    const issue = issueAt(line, null, 'contact_at_other_employer', { employerId: known.rootId });
    return { plan: { action: 'skip', issue }, issues: [] };
  }
  const issues =
    known.state === 'active'
      ? []
      : [issueAt(line, null, 'contact_not_active', { state: known.state.replace('_', ' ') })];
  const changed =
    (row.name !== null && row.name !== known.name) ||
    (row.title !== null && row.title !== known.title) ||
    (row.phone !== null && row.phone !== known.phone) ||
    (row.language !== null && row.language !== known.language) ||
    (row.hiringAuthority !== null && row.hiringAuthority !== known.hiringAuthority);
  return { plan: changed ? { action: 'update', contactId: known.id } : { action: 'unchanged' }, issues };
}
