import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainAsks } from '../../../src/outreach/planner/explain-asks.ts';
import { AIM } from '../../../src/outreach/planner/forecast.ts';
import { compareNeed } from '../../../src/outreach/planner/need.ts';
import { planTouches } from '../../../src/outreach/planner/plan-touches.ts';
import type { Plan, PlanInput } from '../../../src/outreach/planner/types.ts';
import { aCandidate, aCredential, aPlanInput, aProtocol, later, worlds } from './worlds.ts';

const DAY = 86_400_000;

/** Random worlds in which employers differ in how likely they are to answer, and answers age out. */
const needyWorlds: fc.Arbitrary<PlanInput> = fc
  .record({
    world: worlds,
    rates: fc.array(fc.double({ min: 0.01, max: 0.95, noNaN: true }), { minLength: 30, maxLength: 30 }),
    ages: fc.array(fc.integer({ min: -5, max: 200 }), { minLength: 60, maxLength: 60 }),
    lapsing: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }),
    shares: fc.array(fc.nat({ max: 20 }), { minLength: 6, maxLength: 6 }),
    regions: fc.array(fc.constantFrom('MT', 'WY', null), { minLength: 30, maxLength: 30 }),
  })
  .map(({ world, rates, ages, lapsing, shares, regions }) => ({
    ...world,
    candidates: world.candidates.map((candidate, i) => ({
      ...candidate,
      response: rates[i % 30] as number,
      region: regions[i % 30] as string | null,
    })),
    answered: world.answered.map((answer, i) => ({ ...answer, agesOutAt: later(ages[i % 60] as number) })),
    topics: world.topics.map((topic, i) =>
      topic.kind === 'meeting'
        ? topic
        : {
            ...topic,
            lapsing: lapsing[i] as number,
            renewBefore: later(90),
            answers: { answered: 20, bothYes: shares[i] as number },
            regions: i === 0 ? ['MT'] : [],
          },
    ),
  }));

describe('allocating by need, for random worlds', { timeout: 60_000 }, () => {
  test('with more budget or capacity as many are asked about the neediest credential, or its number is likely', () => {
    fc.assert(
      fc.property(
        needyWorlds,
        fc.constantFrom('people', 'employerTouches', 'personTouches', 'invitations', 'gap', 'capacity', 'k'),
        (world, which) => {
          const input = structuredClone(world);
          input.protocol.stopRule = 'enough';
          // As long as the wave, as in the property on how many are asked.
          const { sendUntil, budget: limits } = input.protocol;
          const days = Math.ceil((sendUntil.getTime() - input.now.getTime()) / DAY);
          limits.employer.touchesDays = Math.max(limits.employer.touchesDays, days);
          limits.employer.peopleDays = Math.max(limits.employer.peopleDays, days);
          const more = structuredClone(input);
          const { budget } = more.protocol;
          if (which === 'people') budget.employer.peopleNewlyInvited += 1;
          if (which === 'employerTouches') budget.employer.touches += 1;
          if (which === 'personTouches') budget.person.touches += 1;
          if (which === 'invitations') budget.person.newInvitations += 1;
          if (which === 'gap') budget.person.minBusinessDaysBetween = 0;
          if (which === 'capacity') more.protocol.dailyCapacity += 1;
          if (which === 'k') more.protocol.maxAsksPerTouch += 1;
          const [before, after] = [planTouches(input).credentials[0], planTouches(more).credentials[0]];
          if (before === undefined || after === undefined || after.chance >= AIM - 0.03) return;
          expect(after.contactsAsked).toBeGreaterThanOrEqual(before.contactsAsked);
        },
      ),
      { numRuns: 800 },
    );
  });

  test('nobody is asked whose answer still counts when it should, or who cannot count where they are', () => {
    fc.assert(
      fc.property(needyWorlds, (input) => {
        const plan = planTouches(input);
        const candidates = new Map(input.candidates.map((candidate) => [candidate.contactId, candidate]));
        for (const touch of plan.touches) {
          for (const ask of touch.asks) {
            if (ask.kind !== 'credential') continue;
            const topic = input.topics.find(
              (one) => one.kind === 'credential' && one.credentialId === ask.credentialId,
            );
            if (topic?.kind !== 'credential') throw new Error('an ask has its topic');
            const settled = input.answered.some(
              (answer) =>
                answer.unitId === touch.unitId &&
                answer.credentialId === ask.credentialId &&
                (answer.agesOutAt as Date) >= later(90),
            );
            expect(settled).toBe(false);
            const region = candidates.get(touch.contactId)?.region ?? null;
            if (topic.regions?.length && region !== null) expect(topic.regions).toContain(region);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('every pair of contact and topic is asked or explained, once', () => {
    fc.assert(
      fc.property(needyWorlds, (input) => {
        const plan = planTouches(input);
        const made = plan.touches.reduce((sum, touch) => sum + touch.asks.length, 0);
        const unmade = [...explainAsks(input, plan)];
        expect(made + unmade.length).toBe(input.candidates.length * input.topics.length);
      }),
      { numRuns: 300 },
    );
  });

  test('with "enough" it stops as soon as the number is 8 in 10, and not before while somebody can be asked', () => {
    fc.assert(
      fc.property(needyWorlds, (world) => {
        const input = { ...world, protocol: { ...world.protocol, stopRule: 'enough' as const } };
        const [neediest] = planTouches(input).credentials;
        if (neediest === undefined || neediest.outlook === 'already_met') return;
        if (neediest.chance < AIM - 0.03) {
          // Then nobody is left out as not needed whom it concerns and who could have been asked.
          const plan = planTouches(input);
          const idle = new Set(
            plan.exclusions.filter(({ reason }) => reason === 'not_needed').map(({ contactId }) => contactId),
          );
          for (const { contactId, topic, reason } of explainAsks(input, plan)) {
            if (topic.kind !== 'credential' || topic.credentialId !== neediest.credentialId) continue;
            if (idle.has(contactId)) {
              expect(['not_relevant', 'already_answered', 'open_invitation']).toContain(
                reason === 'contact_not_asked' ? 'not_relevant' : reason,
              );
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('allocating by need, drawn by hand', () => {
  const enough = (over: Partial<PlanInput>) =>
    planTouches(aPlanInput({ protocol: aProtocol({ stopRule: 'enough', remindAt: [] }), ...over }));
  const asked = (plan: Plan) => plan.touches.map(({ contactId }) => contactId).sort((a, b) => a - b);

  test('those who are likelier to answer are asked first, and so fewer are', () => {
    const candidates = Array.from({ length: 100 }, (_, i) =>
      aCandidate(i + 1, { response: i < 40 ? 0.5 : 0.05 }),
    );
    const plan = enough({ candidates, topics: [aCredential(1, { shortfall: 4 })] });
    expect(asked(plan).every((id) => id <= 40)).toBe(true);
    expect(plan.touches.length).toBeLessThan(40);
    expect(plan.credentials[0]?.chance).toBeGreaterThanOrEqual(AIM);
  });

  test('what a credential was told so far changes how many are asked, never who comes first', () => {
    const candidates = Array.from({ length: 200 }, (_, i) =>
      aCandidate(i + 1, { response: 0.1 + (i % 5) / 10 }),
    );
    const of = (bothYes: number) =>
      enough({
        candidates,
        topics: [aCredential(1, { shortfall: 3, answers: { answered: 100, bothYes } })],
      });
    const [liked, disliked] = [asked(of(90)), asked(of(20))];
    expect(liked.length).toBeLessThan(disliked.length);
    expect(disliked).toEqual(expect.arrayContaining(liked));
  });

  test('an employer whose answer ages out is asked again, before others and whatever it said', () => {
    const candidates = Array.from({ length: 60 }, (_, i) => aCandidate(i + 1, { response: 0.6 }));
    const plan = enough({
      candidates,
      topics: [aCredential(1, { shortfall: 0, lapsing: 2, renewBefore: later(120) })],
      answered: [
        { unitId: 7, credentialId: 1, agesOutAt: later(100) },
        { unitId: 33, credentialId: 1, agesOutAt: later(20) },
        { unitId: 50, credentialId: 1, agesOutAt: later(400) },
        { unitId: 51, credentialId: 1, agesOutAt: null },
      ],
    });
    expect(asked(plan)).toEqual(expect.arrayContaining([7, 33]));
    expect(asked(plan)).not.toContain(50);
    expect(asked(plan)).not.toContain(51);
    expect(plan.credentials[0]).toMatchObject({ shortfall: 0, lapsing: 2, outlook: 'expected' });
  });

  test('where only employers of one state count, others are not asked', () => {
    const plan = enough({
      candidates: [
        aCandidate(1, { region: 'MT' }),
        aCandidate(2, { region: 'ID' }),
        aCandidate(3, { region: null }),
      ],
      topics: [aCredential(1, { regions: ['MT'] })],
    });
    expect(asked(plan)).toEqual([1]);
    expect(plan.exclusions.map(({ reason }) => reason)).toEqual(['no_relevant_topic', 'no_relevant_topic']);
  });

  test('a credential that will be short once evidence ages out comes before one that has what it needs', () => {
    const order = [
      aCredential(1, { shortfall: 0 }),
      aCredential(2, { shortfall: 0, lapsing: 1 }),
      aCredential(3, { shortfall: 8, deadline: later(90) }),
      aCredential(4, { shortfall: 2, deadline: later(10) }),
      aCredential(5, { shortfall: 1, lapsing: 8, deadline: later(90) }),
    ].sort(compareNeed);
    expect(order.map(({ credentialId }) => credentialId)).toEqual([4, 5, 3, 2, 1]);
  });
});
