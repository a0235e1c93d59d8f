/** A server that the settings name cannot be used. The message is for the person who starts the program. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

const WHY: Record<string, string> = {
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'it does not answer',
  CONNECT_TIMEOUT: 'it does not answer',
  EHOSTUNREACH: 'it cannot be reached',
  ECONNRESET: 'it hung up',
  '28P01': 'it refuses the user name or password',
  '28000': 'it does not let this user in',
  '3D000': 'it has no database of that name',
  '57P03': 'it is starting or stopping',
  '53300': 'it takes no more connections',
  '42501': 'this user may not create what is needed there',
};

/** The error in words when a first connection failed for a known reason, else the error itself. Never the password. */
export function explainConnection(
  error: unknown,
  setting: 'DATABASE_URL' | 'REDIS_URL',
  url: string,
): unknown {
  const why = reason(error);
  if (!why) return error;
  const { hostname, port, pathname } = new URL(url);
  const server = setting === 'DATABASE_URL' ? 'PostgreSQL' : 'Redis';
  const place = `${hostname}${port && `:${port}`}${setting === 'DATABASE_URL' ? pathname : ''}`;
  return new ConnectionError(`${server} at ${place} cannot be used: ${why}. Check ${setting}.`, {
    cause: error,
  });
}

function reason(error: unknown): string | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code && Object.hasOwn(WHY, code)) return WHY[code]!;
    if (/^(WRONGPASS|NOAUTH)/.test(message)) return 'it refuses the password';
    if (/^No answer|ETIMEDOUT|timeout exceeded/.test(message)) return 'it does not answer';
    if (cause instanceof AggregateError) return cause.errors.map(reason).find(Boolean) ?? null;
  }
  return null;
}
