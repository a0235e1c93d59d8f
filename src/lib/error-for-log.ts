/** What a log may say of an error: where and of what kind, never the values that a statement carried. */
export type LoggedError = {
  type: string;
  message: string;
  code?: string;
  constraint?: string;
  table?: string;
  stack: string;
  cause?: LoggedError;
};

/**
 * drizzle puts a statement and its parameters into the message of a failed query, and PostgreSQL quotes values in
 * some of its own: addresses and answers. Both are left out; the code, table and constraint say what is needed.
 */
export function errorForLog(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error', stack: '' };
  const fields = error as Error & Record<string, unknown>;
  const message = hasStatement(fields)
    ? 'a database statement failed'
    : isFromPostgres(fields)
      ? 'PostgreSQL refused a statement'
      : error.message;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    message,
    ...textFields(fields, { code: 'code', constraint: 'constraint_name', table: 'table_name' }),
    stack: frames.join('\n'),
    ...(error.cause !== undefined && depth < 5 ? { cause: errorForLog(error.cause, depth + 1) } : {}),
  };
}

function hasStatement(error: Record<string, unknown>): boolean {
  return typeof error.query === 'string' && 'params' in error;
}

function isFromPostgres(error: Record<string, unknown>): boolean {
  return typeof error.severity === 'string' && typeof error.code === 'string';
}

function textFields<K extends string>(error: Record<string, unknown>, names: Record<K, string>) {
  const found: Partial<Record<K, string>> = {};
  for (const [key, name] of Object.entries(names) as [K, string][]) {
    const value = error[name];
    if (typeof value === 'string') found[key] = value;
  }
  return found;
}
