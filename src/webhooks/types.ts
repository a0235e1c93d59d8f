export const ENDPOINT_STATES = ['active', 'disabled'] as const;

/** Why an endpoint is told nothing: staff switched it off, or it answered 410 Gone. */
export const DISABLED_REASONS = ['by_staff', 'gone'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** waiting -> delivered | failed (every try used up) | cancelled (its endpoint was switched off). */
export const DELIVERY_STATES = ['waiting', 'delivered', 'failed', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why a try had no HTTP answer. */
export const ATTEMPT_ERRORS = [
  'address_refused',
  'name_unknown',
  'timeout',
  'tls',
  'connection',
  'worker_lost',
] as const;
export type AttemptError = (typeof ATTEMPT_ERRORS)[number];
