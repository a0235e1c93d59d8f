import type { Criterion } from '../types.ts';
import { NOTHING_FURTHER, type Policy, type PolicyV3, policySchema } from './policy.ts';
import { termsOf } from './terms.ts';

/**
 * The policy in the newest format, with criteria that must be shown before anything is approved; what it counts stays the
 * same. Null when it asks for votes or rubrics of the second format, which say too little to be counted.
 */
export function withMandatoryCriteria(
  policy: Policy,
  mandatoryCriteria: readonly Criterion[],
): PolicyV3 | null {
  if (termsOf(policy).isUnsupported) return null;
  const newest = policy.formatVersion === 1 ? fromFirst(policy) : policy;
  const { also = [], appealDays = 30, ...rest } = newest as Partial<PolicyV3>;
  return policySchema.parse({
    ...rest,
    also,
    appealDays,
    formatVersion: 3,
    mandatoryCriteria: [...mandatoryCriteria],
  }) as PolicyV3;
}

/** A policy of the first format as the second says the same. */
function fromFirst({ requirement, source, ...terms }: Extract<Policy, { formatVersion: 1 }>) {
  return {
    ...terms,
    requirement: {
      ...requirement,
      questions: requirement.questions.map((question) => ({
        ...question,
        says: { kind: 'options', yes: ['yes'], no: ['no'] },
      })),
      combine: 'all',
    },
    ...NOTHING_FURTHER,
    source: { ...source, addedHere: [] },
  };
}
