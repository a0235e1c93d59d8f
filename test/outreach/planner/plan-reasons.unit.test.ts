import fc from 'fast-check';
import { expect, test } from 'vitest';
import { topicKey } from '../../../src/outreach/planner/need.ts';
import { collectReasons } from '../../../src/outreach/planner/plan-reasons.ts';
import { planTouches } from '../../../src/outreach/planner/plan-touches.ts';
import { concerns } from '../../../src/outreach/planner/relevance.ts';
import { worlds } from './worlds.ts';

test('every ask that concerns somebody is made, or has exactly one reason', () => {
  let put = 0;
  fc.assert(
    fc.property(worlds, (input) => {
      const plan = planTouches(input);
      const { reasons, leftOut } = collectReasons(input, plan);
      const made = new Map(plan.touches.map((touch) => [touch.contactId, new Set(touch.asks.map(topicKey))]));
      const names = (row: { credentialIds: number[]; meetingIds: number[] }) => [
        ...row.credentialIds.map((id) => `c${id}`),
        ...row.meetingIds.map((id) => `m${id}`),
      ];
      expect(leftOut.map(({ contactId }) => contactId)).toEqual(
        plan.exclusions.map(({ contactId }) => contactId),
      );
      for (const candidate of input.candidates) {
        const { contactId } = candidate;
        const wanted = input.topics.filter((topic) => concerns(topic, candidate, input.protocol.relevance));
        const own = reasons.filter((reason) => reason.contactId === contactId);
        const asked = made.get(contactId) ?? new Set<string>();
        const because = [
          ...own.filter(({ does }) => does === 'not_ask').flatMap(names),
          ...leftOut.filter((left) => left.contactId === contactId).flatMap(names),
        ];
        expect([...asked, ...because].sort()).toEqual(wanted.map(topicKey).sort());
        // What is made is put off, or joined to another mail, as a whole or not at all.
        const moved = own.filter(({ does }) => does === 'merge' || does === 'defer').flatMap(names);
        if (moved.length > 0) expect(moved.sort()).toEqual([...asked].sort());
        const keys = own.map(({ does, reason, step }) => `${does} ${reason} ${step}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const reason of own) expect(names(reason).length > 0).toBe(reason.step === 0);
        put += own.length;
      }
    }),
    { numRuns: 200 },
  );
  // The worlds have what this is about.
  expect(put).toBeGreaterThan(200);
}, 30_000);
