export type LoggedError = {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: LoggedError;
};

/**
 * What a log may hold of an error (pino's `err` serializer). Database errors carry the statement's parameters and the
 * offending row, which may be addresses, answers and tokens: only the statement, the constraint and the code stay.
 */
export function logError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error' };
  const { code, query, constraint_name: constraint } = error as Error & Record<string, unknown>;
  const message = typeof query === 'string' ? withoutValues(error, query, constraint) : error.message;
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message,
    ...(typeof code === 'string' && { code }),
    stack: frames(error.stack),
    ...(error.cause instanceof Error && { cause: logError(error.cause) }),
  };
}

function withoutValues(error: Error, query: string, constraint: unknown): string {
  if (error.message.startsWith('Failed query')) return `Failed query: ${query}`;
  // PostgreSQL quotes constraint and column names here; values stand in `detail`, or in messages on bad input.
  const safe = error.message.replace(/: "[^"]*"$/, '');
  return typeof constraint === 'string' && !safe.includes(constraint) ? `${safe} (${constraint})` : safe;
}

/** The calls without the message, which the stack begins with. */
function frames(stack: string | undefined): string {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
