export type EmbeddedPostgresFault =
  | 'no_binaries'
  | 'no_account'
  | 'folder_unusable'
  | 'other_version'
  | 'port_taken'
  | 'disk_full'
  | 'in_use'
  | 'password_lost'
  | 'start_failed';

/** The embedded database cannot start. The message is written for the person at the terminal and says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly fault: EmbeddedPostgresFault;

  constructor(fault: EmbeddedPostgresFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}

export const USE_ANOTHER_DATABASE =
  'Or set DATABASE_URL to a PostgreSQL server (15 or newer) and the embedded one is not needed.';

/** The sentence for a full disk, from whichever layer met it first. */
export function diskFull(folder: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'disk_full',
    `The disk that holds ${folder} is full, so the embedded database could not start. Nothing that was saved is lost. ` +
      'Free some space (a new database needs about 300 MB) and start again, or choose a folder on another disk.',
    cause,
  );
}

export function isDiskFull(problem: unknown): boolean {
  if (typeof problem === 'string') return /No space left on device|Disk quota exceeded/i.test(problem);
  const code = (problem as { code?: unknown } | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
