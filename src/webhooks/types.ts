/**
 * active <-> paused (what happens waits and is sent later); both -> disabled (told nothing, what waited is dropped) ->
 * active; any -> deleted, which is the end.
 */
export const ENDPOINT_STATES = ['active', 'paused', 'disabled', 'deleted'] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** Endpoints for which what happens is put in their log. */
export const LISTENING_STATES = ['active', 'paused'] as const satisfies readonly EndpointState[];

/** Why an endpoint is told nothing: the agency switched it off or deleted it, or it answered 410 Gone. */
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
