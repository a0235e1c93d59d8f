/** draft -> proposed -> approved -> running <-> paused -> closed; any of the first four -> cancelled. */
export const WAVE_STATES = [
  'draft',
  'proposed',
  'approved',
  'running',
  'paused',
  'closed',
  'cancelled',
] as const;
export type WaveState = (typeof WAVE_STATES)[number];
/** States in which the protocol is frozen and messages exist. */
export const LAUNCHED_WAVE_STATES = ['running', 'paused', 'closed'] as const satisfies readonly WaveState[];

/** Why a running wave was paused by itself. */
export const WAVE_PAUSE_REASONS = ['complaints', 'policy_blocks', 'failures'] as const;
export type WavePauseReason = (typeof WAVE_PAUSE_REASONS)[number];

/**
 * planned -> claimed -> sent -> (delivered | bounced | complained);
 * planned -> suppressed | expired | cancelled; claimed -> planned (swept) | uncertain | failed.
 * An invitation that expired before it left becomes planned again when its wave plans it anew.
 */
export const MESSAGE_STATES = [
  'planned',
  'claimed',
  'sent',
  'delivered',
  'bounced',
  'complained',
  'suppressed',
  'expired',
  'cancelled',
  'uncertain',
  'failed',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];
/** The message left: it has a time and it is a touch. */
export const SENT_MESSAGE_STATES = [
  'sent',
  'delivered',
  'bounced',
  'complained',
] as const satisfies readonly MessageState[];

export const MESSAGE_STREAMS = ['outreach', 'transactional'] as const;
export type MessageStream = (typeof MESSAGE_STREAMS)[number];

/** Outreach kinds are touches and count against the contact budget; transactional ones answer a person's own act. */
export const MESSAGE_KINDS = [
  'invitation',
  'reminder',
  'referral',
  'receipt',
  'confirmation',
  'rsvp_confirmation',
  'meeting_cancelled',
  'meeting_moved',
  /** Asks for a vote; like an invitation it is a touch. */
  'ballot',
  'ballot_receipt',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** open -> started -> answered (may change or withdraw until close + grace) | declined | referred | expired. */
export const INVITATION_STATES = ['open', 'started', 'answered', 'declined', 'referred', 'expired'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

export const DECLINE_REASONS = ['left', 'wrong_role', 'not_our_field', 'no_time', 'never'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** planned: not mailed yet; asked: a message that carries it was sent. */
export const ASK_STATES = ['planned', 'asked', 'answered', 'withdrawn', 'declined', 'cancelled'] as const;

/** Why no further mail names an ask. One that no mail has named yet is cancelled; any other still takes an answer. */
export const ASK_DROP_REASONS = [
  'enough_answers',
  'not_this_agency',
  'wave_closed',
  'wave_cancelled',
  'no_room',
] as const;
export type AskDropReason = (typeof ASK_DROP_REASONS)[number];

export const SUPPRESSION_REASONS = ['unsubscribed', 'complained', 'bounced', 'staff'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** What a person chose on the page behind their unsubscribe link, short of stopping all mails. */
export const PREFERENCE_KINDS = ['paused', 'less_often', 'not_agency', 'not_employer'] as const;
export type PreferenceKind = (typeof PREFERENCE_KINDS)[number];
/** Why a preference keeps somebody from being asked. */
export const PREFERENCE_REASONS = [
  'employer_said_never',
  'not_this_agency',
  'paused_by_person',
  'asked_for_less',
] as const;
export type PreferenceReason = (typeof PREFERENCE_REASONS)[number];
