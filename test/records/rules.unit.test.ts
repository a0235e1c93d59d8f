import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForm } from '../../src/http/forms.ts';
import { csvLine } from '../../src/lib/csv-write.ts';
import { sha256Hex } from '../../src/lib/sha256.ts';
import { holdForm, packetForm, retentionForm } from '../../src/records/forms.ts';
import {
  type AnswerRecord,
  buildRecordsPacket,
  decideLift,
  type FileRecord,
  recordsCsvRows,
  type SubmissionRecord,
  WITHHELD,
} from '../../src/records/rules.ts';
import { REDACTION_PROFILES, type RedactionProfile } from '../../src/records/types.ts';

const AT = new Date('2026-03-01T12:00:00Z');

function answer(changes: Partial<AnswerRecord> = {}): AnswerRecord {
  return {
    answerId: 1,
    credential: 'cna',
    credentialName: 'CNA',
    answeredAt: AT,
    endedAt: null,
    endKind: null,
    language: 'en',
    familiar: true,
    values: { incentive: 'yes', preference: 'no' },
    relation: 'none',
    provenance: 'mailed_link_own_domain',
    hiringAuthority: true,
    wordingSha256: 'a'.repeat(64),
    noticeSha256: 'b'.repeat(64),
    wave: 'Spring',
    respondentName: 'Ann Miller',
    respondentTitle: 'Owner',
    contactName: 'A. Miller',
    contactEmail: 'ann@bakery.example',
    employerName: 'Miller Bakery',
    employerPlace: 'Helena, MT',
    hasFein: true,
    ...changes,
  };
}

const submission: SubmissionRecord = {
  submissionId: 5,
  kind: 'open_link',
  state: 'rejected',
  credential: 'cna',
  receivedAt: AT,
  saidOn: null,
  verifiedAt: null,
  language: 'en',
  familiar: true,
  values: { incentive: 'yes' },
  relation: 'none',
  hiringAuthority: null,
  noticeSha256: 'b'.repeat(64),
  documentId: 7,
  respondentName: 'Olga Typed',
  respondentTitle: 'Cook',
  email: 'olga@cafe.example',
  employerName: 'Cafe Olga',
  employerPlace: 'Butte',
  employerWebsite: '',
  note: 'Olga rang twice',
  decisionReason: 'Olga did not confirm',
};
const file: FileRecord = {
  documentId: 7,
  mediaType: 'application/pdf',
  bytes: 12,
  sha256: 'd'.repeat(64),
  addedAt: AT,
  removedAt: null,
  attachedTo: ['submission 5'],
  name: 'letter-of-olga.pdf',
};

const about = { applicationId: 1, credential: 'cna', list: 'unified', cycle: '2026' };

function build(profile: RedactionProfile, answers: AnswerRecord[], reason = 'Ann Miller was convincing') {
  const built = buildRecordsPacket({
    agency: 'Agency',
    reference: 'R-1',
    credential: null,
    fromDay: '2026-01-01',
    untilDay: '2027-01-01',
    timeZone: 'America/Denver',
    profile,
    madeAt: AT,
    answers,
    submissions: [submission],
    files: [file, { ...file, documentId: 8, name: '', removedAt: AT }],
    bodies: [
      {
        what: 'ballot',
        id: 3,
        credential: 'cna',
        heldOn: '2026-03-01',
        recordedAt: AT,
        recordedBy: 'Robin Doe',
        note: 'Ann came late',
        withdrawnAt: AT,
        withdrawnBy: 'Robin Doe',
        withdrawReason: 'Ann voted twice',
        facts: { kind: 'panel', body: 'Trades panel', eligible: 3, quorum: 2 },
      },
    ],
    votes: [
      {
        voteId: 4,
        ballotId: 3,
        credential: 'cna',
        choice: 'approve',
        relation: 'none',
        version: null,
        castAt: null,
        provenance: null,
        voter: 'Ann Miller',
        reason: 'Ann likes it',
        employerName: 'Miller Bakery',
      },
    ],
    proceedings: [
      { ...about, what: 'decided', at: AT, by: 'Robin Doe', outcome: 'approved', reason, conditions: 'None' },
      {
        ...about,
        what: 'appealed',
        at: AT,
        by: 'Robin Doe',
        filedBy: 'Ann Miller',
        grounds: 'Ann was not asked',
      },
    ],
    snapshots: [{ snapshotId: 1, sha256: 'c'.repeat(64), credential: 'cna', frozenAt: AT }],
  });
  return { ...built, packet: JSON.parse(built.text) };
}

describe('a packet for a records request', () => {
  it.each([
    ['people_withheld', ['Ann', 'Owner', 'ann@bakery.example'], ['Miller Bakery', 'Helena']],
    ['people_and_employers_withheld', ['Ann', 'Owner', 'ann@', 'Bakery', 'Helena'], []],
    ['nothing_withheld', [], ['Ann Miller', 'Owner', 'ann@bakery.example', 'Miller Bakery', 'Helena']],
  ] as const)('%s', (profile, absent, present) => {
    const { text } = build(profile, [answer()]);
    for (const word of absent) expect(text).not.toContain(word);
    for (const word of present) expect(text).toContain(word);
    expect(text).not.toMatch(/hasFein/);
  });

  it('logs each kind of redaction with its reason and number, and each answer its own fields', () => {
    const { redactions, packet } = build('people_withheld', [
      answer(),
      answer({ answerId: 2, respondentTitle: '', hasFein: false }),
    ]);
    expect(packet.redactions).toEqual(redactions);
    const rows = Object.fromEntries(redactions.map((line) => [line.field, line.rows]));
    expect(rows).toEqual({
      employerFein: 1,
      respondentName: 2,
      respondentTitle: 1,
      contactName: 2,
      contactEmail: 2,
      'body.note': 1,
      'body.withdrawReason': 1,
      'vote.voter': 1,
      'vote.reason': 1,
      'proceeding.reason': 1,
      'proceeding.filedBy': 1,
      'proceeding.grounds': 1,
      'submission.respondentName': 1,
      'submission.respondentTitle': 1,
      'submission.email': 1,
      'submission.note': 1,
      'submission.decisionReason': 1,
      'file.name': 1,
      'file.content': 1,
    });
    expect(redactions.every(({ reason }) => reason.length > 10)).toBe(true);
    expect(packet.answers[0].withheld).toEqual([
      'respondentName',
      'respondentTitle',
      'contactName',
      'contactEmail',
    ]);
    expect(packet.answers[1].withheld).toEqual(['respondentName', 'contactName', 'contactEmail']);
    expect(packet.answers[1].respondentTitle).toBe('');
  });

  it('holds what came by letter, call or public page, and tells of files, by the same profile', () => {
    const open = build('nothing_withheld', []);
    expect(open.redactions).toEqual([]);
    expect(open.packet.submissions[0]).toMatchObject({ email: 'olga@cafe.example', note: 'Olga rang twice' });
    expect(open.packet.files.map(({ content }: { content: string }) => content)).toEqual([
      'beside the packet',
      'deleted',
    ]);
    const people = build('people_withheld', []);
    expect(people.text).not.toMatch(/olga@|Olga rang|Olga did|Olga Typed|letter-of/);
    expect(people.packet.submissions[0].employerName).toBe('Cafe Olga');
    expect(people.packet.files[0]).toMatchObject({ sha256: file.sha256, content: WITHHELD, name: WITHHELD });
    const employers = build('people_and_employers_withheld', []);
    expect(employers.text).not.toMatch(/olga|Butte/i);
    expect(employers.packet.submissions[0].values).toEqual({ incentive: 'yes' });
  });

  it('leaves every answer in, with what was answered, whatever is blacked out', () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(
        fc.constantFrom(...REDACTION_PROFILES),
        fc.array(fc.record({ respondentName: text, employerName: text, contactEmail: text }), {
          maxLength: 20,
        }),
        (profile, people) => {
          const answers = people.map((person, index) => answer({ ...person, answerId: index + 1 }));
          const { packet, sha256, text: bytes, redactions } = build(profile, answers);
          expect(packet.answers.map((one: AnswerRecord) => [one.answerId, one.values])).toEqual(
            answers.map((one) => [one.answerId, one.values]),
          );
          expect(sha256).toBe(sha256Hex(bytes));
          const marked = packet.answers.flatMap((one: { withheld: string[] }) => one.withheld);
          for (const { field, rows } of redactions.filter(
            ({ field }) => field !== 'employerFein' && !field.includes('.'),
          )) {
            expect(marked.filter((one: string) => one === field)).toHaveLength(rows);
          }
          const shown = JSON.stringify(packet.answers).split(WITHHELD).length - 1;
          expect(shown).toBeGreaterThanOrEqual(marked.length);
        },
      ),
    );
  });

  it('as a table has a column for each question and no cell that a spreadsheet would run', () => {
    const { text } = build('nothing_withheld', [
      answer({ respondentName: '=HYPERLINK("http://evil.example")', values: { incentive: 'yes' } }),
      answer({ answerId: 2, employerName: '+1', values: { importance: 'preferred' } }),
    ]);
    const rows = recordsCsvRows(text);
    expect(rows[0]!.slice(-3)).toEqual(['importance', 'incentive', 'withheld']);
    const csv = rows.map(csvLine).join('');
    expect(csv).toContain(`"'=HYPERLINK(`);
    expect(csv).toMatch(/,'\+1,/);
  });
});

describe('lifting a hold', () => {
  it.each([
    ['request', null, null, 1, 'ok'],
    ['request', 2, null, 1, 'already_done'],
    ['request', null, AT, 1, 'already_done'],
    ['confirm', null, null, 1, 'already_done'],
    ['confirm', 1, null, 1, 'needs_second_person'],
    ['confirm', 2, null, 1, 'ok'],
    ['confirm', 2, AT, 1, 'already_done'],
    ['keep', 1, null, 1, 'ok'],
    ['keep', null, null, 1, 'already_done'],
  ] as const)('%s, asked by %s, lifted %s, by %i: %s', (step, liftRequestedBy, liftedAt, staffId, wanted) => {
    expect(decideLift(step, { liftRequestedBy, liftedAt }, staffId)).toBe(wanted);
  });
});

describe('what is typed', () => {
  const packet = {
    reference: 'R-1',
    credentialId: '',
    fromDay: '2026-01-01',
    lastDay: '2026-01-31',
    profile: 'people_withheld',
  };

  it('covers its last day', () => {
    const form = parseForm(packetForm, packet);
    expect(form.ok && form.data).toMatchObject({
      fromDay: '2026-01-01',
      untilDay: '2026-02-01',
      credentialId: null,
    });
    expect(parseForm(packetForm, { ...packet, lastDay: '2026-01-01' }).ok).toBe(true);
  });

  it.each([
    [{ reference: ' ' }, 'reference'],
    [{ fromDay: '2026-02-30' }, 'fromDay'],
    [{ fromDay: 'yesterday' }, 'fromDay'],
    [{ lastDay: '2025-12-31' }, 'lastDay'],
    [{ lastDay: '9999-12-31' }, 'lastDay'],
    [{ profile: 'everything' }, 'profile'],
    [{ credentialId: 'x' }, 'credentialId'],
    [{ credentialId: '-1' }, 'credentialId'],
  ])('%j is refused', (changes, field) => {
    const form = parseForm(packetForm, { ...packet, ...changes });
    expect(form.ok ? [] : form.errors.map((error) => error.field)).toEqual([field]);
  });

  it.each([['0'], ['-1'], ['1.5'], ['1201'], ['ten'], ['1e2']])(
    '%s months are refused',
    (respondent_names) => {
      expect(parseForm(retentionForm, { respondent_names }).ok).toBe(false);
    },
  );

  it('blank months keep, and a hold needs its reason', () => {
    const form = parseForm(retentionForm, { respondent_names: '24', contact_details: '' });
    expect(form.ok && form.data).toMatchObject({
      respondent_names: 24,
      contact_details: null,
      unsent_drafts: null,
    });
    expect(parseForm(holdForm, { reason: '  ', credentialId: '' }).ok).toBe(false);
  });
});
