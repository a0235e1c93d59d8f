import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { ApiScope } from '../agencies/types.ts';
import { apiKeys } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { hashToken, randomToken } from '../lib/tokens.ts';
import { writeApiKey } from './rules.ts';

const DAY_MS = 86_400_000;

/** A new key of an agency. Its text is returned this once; the database keeps its SHA-256. */
export async function createApiKey(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; name: string; scopes: readonly ApiScope[]; days: number },
): Promise<{ keyId: number; key: string; expiresAt: Date }> {
  const now = deps.clock.now();
  const { key, prefix } = writeApiKey(randomToken());
  const expiresAt = new Date(now.getTime() + input.days * DAY_MS);
  return deps.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(apiKeys)
      .values({
        agencyId: input.agencyId,
        name: input.name,
        prefix,
        keyHash: hashToken(key),
        scopes: [...new Set(input.scopes)],
        createdBy: input.staffId,
        createdAt: now,
        expiresAt,
      })
      .returning({ id: apiKeys.id });
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'api_key.created',
      subjectType: 'api_key',
      subjectId: row!.id,
      details: { scopes: input.scopes, expiresAt: expiresAt.toISOString() },
    });
    return { keyId: row!.id, key, expiresAt };
  });
}

/** Ends a key at once. To rotate, make the new one first: both work until this. */
export async function revokeApiKey(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; keyId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [row] = await tx
      .update(apiKeys)
      .set({ revokedAt: now })
      .where(
        and(eq(apiKeys.id, input.keyId), eq(apiKeys.agencyId, input.agencyId), isNull(apiKeys.revokedAt)),
      )
      .returning({ id: apiKeys.id });
    if (!row) throw new DomainError('not_found');
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'api_key.revoked',
      subjectType: 'api_key',
      subjectId: row.id,
    });
  });
}
