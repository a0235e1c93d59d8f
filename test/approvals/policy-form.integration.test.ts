import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readingOf } from '../../src/approvals/policy-words.ts';
import { POLICY_PRESETS, WYOMING } from '../../src/evidence/presets.ts';
import { publishPolicy } from '../../src/evidence/publish-policy.ts';
import { hashOf } from '../../src/evidence/rules/packet.ts';
import {
  type BodyDemand,
  describePolicy,
  type Policy,
  type PolicyV3,
  policySchema,
} from '../../src/evidence/rules/policy.ts';
import { isBodyDemand } from '../../src/evidence/rules/terms.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { formFields } from '../support/form-fields.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

let test: TestApp;
let ada: StaffBrowser;
let eve: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  const agencyId = (await makeAgency(test, 'Learning')).id;
  ada = await signInAs(test, (await makeStaff(test, agencyId, 'editor')).id);
  eve = await signInAs(test, (await makeStaff(test, agencyId, 'viewer')).id);
}, 120_000);
afterAll(() => test.close());

const RUBRIC: BodyDemand = { kind: 'rubric', teams: 2, tiers: ['Known', 'Valued'], minTier: 'Valued' };
const BALLOT: BodyDemand = {
  kind: 'employer_ballot',
  minVoters: 4,
  approvePercent: 75,
  oneVoteFor: 'group',
  secretUntilClosed: true,
};
const PANEL: BodyDemand = { kind: 'panel_vote', minVoters: 5, approvePercent: 60 };
const DEMANDS: BodyDemand[] = [
  PANEL,
  BALLOT,
  { kind: 'board_letters', minLetters: 2 },
  { kind: 'boards_asked', minBoards: 3 },
  RUBRIC,
  { kind: 'generic' },
];

const WHOLE: PolicyV3 = {
  formatVersion: 3,
  requirement: {
    kind: 'distinct_employers',
    questions: [
      {
        key: 'importance',
        meaning: 'require or "prefer" it',
        says: { kind: 'at_least', level: 'preferred', order: ['not_a_factor', 'preferred', 'required'] },
      },
      {
        key: 'preference',
        meaning: 'give preference & pay',
        says: { kind: 'options', yes: ['yes'], no: ['no', 'not_sure'] },
      },
    ],
    combine: 'any',
    minDistinctEmployers: 7,
  },
  also: DEMANDS.slice(0, 5),
  evidenceMaxAgeMonths: 18,
  warnDaysBeforeLapse: 45,
  disagreement: 'any_no_wins',
  excludedRelations: ['reseller', 'issuer'],
  excludeIssuerDomain: true,
  acceptedProvenance: ['staff_phone', 'mailed_link_own_domain'],
  requireHiringAuthority: true,
  countingUnit: 'group',
  whoSpeaks: 'hiring_authority_first',
  inState: 'WY',
  relatedSectorsOnly: true,
  spread: { minRegions: 2, minSectors: 3, minSizes: 4 },
  largestShare: { of: 'group', percent: 40 },
  wage: {
    question: 'entry_wage',
    bands: [
      { value: 'under_15', from: 0 },
      { value: '15_to_20', from: 15 },
    ],
    demand: { kind: 'stated' },
  },
  mayApply: ['schools', 'employers'],
  decidedBy: 'employer_panel',
  review: 'twice_a_year',
  besides: ['One thing.', 'Another <thing>.'],
  source: { title: 'A rule', url: 'https://rules.example/1', addedHere: ['the number'] },
  mandatoryCriteria: ['wage_gain', 'alignment'],
  appealDays: 14,
};
const wageOf = (demand: NonNullable<PolicyV3['wage']>['demand']) => ({ ...WHOLE.wage!, demand });

/** Between them they say everything that the schema can say. */
const SAMPLES: readonly PolicyV3[] = [
  WHOLE,
  {
    ...WHOLE,
    requirement: {
      kind: 'letters',
      questions: WHOLE.requirement.kind === 'distinct_employers' ? WHOLE.requirement.questions : [],
      combine: 'all',
      minLetters: 3,
    },
    also: [{ kind: 'generic' }],
    wage: wageOf({ kind: 'each_at_least', dollars: 20 }),
  },
  {
    ...WHOLE,
    requirement: {
      kind: 'points',
      question: { key: 'importance', meaning: 'say what it is worth' },
      levels: [
        { value: 'required', points: 12 },
        { value: 'not_a_factor', points: 0 },
      ],
      minPoints: 60,
      minDistinctEmployers: 10,
    },
    also: [],
    wage: wageOf({ kind: 'median_at_least', dollars: 21 }),
  },
  ...DEMANDS.map((demand): PolicyV3 => ({ ...WHOLE, requirement: demand, also: [] })),
];

type JsonSchema = {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  const?: unknown;
  enum?: unknown[];
  type?: string;
};

/** Each thing that a schema can say, as "also[]<rubric>.tiers[]", with the values of those that have a closed set. */
function sayable(schema: JsonSchema, path = ''): [string, unknown[]][] {
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.flatMap((one) => sayable(one, path));
  if (schema.type === 'null') return [];
  if (schema.items) return sayable(schema.items, `${path}[]`);
  if (!schema.properties) return [[path, schema.enum ?? []]];
  const kind = schema.properties.kind?.const;
  const own = kind === undefined ? path : `${path}<${kind}>`;
  const inside = Object.entries(schema.properties).filter(
    ([key]) => key !== 'kind' && key !== 'formatVersion',
  );
  return [
    ...(kind === undefined ? [] : [[own, []] as [string, unknown[]]]),
    ...inside.flatMap(([key, value]) => sayable(value, `${own}.${key}`)),
  ];
}

function said(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one) => said(one, `${path}[]`));
  if (typeof value !== 'object') return [path];
  const { kind } = value as { kind?: string };
  const own = kind === undefined ? path : `${path}<${kind}>`;
  const inside = Object.entries(value).filter(([key]) => key !== 'kind' && key !== 'formatVersion');
  return [
    ...(kind === undefined ? [] : [own]),
    ...inside.flatMap(([key, one]) => said(one, `${own}.${key}`)),
  ];
}

/** The value with one thing in it changed, in each way that is likely to be valid. */
function variantsOf(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'string') return [`${value}x`, ...CLOSED_VALUES];
  if (Array.isArray(value)) {
    return [
      ...value.map((_, at) => value.toSpliced(at, 1)),
      ...value.flatMap((one, at) => variantsOf(one).map((other) => value.with(at, other))),
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([key]) => key !== 'formatVersion')
    .flatMap(([key, one]) => [null, ...variantsOf(one)].map((other) => ({ ...value, [key]: other })))
    .filter((other) => JSON.stringify(other) !== JSON.stringify(value));
}

/** The page shows the source itself, as a link. */
const inWords = (policy: Policy) => [
  ...describePolicy(policy),
  ...readingOf(policy),
  policy.source.title,
  policy.source.url,
];

const newest = policySchema.options.at(-1)!;
const SAYABLE = sayable(z.toJSONSchema(newest) as JsonSchema);
const CLOSED_VALUES = [...new Set(SAYABLE.flatMap(([, offered]) => offered))];
let published = 0;

async function formOf(body: PolicyV3) {
  published += 1;
  const { policyVersionId } = await publishPolicy(test.deps.db, {
    slug: `sample-${published}`,
    name: `Sample ${published}`,
    body,
    now: test.deps.clock.now(),
  });
  const page = await ada.get(`/staff/policies/new?from=v${policyVersionId}`);
  expect(page.statusCode).toBe(200);
  return { html: page.body, fields: formFields(page.body, '/staff/policies') };
}

const latest = async (slug: string) => {
  const [row] = await test.deps.sql<{ body: unknown; sha256: string }[]>`
    select v.body, v.sha256 from policy_versions v join policies p on p.id = v.policy_id
    where p.slug = ${slug} order by v.version desc limit 1`;
  return row!;
};

describe('the form of a policy', () => {
  it('is tested with samples that say everything that the schema can say', () => {
    expect(new Set(SAMPLES.flatMap((body) => said(body)))).toEqual(new Set(SAYABLE.map(([path]) => path)));
    for (const body of SAMPLES) expect(policySchema.parse(body)).toEqual(body);
  });

  it('holds each of it: a form that is sent as it came is the same policy byte for byte', async () => {
    for (const body of SAMPLES) {
      const { fields } = await formOf(body);
      const name = `Copy ${published}`;
      const sent = await ada.post('/staff/policies', { ...fields, name });
      expect(sent.headers.location).toBe('/staff/policies?done=published');
      const copy = await latest(`copy-${published}`);
      expect(copy.body).toEqual(body);
      expect(copy.sha256).toBe(hashOf(body));
    }
  }, 60_000);

  it('and states it from a bare start, so that nothing of it only rides along', async () => {
    const bare = await ada.get('/staff/policies/new?from=preset-letters-2');
    const start = formFields(bare.body, '/staff/policies').start as string;
    for (const body of SAMPLES) {
      const { fields } = await formOf(body);
      const name = `Bare ${published}`;
      const sent = await ada.post('/staff/policies', { ...fields, start, name });
      expect(sent.headers.location).toBe('/staff/policies?done=published');
      const copy = (await latest(`bare-${published}`)).body as PolicyV3;
      const sorted = (policy: PolicyV3) => ({
        ...policy,
        excludedRelations: policy.excludedRelations.toSorted(),
        acceptedProvenance: policy.acceptedProvenance.toSorted(),
        mayApply: policy.mayApply.toSorted(),
        mandatoryCriteria: policy.mandatoryCriteria.toSorted(),
      });
      expect(sorted(copy)).toEqual(sorted(body));
    }
  }, 60_000);

  it('offers every value of every closed set', async () => {
    const { html } = await formOf(WHOLE);
    const values = new Set(SAYABLE.flatMap(([, offered]) => offered).filter((value) => value !== 'parent'));
    expect(values.size).toBeGreaterThan(40);
    for (const value of values) expect(html, String(value)).toContain(`value="${value}"`);
  });

  it('has words for each of it: whatever is stated otherwise reads otherwise', () => {
    let changed = 0;
    for (const body of SAMPLES) {
      const before = inWords(body);
      for (const other of variantsOf(body) as PolicyV3[]) {
        // Where no answers count, how answers would be counted is not told.
        if (isBodyDemand(body.requirement) && isDeepStrictEqual(other.requirement, body.requirement))
          continue;
        const parsed = policySchema.safeParse(other);
        if (!parsed.success) continue;
        changed += 1;
        expect(inWords(parsed.data), JSON.stringify(parsed.data)).not.toEqual(before);
      }
    }
    expect(changed).toBeGreaterThan(200);
  });

  it('starts from every preset, and leaves one that nobody changed as it is', async () => {
    for (const { slug, body } of POLICY_PRESETS) {
      const page = await ada.get(`/staff/policies/new?from=preset-${slug}`);
      const sent = await ada.post('/staff/policies', formFields(page.body, '/staff/policies'));
      expect(sent.headers.location, slug).toBe('/staff/policies?done=published');
      expect((await latest(slug)).body).toEqual(body);
    }
  }, 60_000);

  it('says in words what it would be, and publishes nothing meanwhile', async () => {
    const page = await ada.get('/staff/policies/new?from=preset-arkansas');
    const fields = { ...formFields(page.body, '/staff/policies'), name: 'Ours', step: 'words' };
    const shown = await ada.post('/staff/policies', { ...fields, oneVoteFor: 'group', ballotSecret: 'open' });
    expect(shown.statusCode).toBe(200);
    expect(shown.body).toContain('A parent company and all under it have one vote together.');
    const kept = formFields(shown.body, '/staff/policies');
    expect(kept).toMatchObject({ name: 'Ours', oneVoteFor: 'group', ballotSecret: 'open' });
    const [{ n } = { n: -1 }] = await test.deps.sql<{ n: number }[]>`
      select count(*)::int as n from policies where slug = 'ours'`;
    expect(n).toBe(0);
  });

  it('tells what is wrong beside the field, and keeps what was typed', async () => {
    const page = await ada.get('/staff/policies/new?from=preset-wyoming');
    const fields = formFields(page.body, '/staff/policies');
    const wrong = (change: Record<string, string | string[]>) =>
      ada.post('/staff/policies', { ...fields, name: 'Wrong', ...change });
    const cases: [Record<string, string | string[]>, string, string][] = [
      [{ minEmployers: 'ten' }, 'minEmployers', 'Enter how many employers are needed, from 1 to 1,000'],
      [{ basis: 'none' }, 'basis', 'Choose what must be shown'],
      [{ q1Yes: 'yess' }, 'q1Yes', '“yess” is no answer to this question'],
      [{ q2Key: 'incentive' }, 'q1Key', 'Choose a question, each of them once'],
      [{ q2Meaning: '' }, 'q2Meaning', 'Enter how the answer reads'],
      [{ q1No: 'yes' }, 'q1Yes', 'none of them as a no as well'],
      [{ demands: ['employer_ballot'] }, 'ballotVoters', 'Enter how many must vote'],
      [
        { demands: ['rubric'], rubricTeams: '2', rubricTiers: 'A\nB', rubricTier: 'C' },
        'rubricTier',
        'one of the tiers',
      ],
      [{ shareOf: 'group' }, 'sharePercent', 'Enter a percentage from 1 to 100'],
      [{ shareOf: '', sharePercent: '30' }, 'shareOf', 'Choose what the largest share is of'],
      [{ minRegions: '1' }, 'minRegions', 'from 2 to 100'],
      [{ wageDemand: 'stated' }, 'wageQuestion', 'Choose the question about starting pay'],
      [{ provenance: [] }, 'provenance', 'Select at least one way'],
      [{ provenance: ['open_link_unverified'] }, 'provenance', 'none that nobody confirmed'],
      [{ mayApply: [] }, 'mayApply', 'Select who may apply'],
      [{ inState: 'Wyoming' }, 'inState', 'two letters of a state'],
      [{ warnDays: '' }, 'warnDays', 'from 0 to 730'],
      [{ sourceUrl: 'here' }, 'sourceUrl', 'Enter a web address'],
      [{ name: '–' }, 'name', 'letters or digits'],
    ];
    for (const [change, field, message] of cases) {
      const answer = await wrong(change);
      expect(answer.statusCode, field).toBe(422);
      expect(answer.body).toContain(`href="#${field}"`);
      expect(answer.body, field).toContain(message);
      expect(answer.body).toContain(`id="${field}"`);
      expect(formFields(answer.body, '/staff/policies').name).toBe(change.name ?? 'Wrong');
    }
  }, 60_000);

  it('is for who may change policies, and starts from something that there is', async () => {
    expect((await eve.get('/staff/policies/new?from=preset-ohio')).statusCode).toBe(403);
    expect((await eve.get('/staff/policies')).body).not.toContain('/staff/policies/new');
    for (const from of ['', 'v999999', 'preset-atlantis', 'nonsense']) {
      expect((await ada.get(`/staff/policies/new?from=${from}`)).statusCode).toBe(404);
    }
    expect((await ada.post('/staff/policies', { name: 'x' })).statusCode).toBe(404);
    expect((await ada.get('/staff/policies/new')).body).toContain(WYOMING.name);
  });
});
