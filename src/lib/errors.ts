/**
 * Refusals: the request was understood and is declined for a reason the person can act on.
 * Codes carry no HTTP. Two exhaustive tables translate them: src/http/errors.ts for pages and the API,
 * jobs/worker.ts for job outcomes.
 */
export const DOMAIN_ERROR_CODES = [
  'not_found',
  'forbidden',
  'already_done',
  'wave_too_early',
  'wave_not_draft',
  'needs_second_person',
  'scope_missing',
  'stale_form',
  'upload_gone',
  'document_removed',
  'different_feins',
  'meeting_cancelled',
  'meeting_started',
  'wave_not_ready',
  'wave_dates_passed',
  'wave_asks_nobody',
  'sender_not_trusted',
  'seal_waits',
  'too_many_endpoints',
] as const;

export type DomainErrorCode = (typeof DOMAIN_ERROR_CODES)[number];

export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: DomainErrorCode;
  /** Facts for the sentence shown to the person: ids, counts and dates, never addresses or answers. */
  readonly details: Record<string, string | number | Date | null>;

  constructor(code: DomainErrorCode, details: Record<string, string | number | Date | null> = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** Holds what must be true if the code has no bug; a failure is a 500, never a message to act on. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant does not hold: ${message}`);
}

export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${String(value)}`);
}
