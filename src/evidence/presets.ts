import { WYOMING_COUNTING_KEYS } from '../surveys/presets.ts';
import type { Policy, PolicyV1 } from './rules/policy.ts';

const [INCENTIVE, PREFERENCE] = WYOMING_COUNTING_KEYS;

export type PolicyPreset = { slug: string; name: string; body: Policy };

/**
 * Wyoming: at least ten employers answer yes to both questions before a credential is approved. The count and the two
 * questions are the state's; evidence age, conflicts of interest, provenance and disagreement are this product's
 * careful defaults where the source is silent.
 */
export const WYOMING: PolicyPreset & { body: PolicyV1 } = {
  slug: 'wyoming',
  name: 'Wyoming: ten employers, yes to both',
  body: {
    formatVersion: 1,
    requirement: {
      kind: 'distinct_employers',
      questions: [
        { key: INCENTIVE, meaning: 'would monetarily incentivize a learner who has the credential' },
        {
          key: PREFERENCE,
          meaning: 'would give that learner hiring preference, all things being equal',
        },
      ],
      minDistinctEmployers: 10,
    },
    evidenceMaxAgeMonths: 24,
    warnDaysBeforeLapse: 90,
    disagreement: 'adjudicate',
    excludedRelations: ['board', 'sells_or_paid', 'issuer', 'reseller', 'training_provider', 'applicant'],
    excludeIssuerDomain: true,
    acceptedProvenance: [
      'mailed_link_own_domain',
      'mailed_link_other_domain',
      'mailed_link_free_mail',
      'forwarded_mailed',
    ],
    requireHiringAuthority: false,
    source: {
      title: 'Advance CTE, Identifying and Approving Credentials of Value',
      url: 'https://careertech.org/resource/identifying-and-approving-credentials-of-value',
    },
  },
};

export const POLICY_PRESETS: readonly PolicyPreset[] = [WYOMING];
