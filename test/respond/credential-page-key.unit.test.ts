import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOLES } from '../../src/respond/kept-pages.ts';
import {
  credentialPage,
  credentialPageKey,
  type PageContext,
  withQuestions,
  wordingOf,
} from '../../src/respond/pages.ts';
import type { CredentialFacts, Draft } from '../../src/respond/types.ts';
import { WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import type { AnswerValues } from '../../src/surveys/types.ts';

const now = new Date('2026-03-02T17:00:00Z');

const answer = fc.oneof(
  fc.constant<AnswerValues>({ familiar: false }),
  fc
    .record({
      incentive: fc.constantFrom('yes', 'no', 'not_sure'),
      preference: fc.constantFrom('yes', 'no'),
      importance: fc.constantFrom('preferred', 'required'),
    })
    .map((values): AnswerValues => ({ familiar: true, values })),
);

const worlds = fc.record({
  token: fc.constantFrom('TOKEN-A', 'TOKEN-B'),
  language: fc.constantFrom('en' as const, 'es' as const),
  own: fc.constantFrom('en' as const, 'es' as const),
  phone: fc.constantFrom('(307) 555-0100', '(307) 555-0101'),
  agency: fc.constantFrom('Department of Workforce Services', 'Department of Education'),
  names: fc.array(fc.constantFrom('Certified Welder', 'Forklift Operator'), { minLength: 1, maxLength: 3 }),
  issuer: fc.constantFrom('American Welding Society', 'OSHA'),
  meetings: fc.nat({ max: 1 }),
  about: fc.option(fc.boolean()),
  answers: fc.array(fc.option(answer), { minLength: 3, maxLength: 3 }),
  firstAsk: fc.constantFrom(11, 21),
  wording: fc.constantFrom('first', 'second'),
  /** Whether the other credentials are asked about by the same questions. */
  alike: fc.boolean(),
  number: fc.constantFrom(1, 2),
});
type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

/** Two worlds that differ in one thing at most. */
const neighbours = fc
  .tuple(worlds, worlds)
  .chain(([a, b]) =>
    fc
      .constantFrom(...(Object.keys(a) as (keyof World)[]))
      .map((part) => [a, { ...a, [part]: b[part] }] as const),
  );

const numberOf = ({ number, names }: World) => Math.min(number, names.length);

function contextOf(world: World): PageContext<CredentialFacts> {
  const credentials = world.names.map((name, index) => ({
    instrumentVersionId: world.alike || index + 1 === numberOf(world) ? 1 : 2,
    askId: world.firstAsk + index,
    state: 'open',
    credentialId: index + 1,
    name,
    issuerId: 1,
    issuer: world.issuer,
  }));
  const draft: Draft = {};
  if (world.about !== null) {
    draft.about = { name: 'Ann Example', title: 'Owner', hiring: true, connected: world.about };
  }
  for (const [index, given] of world.answers.entries()) {
    const ask = credentials[index];
    if (ask && given) draft[`ask:${ask.askId}`] = given;
  }
  const meetings = Array.from({ length: world.meetings }, (_, index) => ({ askId: 90 + index }));
  return {
    token: world.token,
    language: world.language,
    now,
    wordings: new Map([
      [1, { id: 1, sha256: world.wording, body: wordings[world.wording]! }],
      [2, { id: 2, sha256: 'other', body: wordings.second! }],
    ]),
    ended: new Map(),
    facts: {
      state: 'open',
      language: world.own,
      draft,
      expiresAt: now,
      waveState: 'running',
      closeAt: now,
      graceUntil: now,
      agency: {
        name: world.agency,
        replyTo: 'questions@state.example',
        phone: world.phone,
        postalAddress: '122 W 25th St, Cheyenne, WY 82001',
      },
      credentials,
      meetings,
    },
  };
}

/** Two versions with one id, as two databases in one process have them. */
const wordings: Record<string, typeof WYOMING_INSTRUMENT> = {
  first: WYOMING_INSTRUMENT,
  second: { ...WYOMING_INSTRUMENT, questions: WYOMING_INSTRUMENT.questions.slice(0, 2) },
};

/** What the page shows once everybody's own is taken out, as the route renders it. */
function shown(context: PageContext<CredentialFacts>, number: number): string {
  const page = credentialPage({ ...context, token: HOLES.token }, number);
  const wording = wordingOf(context, context.facts.credentials[number - 1]!);
  return JSON.stringify(withQuestions({ ...page, askId: 0, shownAt: '' }, wording));
}

it('gives one key only to employers who see one page', () => {
  fc.assert(
    fc.property(neighbours, (worlds) => {
      const [a, b] = worlds.map((world) => {
        const [context, number] = [contextOf(world), numberOf(world)];
        return { key: credentialPageKey(context, number), page: shown(context, number) };
      });
      if (a!.key === b!.key) expect(a!.page).toBe(b!.page);
    }),
    { numRuns: 2_000 },
  );
});

it('does not tell apart employers who differ in the link, the ask and what stands on other pages', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const context = contextOf(world);
      const other = { ...context, token: 'TOKEN-C', now: new Date('2026-03-03T17:00:00Z') };
      const number = numberOf(world);
      expect(credentialPageKey(other, number)).toBe(credentialPageKey(context, number));
    }),
  );
});
