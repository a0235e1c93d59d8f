import type { Candidate, CredentialTopic, PlanInput, RelevanceRule, Topic } from './types.ts';

/** Whether a topic concerns an employer of this sector. */
export function concernsSector(
  topic: Pick<Topic, 'naicsPrefixes'>,
  naics: string | null,
  rule: RelevanceRule,
): boolean {
  if (!rule.sectorFit || topic.naicsPrefixes.length === 0) return true;
  if (naics === null || naics === '') return rule.unknownSector === 'ask';
  return topic.naicsPrefixes.some((prefix) => naics.startsWith(prefix));
}

/** Whether an employer there can count for a topic: some policies count those of one state alone. */
export function concernsRegion(
  topic: Topic,
  region: string | null | undefined,
  rule: RelevanceRule,
): boolean {
  if (topic.kind === 'meeting' || !topic.regions || topic.regions.length === 0) return true;
  if (!region) return rule.unknownSector === 'ask';
  return topic.regions.includes(region);
}

export function concerns(
  topic: Topic,
  candidate: Pick<Candidate, 'naics' | 'region'>,
  rule: RelevanceRule,
): boolean {
  return concernsSector(topic, candidate.naics, rule) && concernsRegion(topic, candidate.region, rule);
}

/**
 * Whether an employer's last answer settles a credential, whatever it said. It does not where it ages out before the
 * topic's `renewBefore`: then it is asked again, in time to go on counting.
 */
export function isSettled(
  answer: PlanInput['answered'][number],
  topic: Pick<CredentialTopic, 'renewBefore'>,
): boolean {
  const { agesOutAt } = answer;
  return !agesOutAt || !topic.renewBefore || agesOutAt >= topic.renewBefore;
}
