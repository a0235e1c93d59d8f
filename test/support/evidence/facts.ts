import fc from 'fast-check';
import type { UnitLink } from '../../../src/employers/rules/counting-units.ts';
import { lettersPreset, WYOMING } from '../../../src/evidence/presets.ts';
import type { Policy, PolicyV1, PolicyV2 } from '../../../src/evidence/rules/policy.ts';
import type { AnswerFact, AskFact, EvidenceFacts } from '../../../src/evidence/types.ts';
import { PROVENANCES, RELATIONS } from '../../../src/surveys/types.ts';

export const [INCENTIVE, PREFERENCE] = WYOMING.body.requirement.questions.map(({ key }) => key) as [
  string,
  string,
];

/** Noon UTC on the first of a month counted from January 2026; a fraction is that part of four weeks later. */
export function month(months: number): Date {
  const whole = Math.floor(months);
  return new Date(Date.UTC(2026, whole, 1, 12) + (months - whole) * 28 * 86_400_000);
}

export function said(incentive: string, preference: string): Record<string, string> {
  return { [INCENTIVE]: incentive, [PREFERENCE]: preference };
}

let lastId = 0;

/** An answer that counts as both-yes unless told otherwise. */
export function answer(changes: Partial<AnswerFact> = {}): AnswerFact {
  lastId += 1;
  return {
    answerId: lastId,
    askId: lastId,
    contactId: lastId,
    employerId: 1,
    answeredAt: month(0),
    endedAt: null,
    endKind: null,
    values: said('yes', 'yes'),
    familiar: true,
    relation: 'none',
    provenance: 'mailed_link_own_domain',
    hiringAuthority: true,
    instrumentVersionId: 1,
    noticeVersionId: 1,
    ...changes,
  };
}

export function ask(changes: Partial<AskFact> = {}): AskFact {
  lastId += 1;
  return {
    askId: lastId,
    waveId: 1,
    contactId: lastId,
    employerId: 1,
    sentAt: month(0),
    bouncedAt: null,
    declinedAt: null,
    ...changes,
  };
}

export function link(a: number, b: number, changes: Partial<UnitLink> = {}): UnitLink {
  return { a, b, because: 'open_proposal', from: month(-1), until: null, ...changes };
}

export function facts(changes: Partial<EvidenceFacts> = {}): EvidenceFacts {
  return {
    credentialId: 1,
    answers: [],
    asks: [],
    links: [],
    conflictMarks: [],
    employerDomains: [],
    issuerDomains: [],
    ...changes,
  };
}

export function wyoming(changes: Partial<PolicyV1> & { minDistinctEmployers?: number } = {}): PolicyV1 {
  const { minDistinctEmployers, ...rest } = changes;
  const { requirement } = WYOMING.body;
  return {
    ...WYOMING.body,
    ...rest,
    requirement: {
      ...requirement,
      minDistinctEmployers: minDistinctEmployers ?? requirement.minDistinctEmployers,
    },
  };
}

const time = fc.integer({ min: 0, max: 60 }).map(month);
const employerId = fc.integer({ min: 1, max: 8 });
const said3 = fc.constantFrom('yes', 'yes', 'no', 'not_sure');

const anyAnswer: fc.Arbitrary<Omit<AnswerFact, 'answerId' | 'askId'>> = fc
  .record({
    contactId: fc.integer({ min: 1, max: 3 }),
    employerId,
    answeredAt: time,
    endsAfter: fc.option(fc.integer({ min: 0, max: 20 })),
    endKind: fc.constantFrom('superseded' as const, 'withdrawn' as const),
    incentive: said3,
    preference: fc.option(said3),
    familiar: fc.boolean().map((no) => !no),
    relation: fc.constantFrom('none' as const, 'none' as const, 'none' as const, ...RELATIONS),
    provenance: fc.constantFrom(
      'mailed_link_own_domain' as const,
      'mailed_link_own_domain' as const,
      ...PROVENANCES,
    ),
    hiringAuthority: fc.boolean(),
  })
  .map(({ contactId, endsAfter, endKind, incentive, preference, familiar, ...rest }) => ({
    ...rest,
    // A person belongs to one employer record.
    contactId: rest.employerId * 100 + contactId,
    familiar,
    endedAt: endsAfter === null ? null : new Date(rest.answeredAt.getTime() + endsAfter * 86_400_000 * 20),
    endKind: endsAfter === null ? null : endKind,
    values: familiar
      ? { [INCENTIVE]: incentive, ...(preference === null ? {} : { [PREFERENCE]: preference }) }
      : ({} as Record<string, string>),
    instrumentVersionId: 1,
    noticeVersionId: 1,
  }));

const anyLink: fc.Arbitrary<UnitLink> = fc.record({
  a: employerId,
  b: employerId,
  because: fc.constantFrom('open_proposal' as const, 'merged' as const),
  from: time,
  until: fc.option(time),
});

/** Any history of one credential: 8 employer records with up to 3 people each, over five years. */
export const anyFacts: fc.Arbitrary<EvidenceFacts> = fc
  .record({
    answers: fc.array(anyAnswer, { maxLength: 25 }),
    asks: fc.array(
      fc.record({
        waveId: fc.integer({ min: 1, max: 2 }),
        contactId: fc.integer({ min: 1, max: 3 }),
        employerId,
        sentAt: time,
        bouncedAt: fc.option(time),
        declinedAt: fc.option(time),
      }),
      { maxLength: 10 },
    ),
    links: fc.array(anyLink, { maxLength: 4 }),
    conflictMarks: fc.array(
      fc.record({ employerId, relation: fc.constantFrom(...RELATIONS), from: time, until: fc.option(time) }),
      { maxLength: 2 },
    ),
    employerDomains: fc.array(
      fc.record({
        employerId,
        domain: fc.constantFrom('acme.example', 'mail.issuer.example', 'tissuer.example'),
      }),
      { maxLength: 3 },
    ),
    issuerDomains: fc.constantFrom([], ['issuer.example']),
    /** Of one employer record: which of its answers were settled, and which of them speaks. */
    settled: fc.array(
      fc.record({
        employerId,
        speaks: fc.option(fc.nat({ max: 5 })),
        leavesOut: fc.nat({ max: 8 }),
        from: time,
        until: fc.option(time),
      }),
      { maxLength: 4 },
    ),
    groups: fc.array(
      fc.record({ employerId, groupId: fc.integer({ min: 1, max: 2 }), from: time, until: fc.option(time) }),
      { maxLength: 6 },
    ),
    sites: fc.array(
      fc.record({
        employerId,
        person: fc.integer({ min: 1, max: 3 }),
        site: fc.integer({ min: 1, max: 2 }),
      }),
      { maxLength: 8 },
    ),
    founds: fc.array(
      fc.record({
        employerId,
        relation: fc.constantFrom('issuer' as const, 'reseller' as const),
        from: time,
        until: fc.option(time),
        found: fc.constantFrom('domain' as const, 'shared_parent' as const),
      }),
      { maxLength: 1 },
    ),
  })
  .map(({ settled, sites, founds, ...drawn }) => ({
    ...drawn,
    credentialId: 1,
    conflictMarks: [...drawn.conflictMarks, ...founds],
    adjudications: settled.map(({ employerId: about, speaks, leavesOut, ...times }, index) => {
      const ids = drawn.answers.flatMap((each, at) => (each.employerId === about ? [at + 1] : []));
      const speaksAnswerId = speaks === null ? null : (ids[speaks] ?? null);
      return {
        ...times,
        adjudicationId: index + 1,
        answerIds: ids.filter((id, at) => at !== leavesOut || id === speaksAnswerId),
        speaksAnswerId,
      };
    }),
    contactSites: [
      ...new Map(
        sites.map(({ employerId: at, person, site }) => [
          at * 100 + person,
          { contactId: at * 100 + person, siteId: at * 10 + site, state: 'WY', county: `County ${site}` },
        ]),
      ).values(),
    ],
    answers: drawn.answers.map((each, index) => ({ ...each, answerId: index + 1, askId: index + 1 })),
    asks: drawn.asks.map((each, index) => ({ ...each, askId: 1000 + index })),
  }));

export const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    disagreement: fc.constantFrom('adjudicate' as const, 'latest' as const, 'any_no_wins' as const),
    evidenceMaxAgeMonths: fc.constantFrom(null, 6, 24),
    minDistinctEmployers: fc.integer({ min: 1, max: 4 }),
    requireHiringAuthority: fc.boolean(),
    excludeIssuerDomain: fc.boolean(),
    countingUnit: fc.constantFrom(undefined, undefined, 'group' as const, 'site' as const),
    whoSpeaks: fc.constantFrom(undefined, 'hiring_authority_first' as const),
  })
  .map(({ countingUnit, whoSpeaks, ...rest }) =>
    wyoming({ ...rest, ...(countingUnit && { countingUnit }), ...(whoSpeaks && { whoSpeaks }) }),
  );

const COUNTED: Extract<PolicyV2['requirement'], { kind: 'letters' }>['questions'] = [
  { key: INCENTIVE, meaning: 'would pay more', says: { kind: 'options', yes: ['yes'], no: ['no'] } },
  {
    key: PREFERENCE,
    meaning: 'are at least not sure that they prefer it',
    says: { kind: 'at_least', level: 'not_sure', order: ['no', 'not_sure', 'yes'] },
  },
];

/** Policies of the second format whose facts are recorded, over the same questions as `anyFacts` answers. */
export const anyPolicyV2: fc.Arbitrary<PolicyV2> = fc
  .record({
    requirement: fc.oneof(
      fc.record({
        kind: fc.constantFrom('distinct_employers' as const, 'letters' as const),
        combine: fc.constantFrom('all' as const, 'any' as const),
        least: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({
        kind: fc.constant('points' as const),
        minPoints: fc.integer({ min: 1, max: 25 }),
        least: fc.integer({ min: 1, max: 3 }),
      }),
    ),
    disagreement: fc.constantFrom('adjudicate' as const, 'latest' as const, 'any_no_wins' as const),
    evidenceMaxAgeMonths: fc.constantFrom(null, 6, 24),
    requireHiringAuthority: fc.boolean(),
    countingUnit: fc.constantFrom('legal_entity' as const, 'group' as const, 'site' as const),
    inState: fc.constantFrom(null, null, 'WY'),
    relatedSectorsOnly: fc.constantFrom(false, false, true),
    spread: fc.record({
      minRegions: fc.constantFrom(null, null, 2),
      minSectors: fc.constantFrom(null, null, 2),
      minSizes: fc.constantFrom(null, null, 2),
    }),
    largestShare: fc.option(
      fc.record({
        of: fc.constantFrom('region' as const, 'sector' as const, 'size' as const, 'group' as const),
        percent: fc.constantFrom(25, 50),
      }),
    ),
    demand: fc.constantFrom(
      null,
      null,
      { kind: 'stated' as const },
      { kind: 'each_at_least' as const, dollars: 15 },
      { kind: 'median_at_least' as const, dollars: 20 },
    ),
  })
  .map(({ requirement: { kind, least, ...rest }, demand, ...policy }) => ({
    ...lettersPreset(2).body,
    ...policy,
    acceptedProvenance: ['mailed_link_own_domain' as const, 'staff_entered' as const],
    wage: demand && {
      question: 'entry_wage',
      bands: [
        { value: 'under_15', from: 0 },
        { value: '15_to_20', from: 15 },
        { value: '20_to_25', from: 20 },
      ],
      demand,
    },
    requirement:
      'minPoints' in rest
        ? {
            kind: 'points' as const,
            question: { key: INCENTIVE, meaning: 'say what it is worth' },
            levels: [
              { value: 'yes', points: 12 },
              { value: 'not_sure', points: 3 },
              { value: 'no', points: 0 },
            ],
            minPoints: rest.minPoints,
            minDistinctEmployers: least,
          }
        : kind === 'letters'
          ? { kind, questions: COUNTED, combine: rest.combine, minLetters: least }
          : {
              kind: 'distinct_employers' as const,
              questions: COUNTED,
              combine: rest.combine,
              minDistinctEmployers: least,
            },
  }));

/** The same history, with where each of the 8 employers is, how large and of which industry, and what some pay. */
export const anyFactsWithProfiles: fc.Arbitrary<EvidenceFacts> = fc
  .tuple(
    anyFacts,
    fc.array(
      fc.record({
        state: fc.constantFrom('WY', 'WY', 'MT', ''),
        county: fc.constantFrom('Albany', 'Teton', ''),
        naicsCode: fc.constantFrom('238220', '311811', '332710', null),
        size: fc.constantFrom('under_10' as const, '10_to_49' as const, null),
      }),
      { minLength: 8, maxLength: 8 },
    ),
    fc.infiniteStream(fc.constantFrom('under_15', '15_to_20', '20_to_25', 'not_said', '')),
    fc.constantFrom([], ['238']),
  )
  .map(([given, profiles, wages, credentialNaics]) => ({
    ...given,
    answers: given.answers.map((each) => {
      const wage = wages.next().value as string;
      return each.familiar && wage ? { ...each, values: { ...each.values, entry_wage: wage } } : each;
    }),
    profiles: profiles.map((profile, index) => ({ employerId: index + 1, ...profile })),
    credentialNaics,
  }));

export const anyTime = time;
