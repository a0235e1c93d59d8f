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
