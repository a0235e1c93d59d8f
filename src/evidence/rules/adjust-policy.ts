import { type Policy, policySchema } from './policy.ts';
import { termsOf } from './terms.ts';

/**
 * The policy with another number of employers or another age of evidence. Null when it counts no employers, so that there
 * is no number to change.
 */
export function adjustPolicy(
  policy: Policy,
  changes: { minEmployers: number | null; evidenceMaxAgeMonths: number | null },
): Policy | null {
  if (changes.minEmployers !== null && termsOf(policy).isUnsupported) return null;
  const requirement = structuredClone(policy.requirement);
  if (changes.minEmployers !== null) {
    if (requirement.kind === 'letters') requirement.minLetters = changes.minEmployers;
    else if ('minDistinctEmployers' in requirement) requirement.minDistinctEmployers = changes.minEmployers;
  }
  return policySchema.parse({
    ...policy,
    requirement,
    evidenceMaxAgeMonths: changes.evidenceMaxAgeMonths ?? policy.evidenceMaxAgeMonths,
  });
}
