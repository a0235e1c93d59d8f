import type { Db } from '../db/client.ts';
import { listAnswerWords } from './adjudication-queries.ts';
import { getPolicyVersion, listUnitsToRefresh } from './queries.ts';
import { stanceOf } from './rules/position.ts';
import { takePositions } from './take-positions.ts';
import { EXCLUSION_WORDS } from './words.ts';

const STANCES = {
  both_yes: 'yes to what the policy asks',
  no: 'no to what the policy asks',
  not_sure: 'not sure',
  not_familiar: 'does not know the credential',
} as const;

/** One person's answer, and why it speaks for the employer or does not. */
export type Voice = { who: string; said: string; why: string; speaks: boolean };

/**
 * For employers of which several people answered: whose answer speaks, and why the others do not. An employer with one
 * answer that counts needs no explanation and has none.
 */
export async function explainPositions(
  db: Db,
  tally: { credentialId: number; policyVersionId: number; tallyId: number },
  unitIds: readonly number[],
  /** Whose staff reads it. */
  agencyId: number,
  now: Date,
): Promise<Map<number, Voice[]>> {
  const { credentialId, policyVersionId, tallyId } = tally;
  const pairs = unitIds.map((unitId) => ({ credentialId, unitId }));
  const units = (await listUnitsToRefresh(db, pairs, { onlyTallyId: tallyId })).filter(
    ({ facts }) => facts.answers.length > 1,
  );
  if (units.length === 0) return new Map();
  const policy = (await getPolicyVersion(db, policyVersionId)).body;
  const policies = new Map(units.flatMap(({ tallies }) => tallies).map((one) => [one.policySha256, policy]));
  const taken = await takePositions(db, units, policies, () => now);
  const words = await listAnswerWords(
    db,
    agencyId,
    units.flatMap(({ facts }) => facts.answers.map(({ answerId }) => answerId)),
  );
  return new Map(
    taken.flatMap(({ unit, positions }) => {
      const position = positions[0];
      if (!position) return [];
      const reasonOf = new Map(position.exclusions.map(({ answerId, reason }) => [answerId, reason]));
      const voices = words
        .filter(({ answerId }) => answerId === position.decidingAnswerId || reasonOf.has(answerId))
        .map((answer) => {
          const reason = reasonOf.get(answer.answerId);
          return {
            who: [answer.name, answer.title].filter(Boolean).join(', '),
            said: STANCES[stanceOf(policy, answer)],
            why: reason
              ? EXCLUSION_WORDS[reason]
              : position.reasons.includes('adjudicated')
                ? 'Speaks for the employer: two members of staff decided so'
                : answer.hiringAuthority && position.reasons.includes('hiring_authority_decides')
                  ? 'Speaks for the employer: takes part in hiring'
                  : 'Speaks for the employer',
            speaks: !reason,
          };
        });
      return voices.length > 1 ? [[unit.unitId, voices] as const] : [];
    }),
  );
}
