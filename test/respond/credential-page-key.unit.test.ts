import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOLES } from '../../src/respond/kept-pages.ts';
import {
  credentialPage,
  credentialPageKey,
  type PageContext,
  withQuestions,
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

function contextOf(world: World): PageContext<CredentialFacts> {
  const credentials = world.names.map((name, index) => ({
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
    instrument: { id: 1, sha256: world.wording, body: wordings[world.wording]! },
    facts: {
      state: 'open',
      language: world.own,
      draft,
      expiresAt: now,
      waveState: 'running',
      closeAt: now,
      graceUntil: now,
      instrumentVersionId: 1,
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
function shown(context: PageContext<CredentialFacts>): string {
  const page = credentialPage({ ...context, token: HOLES.token }, 1);
  return JSON.stringify(withQuestions({ ...page, askId: 0, shownAt: '' }, context.instrument));
}

it('gives one key only to employers who see one page', () => {
  fc.assert(
    fc.property(neighbours, (worlds) => {
      const [a, b] = worlds.map(contextOf) as [PageContext<CredentialFacts>, PageContext<CredentialFacts>];
      const sameKey = credentialPageKey(a, 1) === credentialPageKey(b, 1);
      if (sameKey) expect(shown(a)).toBe(shown(b));
    }),
    { numRuns: 2_000 },
  );
});

it('does not tell apart employers who differ in the link, the ask and what stands on other pages', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const context = contextOf(world);
      const other = { ...context, token: 'TOKEN-C', now: new Date('2026-03-03T17:00:00Z') };
      expect(credentialPageKey(other, 1)).toBe(credentialPageKey(context, 1));
    }),
  );
});
