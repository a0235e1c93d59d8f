import type { Relation } from '../surveys/types.ts';
import type { PacketRefusal } from './rules/packet.ts';
import type {
  BodyExclusionReason,
  BodyOutcome,
  ExclusionReason,
  MeasureKind,
  PositionReason,
  PositionStatus,
  RequirementReason,
  RequirementStatus,
} from './types.ts';

/** What staff read for the codes of evidence. */

export const REQUIREMENT_WORDS: Record<RequirementStatus, string> = {
  not_asked: 'Nobody asked yet',
  short: 'Short',
  met: 'Met',
  met_but_expiring: 'Met, lapsing soon',
  conflicting: 'Hangs on conflicting answers',
  unsupported: 'Needs facts that are not recorded',
};

/** The kind of tag beside a requirement. */
export const REQUIREMENT_TAGS: Record<RequirementStatus, 'good' | 'short' | 'bad' | 'active' | 'quiet'> = {
  not_asked: 'quiet',
  short: 'short',
  met: 'good',
  met_but_expiring: 'active',
  conflicting: 'bad',
  unsupported: 'quiet',
};

export const REQUIREMENT_REASON_WORDS: Record<RequirementReason, string> = {
  nobody_asked: 'No employer has been asked about it.',
  below_minimum: 'Fewer employers say yes to all questions than the policy asks for.',
  conflicts_would_decide: 'It would be met if employers whose people disagree turned out to say yes.',
  minimum_reached: 'As many employers say yes to all questions as the policy asks for.',
  lapses_within_warning: 'Answers that it needs will soon be older than the policy takes.',
  too_few_points: 'The answers of all employers add up to fewer points than the policy asks for.',
  too_few_regions: 'The employers that count are in fewer counties than the policy asks for.',
  too_few_sectors: 'The employers that count are of fewer sectors than the policy asks for.',
  too_few_sizes: 'The employers that count are of fewer sizes than the policy asks for.',
  too_much_of_one_group: 'Too many of the employers that say yes are of one group.',
  wage_too_low: 'What employers say they pay to start is less than the policy asks for.',
  too_few_voters: 'Fewer people or employers voted than the policy or the quorum asks for.',
  not_voted_for: 'The votes for it are fewer than the policy asks for.',
  too_few_boards: 'Fewer workforce boards than the policy asks for.',
  reviews_missing: 'Reviews are missing, or the teams differ and nobody has settled it.',
  tier_too_low: 'The reviews put it below the tier that the policy asks for.',
  not_shown_generic:
    'The credential must be generic, not tied to one vendor’s product. That is not on record, or the contrary is.',
  needs_unrecorded_facts:
    'The policy needs facts that are not recorded here, such as votes. No count is made.',
};

export const STATUS_WORDS: Record<PositionStatus, string> = {
  asked: 'No answer yet',
  both_yes: 'Yes to all questions',
  no: 'No to a question',
  not_sure: 'Not sure',
  not_familiar: 'Does not know the credential',
  conflicting: 'People disagree',
  excluded: 'Shown, not counted',
  aged_out: 'Answer too old',
};

/** Why an employer stands where it stands, as half a sentence. */
export const POSITION_REASON_WORDS: Record<PositionReason, string> = {
  all_questions_yes: 'says what the policy asks for',
  a_question_no: 'says no to what the policy asks',
  not_sure: 'is not sure',
  not_familiar: 'does not know the credential',
  no_answer: 'has not answered',
  contacts_disagree: 'its people disagree',
  latest_answer_decides: 'the latest answer decides',
  any_no_decides: 'one no decides',
  hiring_authority_decides: 'those who take part in hiring speak for it',
  adjudicated: 'two members of staff settled a disagreement',
  adjudicated_not_counted: 'its people disagree, and two members of staff decided that it does not count',
  possible_duplicates_count_once: 'possible duplicates count once',
  merged_records_count_once: 'merged records count once',
  group_counts_once: 'companies of one group count once',
  declared_relation: 'declared ties to the issuer',
  relation_set_by_staff: 'staff recorded ties to the issuer',
  relation_found: 'its domain or parent ties it to those behind the credential',
  domain_of_issuer: 'uses the issuer’s internet domain',
  quarantined: 'looks like a machine and waits for a person',
  awaits_second_look: 'was entered by staff and waits for a second look',
  awaits_verification: 'is not yet confirmed by mail',
  provenance_not_accepted: 'came in a way that the policy does not take',
  no_hiring_authority: 'the person does not take part in hiring',
  question_not_asked: 'does not answer what the policy asks',
  not_in_state: 'is not in the state that the policy counts',
  unrelated_sector: 'is of another industry, or of one not known',
  wage_below_floor: 'pays less to start than the policy asks for',
  wage_not_stated: 'does not say what it pays to start',
  older_than_evidence_age: 'the answer is older than the policy takes',
  withdrawn: 'the answer was withdrawn',
};

export const MEASURE_WORDS: Record<MeasureKind, string> = {
  employers: 'Employers that count',
  employers_within_share: 'Employers within the largest share',
  points: 'Points',
  regions: 'Counties',
  sectors: 'Sectors',
  sizes: 'Sizes of employers',
  median_wage: 'Median starting pay, dollars an hour',
  panel_voters: 'Members who voted',
  panel_approvals: 'Votes of the panel for it',
  ballot_voters: 'Employers that voted',
  ballot_approvals: 'Votes of employers for it',
  board_letters: 'Workforce boards that support it',
  boards_asked: 'Workforce boards that it was forwarded to',
  review_teams: 'Reviews by teams',
  review_tier: 'Tier reached',
  generic: 'Generic, or excepted',
};

export const BODY_DEMAND_WORDS: Record<BodyOutcome['kind'], string> = {
  panel_vote: 'Vote of a panel',
  employer_ballot: 'Ballot of employers',
  board_letters: 'Letters of workforce boards',
  boards_asked: 'Forwarded to workforce boards',
  rubric: 'Reviews with a rubric',
  generic: 'Generic, not vendor-specific',
};

export const BODY_EXCLUSION_WORDS: Record<BodyExclusionReason, string> = {
  recused: 'Recused',
  declared_relation: 'Declared a connection to the issuer that the policy does not count',
  relation_set_by_staff:
    'A connection of the employer to those behind the credential is on record: staff set it, or its domain or parent company shows it',
  domain_of_issuer: "The employer uses the issuer's internet domain",
  provenance_not_accepted: 'It came by a link that the policy does not take',
  same_employer_voted: 'The same employer has voted already',
  people_of_one_employer_differ: 'People of this employer voted differently',
  replaced_by_later_one: 'A later one replaces it',
  does_not_support: 'It does not support the credential',
  not_needed_to_settle: 'The teams agree, so nothing had to be settled',
  tied_to_a_vendor: 'It says that the credential is tied to one vendor’s product',
  older_than_evidence_age: 'It is older than the policy takes',
  withdrawn: 'It was taken back',
};

export const EXCLUSION_WORDS: Record<ExclusionReason, string> = {
  declared_relation: 'The employer declared a connection to the issuer that the policy does not count',
  relation_declared_by_colleague:
    'A colleague declared a connection to the issuer, which holds for the whole employer',
  relation_set_by_staff: 'Staff recorded a connection to the issuer',
  relation_found: 'Its internet domain or parent company connects it to those behind the credential',
  domain_of_issuer: "The employer uses the issuer's internet domain",
  quarantined: 'It came as a machine would send it, and waits for a person',
  awaits_second_look: 'Staff entered it, and a second person has not looked at it yet',
  awaits_verification: 'It is not yet confirmed by mail',
  provenance_not_accepted: 'It came in a way that the policy does not take',
  no_hiring_authority: 'The person does not take part in hiring',
  question_not_asked: "It does not answer the policy's questions",
  not_in_state: 'The employer is not in the state that the policy counts',
  unrelated_sector: "The employer's industry is not one that the credential names, or is not known",
  older_than_evidence_age: 'It is older than the policy takes',
  hiring_authority_speaks: 'A colleague who takes part in hiring speaks for the employer',
  adjudicated_for_another:
    'People of this employer disagree, and two members of staff decided for another answer',
  adjudicated_not_counted: 'People of this employer disagree, and two members of staff decided to count none',
  contacts_disagree: 'People of this employer disagree',
  replaced_by_later_answer: 'The same person answered again later',
  another_answer_decides: 'Another answer of the same employer counts',
  possible_duplicate: 'It may be the same employer as one whose answer counts',
  superseded: 'The person changed the answer',
  withdrawn: 'The person withdrew the answer',
};

export const PACKET_REFUSAL_WORDS: Record<PacketRefusal, string> = {
  nobody_asked: 'Nobody has been asked yet, so there is nothing to set the answers against.',
  wave_unknown: 'An ask belongs to a wave that was never launched.',
  protocol_not_fixed: 'A wave mailed before its protocol was fixed, or its protocol was changed afterwards.',
  wording_unknown: 'An answer names wording that is not stored.',
};

export const RELATION_WORDS: Record<Relation, string> = {
  none: 'No connection',
  customer: 'Customer of the issuer',
  board: "On the issuer's board",
  sells_or_paid: 'Sells to or is paid by the issuer',
  issuer: 'Is the issuer',
  reseller: 'Resells the credential',
  training_provider: 'School or training provider',
  applicant: 'Is the applicant',
};
