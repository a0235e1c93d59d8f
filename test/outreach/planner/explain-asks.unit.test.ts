import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainAsks, explainPlan } from '../../../src/outreach/planner/explain-asks.ts';
import { topicKey } from '../../../src/outreach/planner/need.ts';
import { planTouches } from '../../../src/outreach/planner/plan-touches.ts';
import { comparePlans, summarisePlan } from '../../../src/outreach/planner/summarise-plan.ts';
import { worlds } from './worlds.ts';

test('every pair of contact and topic is asked or explained, once', () => {
  fc.assert(
    fc.property(worlds, (input) => {
      const plan = planTouches(input);
      const pairs = [
        ...plan.touches.flatMap((touch) => touch.asks.map((ask) => `${touch.contactId} ${topicKey(ask)}`)),
        ...[...explainAsks(input, plan)].map((ask) => `${ask.contactId} ${topicKey(ask.topic)}`),
      ];
      expect(pairs).toHaveLength(input.candidates.length * input.topics.length);
      expect(new Set(pairs).size).toBe(pairs.length);
    }),
    { numRuns: 200 },
  );
});

test('a summary adds up, survives JSON and does not differ from itself', () => {
  fc.assert(
    fc.property(worlds, (input) => {
      const summary = summarisePlan(planTouches(input));
      expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
      expect(comparePlans(summary, summary)).toEqual([]);
      const excluded = summary.excluded.reduce((sum, { people }) => sum + people, 0);
      expect(summary.people + excluded).toBe(input.candidates.length);
      expect(summary.load.reduce((sum, day) => sum + day.messages, 0)).toBe(
        summary.people - summary.merged + summary.reminders,
      );
    }),
    { numRuns: 200 },
  );
});

test('a plan told decision by decision names each ask that concerns somebody once, and everybody', () => {
  fc.assert(
    fc.property(worlds, (input) => {
      const plan = planTouches(input);
      const decisions = [...explainPlan(input, plan)];
      const asks = decisions.flatMap(({ contactId, about }) =>
        about === null || about === 'reminder' ? [] : [`${contactId} ${topicKey(about)}`],
      );
      expect(new Set(asks).size).toBe(asks.length);
      const unmade = [...explainAsks(input, plan)].filter(({ reason }) => reason !== 'not_relevant');
      const made = plan.touches.reduce((sum, touch) => sum + touch.asks.length, 0);
      expect(asks).toHaveLength(unmade.length + made);
      expect(new Set(decisions.map(({ contactId }) => contactId))).toEqual(
        new Set(input.candidates.map(({ contactId }) => contactId)),
      );
      const count = (does: string) => decisions.filter((decision) => decision.does === does).length;
      const left = (kind: string) => plan.adjustments.filter((each) => each.kind === kind && each.step > 0);
      expect(count('not_remind')).toBe(left('dropped').length);
      expect(count('merge') > 0).toBe(plan.touches.some(({ joins }) => joins !== null));
      for (const decision of decisions) {
        const left = plan.exclusions.find(({ contactId }) => contactId === decision.contactId);
        expect(decision.does === 'leave_out').toBe(left !== undefined);
        if (decision.does === 'leave_out') expect(decision.reason).toBe(left?.reason);
      }
    }),
    { numRuns: 300 },
  );
}, 30_000);
