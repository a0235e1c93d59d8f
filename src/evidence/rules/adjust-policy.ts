import type { CountingUnit } from '../types.ts';
import { type Policy, policySchema } from './policy.ts';
import { termsOf } from './terms.ts';

export type PolicyChanges = {
  minEmployers: number | null;
  evidenceMaxAgeMonths: number | null;
  countingUnit?: CountingUnit | null;
  whoSpeaks?: NonNullable<Policy['whoSpeaks']> | null;
  disagreement?: Policy['disagreement'] | null;
};

/**
 * The policy with another number of employers, another age of evidence, or another rule of what counts once and who
 * speaks; null leaves what it has. Null when it counts no employers, so that there is no number to change.
 */
export function adjustPolicy(policy: Policy, changes: PolicyChanges): Policy | null {
  if (changes.minEmployers !== null && termsOf(policy).minEmployers === 0) return null;
  const requirement = structuredClone(policy.requirement);
  if (changes.minEmployers !== null) {
    if (requirement.kind === 'letters') requirement.minLetters = changes.minEmployers;
    else if ('minDistinctEmployers' in requirement) requirement.minDistinctEmployers = changes.minEmployers;
  }
  return policySchema.parse({
    ...policy,
    requirement,
    evidenceMaxAgeMonths: changes.evidenceMaxAgeMonths ?? policy.evidenceMaxAgeMonths,
    disagreement: changes.disagreement ?? policy.disagreement,
    // Absent is how bodies from before say so; it stays absent unless something else is chosen.
    ...(changes.countingUnit ? { countingUnit: changes.countingUnit } : {}),
    ...(changes.whoSpeaks ? { whoSpeaks: changes.whoSpeaks } : {}),
  });
}
