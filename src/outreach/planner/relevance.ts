import type { RelevanceRule, Topic } from './types.ts';

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
