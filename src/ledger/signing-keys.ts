import type { KeyObject } from 'node:crypto';
import { asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { auditEvents } from '../db/schema/agencies.ts';
import { signingKeys } from '../db/schema/ledger.ts';
import type { Deps } from '../deps.ts';
import { generateSigningKey, type PublicKey, publicKeyOf } from '../lib/ed25519.ts';
import { CommandError } from '../lib/told-errors.ts';
import { readKeyFile, writeKeyFile } from './key-files.ts';
import { currentKey, type SigningKey } from './rules/keys.ts';

const KEYS_LOCK = 7_245_011;

export type Signer = { kid: string; privateKey: KeyObject; publicKey: PublicKey };

/** Every key that ever signed here, oldest first: old ones stay for what they signed. */
export async function listSigningKeys(db: Db): Promise<SigningKey[]> {
  return db
    .select({
      kid: signingKeys.kid,
      publicKey: signingKeys.publicKey,
      notBefore: signingKeys.notBefore,
      retiredAt: signingKeys.retiredAt,
    })
    .from(signingKeys)
    .orderBy(asc(signingKeys.notBefore), asc(signingKeys.createdAt));
}

/**
 * The key that signs now, made at the first use. Null when its private half is not on this machine: then another one
 * signs, or somebody brings it here; a second key is never made by itself.
 */
export async function openSigner(deps: Pick<Deps, 'db' | 'clock' | 'config'>): Promise<Signer | null> {
  const now = deps.clock.now();
  const current =
    currentKey(await listSigningKeys(deps.db), now) ??
    (await addKey(deps, { notBefore: now, onlyFirst: true, actor: null }));
  const privateKey = readKeyFile(deps.config.signingKeysDir, current.kid);
  return privateKey && { kid: current.kid, privateKey, publicKey: current.publicKey };
}

/**
 * Makes the next key, which signs from `startsAt` on; the one before signs until then. Both are published at once, so
 * that whoever checks knows the new one before it signs. What was signed before stays valid.
 */
export async function rotateKeys(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { startsAt: Date },
): Promise<SigningKey> {
  const now = deps.clock.now();
  const coming = (await listSigningKeys(deps.db)).find(({ notBefore }) => notBefore > now);
  if (coming) {
    throw new CommandError(
      `the key ${coming.kid} already waits to take over on ${coming.notBefore.toISOString()}`,
    );
  }
  return addKey(deps, { notBefore: input.startsAt, onlyFirst: false, actor: 'system' });
}

async function addKey(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { notBefore: Date; onlyFirst: boolean; actor: 'system' | null },
): Promise<SigningKey> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${KEYS_LOCK})`);
    const before = currentKey(await listSigningKeys(tx), input.notBefore);
    if (before && input.onlyFirst) return before;
    const privateKey = generateSigningKey();
    const kid = writeKeyFile(deps.config.signingKeysDir, privateKey);
    const key = { kid, publicKey: publicKeyOf(privateKey), notBefore: input.notBefore, retiredAt: null };
    if (before) {
      await tx.update(signingKeys).set({ retiredAt: input.notBefore }).where(eq(signingKeys.kid, before.kid));
    }
    await tx.insert(signingKeys).values({ ...key, createdAt: now });
    // agencies/record-audit.ts stands to the right of this feature.
    await tx.insert(auditEvents).values({
      at: now,
      agencyId: null,
      actorKind: 'system',
      actorId: null,
      action: before ? 'signing_key.rotated' : 'signing_key.made',
      subjectType: 'signing_key',
      subjectId: null,
      details: { kid, notBefore: input.notBefore.toISOString(), before: before?.kid ?? null },
    });
    return key;
  });
}
