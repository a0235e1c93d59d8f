import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { apiKeys } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';

export const USAGE_MS = 60_000;

/**
 * Remembers when keys were used and writes it down apart from the requests, at most once a minute a key: reading
 * through the API changes nothing, and "last used" is an access log.
 */
export function createKeyUsage(deps: Pick<Deps, 'db' | 'log'>) {
  const written = new Map<number, Date>();
  const waiting = new Map<number, Date>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const uses = [...waiting];
    waiting.clear();
    for (const [keyId, at] of uses) {
      written.set(keyId, at);
      try {
        await deps.db
          .update(apiKeys)
          .set({ lastUsedAt: at })
          .where(and(eq(apiKeys.id, keyId), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, at))));
      } catch (error) {
        deps.log.warn({ err: error, keyId }, 'last use of an API key was not written');
      }
    }
  }

  return {
    note(keyId: number, at: Date): void {
      const last = written.get(keyId);
      if (last && at.getTime() - last.getTime() < USAGE_MS) return;
      waiting.set(keyId, at);
      // An idle process may end without waiting for it; closing the app flushes.
      timer ??= setTimeout(() => void flush(), USAGE_MS / 12).unref();
    },
    flush,
  };
}
