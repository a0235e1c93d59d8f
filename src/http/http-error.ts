import { STATUS_CODES } from 'node:http';

/** A refusal that only HTTP knows of: no session, too many requests. Refusals of the domain are `DomainError`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: HttpStatus;

  constructor(statusCode: HttpStatus) {
    super(`HTTP ${statusCode}`);
    this.statusCode = statusCode;
  }
}

/** Every status that an error page or problem document can have. */
export const HTTP_STATUSES = [
  400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 414, 415, 422, 428, 429, 431, 500, 503,
] as const;
export type HttpStatus = (typeof HTTP_STATUSES)[number];

export function isHttpStatus(value: unknown): value is HttpStatus {
  return HTTP_STATUSES.some((status) => status === value);
}

/** The code of a problem that has no closer one, such as `not_found`. */
export function codeOfStatus(status: HttpStatus): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '_');
}
