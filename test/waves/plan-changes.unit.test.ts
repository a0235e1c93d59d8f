import { expect, test } from 'vitest';
import { planTouches } from '../../src/outreach/planner/plan-touches.ts';
import { comparePlans, type PlanSummary, summarisePlan } from '../../src/outreach/planner/summarise-plan.ts';
import { changeTexts } from '../../src/waves/pages.ts';
import { aCandidate, aCredential, aPlanInput } from '../outreach/planner/worlds.ts';

const names = { credentials: new Map([[1, 'Certified Nursing Assistant']]), meetings: new Map() };
const planned = (employers: number, shortfall: number): PlanSummary =>
  // As the row keeps it.
  JSON.parse(
    JSON.stringify(
      summarisePlan(
        planTouches(
          aPlanInput({
            candidates: Array.from({ length: employers }, (_, i) => aCandidate(i + 1, { response: 0.5 })),
            topics: [aCredential(1, { shortfall })],
          }),
        ),
      ),
    ),
  );

test('names what changed since the proposal: whom it asks, what is needed, what is to be expected', () => {
  const texts = changeTexts(comparePlans(planned(60, 2), planned(20, 6)), names);
  expect(texts).toEqual([
    'People asked: 20, was 60',
    'Employers asked: 20, was 60',
    'Questions put: 20, was 60',
    'Reminders: 20, was 60',
    'Asked about Certified Nursing Assistant: 20, was 60',
    'Employers that Certified Nursing Assistant is short of: 6, was 2',
    'Outlook of Certified Nursing Assistant: not enough employers are asked, was: its number is likely',
  ]);
  expect(changeTexts(comparePlans(planned(60, 2), planned(60, 2)), names)).toEqual([]);
});
