import { addMonths } from '../../lib/add-months.ts';
import { assertNever } from '../../lib/errors.ts';
import { VERIFIED_GRADE } from '../../surveys/types.ts';
import type {
  AnswerExclusion,
  AnswerFact,
  ExclusionReason,
  PositionReason,
  UnitFacts,
  UnitPosition,
} from '../types.ts';
import { adjudicationOf } from './adjudicate.ts';
import { acceptsProvenance, type Policy } from './policy.ts';
import { isRelated, profileOf } from './profile.ts';
import { termsOf } from './terms.ts';

/**
 * What one distinct employer says of one credential by the policy's rule, as of a time; null when it was neither asked
 * nor has answered by then.
 *
 * In this order: versions that had ended do not speak, nor do those that wait for a person. Answers whose provenance, author or instrument the policy does
 * not accept neither count nor replace. Of what is left each person's latest answer speaks. A conflict of interest of
 * any of them, or one that staff set or a domain shows, is the employer's: nothing of it counts. Then age. Of the rest
 * those who take part in hiring speak first, where the policy says so. A yes to every question in one answer is a
 * both-yes; a no to any is a no; "not sure" and "not familiar" decide only where nobody said something clearer. Two
 * people who disagree are settled by the policy's rule alone; where it leaves them to staff, by what two of them decided
 * about exactly these answers.
 */
export function positionOf(policy: Policy, unit: UnitFacts, asOf: Date): UnitPosition | null {
  const given = unit.answers.filter(({ answeredAt }) => answeredAt <= asOf).sort(byTime);
  const sent = unit.asks.filter(({ sentAt }) => sentAt <= asOf);
  if (given.length === 0 && sent.length === 0) return null;

  const exclusions: AnswerExclusion[] = [];
  const exclude = (answers: readonly AnswerFact[], reason: (answer: AnswerFact) => ExclusionReason) => {
    for (const answer of answers) {
      exclusions.push({
        unitId: unit.unitId,
        employerId: answer.employerId,
        answerId: answer.answerId,
        reason: reason(answer),
      });
    }
  };
  const conclude = (
    position: Pick<UnitPosition, 'status'> & Partial<Pick<UnitPosition, 'expiresAt'>>,
    reasons: readonly PositionReason[],
    decidingAnswerId: number | null = null,
  ): UnitPosition => ({
    unitId: unit.unitId,
    ...(unit.siteId === undefined ? {} : { siteId: unit.siteId }),
    employerIds: unit.employerIds,
    status: position.status,
    reasons: [...reasons, ...joinedReasons(unit)],
    decidingAnswerId,
    expiresAt: position.expiresAt ?? null,
    asked: sent.length > 0,
    delivered: sent.some(({ bouncedAt }) => bouncedAt === null || bouncedAt > asOf),
    exclusions: exclusions.sort((a, b) => a.answerId - b.answerId),
  });

  const inForce = given.filter((answer) => !hasEnded(answer, asOf));
  exclude(
    given.filter((answer) => hasEnded(answer, asOf)),
    (answer) => answer.endKind ?? 'superseded',
  );
  if (inForce.length === 0)
    return conclude({ status: 'asked' }, [given.length > 0 ? 'withdrawn' : 'no_answer']);

  const refusals = new Map(inForce.map((answer) => [answer, refusalOf(policy, unit, answer, asOf)]));
  const accepted = inForce.filter((answer) => refusals.get(answer) === null);
  exclude(
    inForce.filter((answer) => refusals.get(answer) !== null),
    (answer) => refusals.get(answer)!,
  );
  const current = latestOfEachContact(accepted);
  exclude(
    accepted.filter((answer) => !current.includes(answer)),
    () => 'replaced_by_later_answer',
  );
  if (current.length === 0) return conclude({ status: 'excluded' }, unique([...refusals.values()]));

  const conflict = conflictOf(policy, unit, current, asOf);
  if (conflict.length > 0) {
    const first = conflict[0]!;
    exclude(current, (answer) => {
      if (isExcludedRelation(policy, answer.relation)) return 'declared_relation';
      return first === 'declared_relation' ? 'relation_declared_by_colleague' : first;
    });
    return conclude({ status: 'excluded' }, conflict);
  }

  const young = current.filter((answer) => isFresh(policy, answer, asOf));
  exclude(
    current.filter((answer) => !young.includes(answer)),
    () => 'older_than_evidence_age',
  );
  if (young.length === 0) return conclude({ status: 'aged_out' }, ['older_than_evidence_age']);

  const fresh = speakersAmong(policy, young);
  exclude(
    young.filter((answer) => !fresh.includes(answer)),
    () => 'hiring_authority_speaks',
  );
  const speaking: PositionReason[] = fresh.length < young.length ? ['hiring_authority_decides'] : [];

  const yes = fresh.filter((answer) => stanceOf(policy, answer) === 'both_yes');
  const no = fresh.filter((answer) => stanceOf(policy, answer) === 'no');
  const decideBy = (
    status: 'both_yes' | 'no' | 'not_sure' | 'not_familiar',
    answers: readonly AnswerFact[],
    reasons: readonly PositionReason[],
  ): UnitPosition => {
    // Sorted by time, so the last is the latest, and nothing of the same kind outlives it.
    const deciding = answers.at(-1)!;
    exclude(
      fresh.filter((answer) => answer !== deciding),
      (answer) =>
        answer.employerId === deciding.employerId ? 'another_answer_decides' : 'possible_duplicate',
    );
    const because = [...reasons, ...speaking];
    return conclude({ status, expiresAt: expiryOf(policy, deciding) }, because, deciding.answerId);
  };

  if (yes.length > 0 && no.length > 0) {
    switch (policy.disagreement) {
      case 'latest': {
        const latest = fresh.filter((answer) => yes.includes(answer) || no.includes(answer)).at(-1)!;
        return yes.includes(latest)
          ? decideBy('both_yes', yes, ['all_questions_yes', 'latest_answer_decides'])
          : decideBy('no', no, ['a_question_no', 'latest_answer_decides']);
      }
      case 'any_no_wins':
        return decideBy('no', no, ['a_question_no', 'any_no_decides']);
      case 'adjudicate': {
        const disagreeing = fresh.filter((answer) => yes.includes(answer) || no.includes(answer));
        const settled = adjudicationOf(unit, disagreeing, asOf);
        if (settled) {
          const speaker = disagreeing.find(({ answerId }) => answerId === settled.speaksAnswerId) ?? null;
          exclude(
            fresh.filter((answer) => answer !== speaker),
            (answer) => {
              if (!disagreeing.includes(answer)) return 'another_answer_decides';
              return speaker ? 'adjudicated_for_another' : 'adjudicated_not_counted';
            },
          );
          if (!speaker) {
            const expiresAt = earliest(disagreeing.map((answer) => expiryOf(policy, answer)));
            return conclude({ status: 'excluded', expiresAt }, ['adjudicated_not_counted', ...speaking]);
          }
          const isYes = yes.includes(speaker);
          return conclude(
            { status: isYes ? 'both_yes' : 'no', expiresAt: expiryOf(policy, speaker) },
            [isYes ? 'all_questions_yes' : 'a_question_no', 'adjudicated', ...speaking],
            speaker.answerId,
          );
        }
        exclude(fresh, (answer) =>
          yes.includes(answer) || no.includes(answer) ? 'contacts_disagree' : 'another_answer_decides',
        );
        return conclude(
          {
            status: 'conflicting',
            expiresAt: earliest([expiryOf(policy, yes.at(-1)!), expiryOf(policy, no.at(-1)!)]),
          },
          ['contacts_disagree', ...speaking],
        );
      }
      default:
        return assertNever(policy.disagreement);
    }
  }
  if (yes.length > 0) return decideBy('both_yes', yes, ['all_questions_yes']);
  if (no.length > 0) {
    const byWage = answersSay(policy, no.at(-1)!) === 'both_yes';
    return decideBy('no', no, [byWage ? 'wage_below_floor' : 'a_question_no']);
  }
  const notSure = fresh.filter((answer) => stanceOf(policy, answer) === 'not_sure');
  if (notSure.length > 0) {
    const byWage = answersSay(policy, notSure.at(-1)!) === 'both_yes';
    return decideBy('not_sure', notSure, [byWage ? 'wage_not_stated' : 'not_sure']);
  }
  return decideBy('not_familiar', fresh, ['not_familiar']);
}

/** Whose answers speak: of those who take part in hiring, where the policy puts them first and there are any. */
function speakersAmong(policy: Policy, answers: readonly AnswerFact[]): readonly AnswerFact[] {
  if (policy.whoSpeaks !== 'hiring_authority_first') return answers;
  const hiring = answers.filter(({ hiringAuthority }) => hiringAuthority);
  return hiring.length > 0 ? hiring : answers;
}

type Stance = 'both_yes' | 'no' | 'not_sure' | 'not_familiar';

/** What one answer says, by the policy's questions alone. */
export function stanceOf(policy: Policy, answer: Pick<AnswerFact, 'familiar' | 'values'>): Stance {
  const said = answersSay(policy, answer);
  const { wage } = termsOf(policy);
  if (said !== 'both_yes' || wage === null || wage.demand.kind === 'median_at_least') return said;
  const from = wage.from.get(answer.values[wage.key] ?? '');
  if (from === undefined) return 'not_sure';
  return wage.demand.kind === 'each_at_least' && from < wage.demand.dollars ? 'no' : 'both_yes';
}

/** The same before starting pay is looked at. */
function answersSay(policy: Policy, answer: Pick<AnswerFact, 'familiar' | 'values'>): Stance {
  if (!answer.familiar) return 'not_familiar';
  const { questions, combine } = termsOf(policy);
  const said = questions.flatMap(({ key, yes, no }) => {
    const value = answer.values[key];
    if (!value) return [];
    return yes.has(value) ? ['yes'] : no.has(value) ? ['no'] : ['neither'];
  });
  const isYes = (one: string) => one === 'yes';
  const isNo = (one: string) => one === 'no';
  if (said.length === 0) return 'not_sure';
  if (combine === 'any') return said.some(isYes) ? 'both_yes' : said.every(isNo) ? 'no' : 'not_sure';
  if (said.length === questions.length && said.every(isYes)) return 'both_yes';
  return said.some(isNo) ? 'no' : 'not_sure';
}

/** From this moment on the answer is older than the policy takes; null when evidence does not age. */
export function expiryOf(policy: Policy, answer: Pick<AnswerFact, 'answeredAt' | 'saidAt'>): Date | null {
  return policy.evidenceMaxAgeMonths === null
    ? null
    : addMonths(spokenAt(answer), policy.evidenceMaxAgeMonths);
}

function spokenAt(answer: Pick<AnswerFact, 'answeredAt' | 'saidAt'>): Date {
  return answer.saidAt ?? answer.answeredAt;
}

function isFresh(policy: Policy, answer: AnswerFact, asOf: Date): boolean {
  const expiry = expiryOf(policy, answer);
  return expiry === null || expiry > asOf;
}

function hasEnded(answer: AnswerFact, asOf: Date): boolean {
  return answer.endedAt !== null && answer.endedAt <= asOf;
}

type Refusal = Extract<
  ExclusionReason,
  | 'quarantined'
  | 'awaits_second_look'
  | 'awaits_verification'
  | 'provenance_not_accepted'
  | 'question_not_asked'
  | 'no_hiring_authority'
  | 'not_in_state'
  | 'unrelated_sector'
>;

function refusalOf(policy: Policy, unit: UnitFacts, answer: AnswerFact, asOf: Date): Refusal | null {
  const { questions, combine, inState, relatedSectorsOnly } = termsOf(policy);
  for (const { kind, from, until } of answer.holds ?? []) {
    if (from > asOf || (until !== null && until <= asOf)) continue;
    return kind === 'quarantined' ? 'quarantined' : 'awaits_second_look';
  }
  if (!acceptsProvenance(policy, answer.provenance)) {
    return answer.provenance in VERIFIED_GRADE ? 'awaits_verification' : 'provenance_not_accepted';
  }
  if (answer.familiar) {
    const answered = questions.filter(({ key }) => answer.values[key]).length;
    if (answered < (combine === 'all' ? Math.max(1, questions.length) : 1)) return 'question_not_asked';
  }
  if (policy.requireHiringAuthority && !answer.hiringAuthority) return 'no_hiring_authority';
  if (inState !== null && profileOf(unit, answer.employerId).state !== inState) return 'not_in_state';
  if (relatedSectorsOnly && !isRelated(profileOf(unit, answer.employerId), unit.credentialNaics))
    return 'unrelated_sector';
  return null;
}

function conflictOf(
  policy: Policy,
  unit: UnitFacts,
  current: readonly AnswerFact[],
  asOf: Date,
): Extract<
  PositionReason,
  'declared_relation' | 'relation_set_by_staff' | 'relation_found' | 'domain_of_issuer'
>[] {
  const marks = unit.conflictMarks.filter(
    (mark) =>
      mark.from <= asOf &&
      (mark.until === null || mark.until > asOf) &&
      isExcludedRelation(policy, mark.relation),
  );
  const sharesDomain =
    policy.excludeIssuerDomain &&
    unit.employerDomains.some(({ domain }) =>
      unit.issuerDomains.some((issuer) => isSameOrSubdomain(domain, issuer)),
    );
  return [
    ...(current.some(({ relation }) => isExcludedRelation(policy, relation))
      ? (['declared_relation'] as const)
      : []),
    ...(marks.some(({ found }) => !found) ? (['relation_set_by_staff'] as const) : []),
    ...(marks.some(({ found }) => found) ? (['relation_found'] as const) : []),
    ...(sharesDomain ? (['domain_of_issuer'] as const) : []),
  ];
}

function isExcludedRelation(policy: Policy, relation: AnswerFact['relation']): boolean {
  return relation !== 'none' && policy.excludedRelations.includes(relation);
}

/** One rule for answers and for votes: `hr.issuer.example` is the issuer's as well. */
export function isSameOrSubdomain(domain: string, issuer: string): boolean {
  const [name, parent] = [domain.toLowerCase(), issuer.toLowerCase()];
  return name === parent || name.endsWith(`.${parent}`);
}

/**
 * Each person's latest answer. A person asked again in a later wave has changed their word, not gained a second. Letters of people
 * who are nobody's contact stand each for itself.
 */
function latestOfEachContact(answers: readonly AnswerFact[]): AnswerFact[] {
  const latest = new Map(answers.map((answer) => [answer.contactId, answer]));
  return answers.filter((answer) => answer.contactId === null || latest.get(answer.contactId) === answer);
}

function joinedReasons(unit: UnitFacts): PositionReason[] {
  return [
    ...(unit.joinedBy.includes('open_proposal') ? (['possible_duplicates_count_once'] as const) : []),
    ...(unit.joinedBy.includes('merged') ? (['merged_records_count_once'] as const) : []),
    ...(unit.joinedBy.includes('same_group') ? (['group_counts_once'] as const) : []),
  ];
}

function byTime(a: AnswerFact, b: AnswerFact): number {
  return spokenAt(a).getTime() - spokenAt(b).getTime() || a.answerId - b.answerId;
}

export function earliest(dates: readonly (Date | null)[]): Date | null {
  const times = dates.filter((date) => date !== null).map((date) => date.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

function unique(refusals: readonly (Refusal | null)[]): Refusal[] {
  return [...new Set(refusals)].filter((refusal) => refusal !== null).sort();
}
