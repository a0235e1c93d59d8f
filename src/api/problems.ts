import { codeOfStatus, HTTP_STATUSES, type HttpStatus } from '../http/http-error.ts';
import type { DomainErrorCode } from '../lib/errors.ts';

/** Refusals that only the API knows of. */
const OWN = {
  bad_parameter: { status: 422, title: 'A parameter makes no sense' },
  bad_body: { status: 422, title: 'The body makes no sense' },
  idempotency_key_missing: { status: 400, title: 'An Idempotency-Key is needed' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key belongs to another request' },
  idempotency_in_flight: { status: 409, title: 'The first request with this key is still running' },
  already_submitted: { status: 409, title: 'There is an application already' },
  already_proposed: { status: 409, title: 'A decision waits for a second person already' },
  evidence_missing: { status: 409, title: 'There is no frozen evidence under the list’s policy' },
  evidence_not_met: { status: 409, title: 'The frozen evidence does not meet the requirement' },
  evidence_expired: { status: 409, title: 'The frozen evidence no longer holds' },
  criteria_missing: { status: 409, title: 'Criteria of the policy are not shown yet' },
  body_missing: { status: 409, title: 'The body that decided is not named' },
  not_approved: { status: 409, title: 'There is no approval to revoke' },
  no_open_appeal: { status: 409, title: 'There is no open appeal' },
  may_not_apply: { status: 409, title: 'The policy does not let such an applicant apply' },
  applicant_not_an_employer: { status: 409, title: 'The applicant is not a known employer' },
} as const satisfies Record<string, { status: HttpStatus; title: string }>;

export type ApiProblemCode = keyof typeof OWN;

/** Refusals of the domain that a request to the API can meet. */
const OF_DOMAIN = [
  'not_found',
  'forbidden',
  'already_done',
  'needs_second_person',
  'scope_missing',
  'too_many_endpoints',
] as const satisfies readonly DomainErrorCode[];

/** Every code that a problem of the API can have. */
export const PROBLEM_CODES = [
  ...new Set([...Object.keys(OWN), ...OF_DOMAIN, ...HTTP_STATUSES.map(codeOfStatus)]),
] as [string, ...string[]];

/** The API's own codes of one status, for the document. */
export function codesOf(status: HttpStatus): ApiProblemCode[] {
  return (Object.keys(OWN) as ApiProblemCode[]).filter((code) => OWN[code].status === status);
}

export type Problem = {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  parameter?: string;
};

/** A refusal of the API with what is at fault in it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ApiProblemCode;
  readonly parameter: string | undefined;

  constructor(code: ApiProblemCode, detail: string, parameter?: string) {
    super(detail);
    this.code = code;
    this.parameter = parameter;
  }

  get status(): HttpStatus {
    return OWN[this.code].status;
  }

  /** The document that the program gets (RFC 9457). */
  document(requestId: string): Problem {
    return {
      type: 'about:blank',
      title: OWN[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      requestId,
      ...(this.parameter !== undefined && { parameter: this.parameter }),
    };
  }
}

export function parameterProblem(parameter: string, detail: string): ApiProblem {
  return new ApiProblem('bad_parameter', `${parameter}: ${detail}.`, parameter);
}
