import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainAsks } from '../../../src/outreach/planner/explain-asks.ts';
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
