import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { invariant } from '../lib/errors.ts';
import { hashAddress } from '../lib/tokens.ts';
import type { SuppressionReason } from './types.ts';

/**
 * From the commit on, no agency asks this address anything. Safe to repeat. The list keeps a keyed hash, so it
 * outlives the address itself.
 */
export async function suppressAddress(
  tx: Tx,
  deps: Pick<Deps, 'secrets'>,
  input: { email: string; reason: SuppressionReason; now: Date },
): Promise<void> {
  await suppressHash(tx, hashAddress(deps.secrets.suppressionKey, input.email), input.reason, input.now);
}

/**
 * What a reason takes the place of on the list. A complaint outweighs everything: with it not even what answers a person's
 * own act is sent. A person's stop, by their own link or told to staff, outweighs what others say of the address, so that it
 * outlasts a bounce that staff take back.
 */
const OUTWEIGHS: Record<SuppressionReason, readonly SuppressionReason[]> = {
  complained: ['unsubscribed', 'bounced', 'staff'],
  unsubscribed: ['bounced', 'staff'],
  staff: ['bounced'],
  bounced: [],
};

/** Returns whether the list changed: the address is new on it, or stands there from now on for a weightier reason. */
export async function suppressHash(
  tx: Tx,
  addressHash: Buffer,
  reason: SuppressionReason,
  now: Date,
): Promise<boolean> {
  const changed = await tx.execute<{ id: number }>(sql`
    insert into suppressions as s (address_hash, reason, created_at)
    values (decode(${addressHash.toString('hex')}, 'hex'), ${reason}, ${now.toISOString()}::timestamptz)
    on conflict (address_hash) where lifted_at is null do update
      set reason = excluded.reason, created_at = excluded.created_at
      where s.reason = any(${sql.param([...OUTWEIGHS[reason]])}::text[])
    returning s.id`);
  return changed.length > 0;
}

/** The same for what came back about a mail; tells which row of the list holds. */
export async function suppressForReceipt(
  tx: Tx,
  addressHash: Buffer,
  reason: SuppressionReason,
  now: Date,
): Promise<{ id: number; changed: boolean }> {
  const changed = await suppressHash(tx, addressHash, reason, now);
  const [row] = await tx.execute<{ id: number }>(sql`
    select id from suppressions
    where address_hash = decode(${addressHash.toString('hex')}, 'hex') and lifted_at is null`);
  invariant(row, 'an address on the list has its row');
  return { id: Number(row.id), changed };
}

type Link = { contact_id: number | null; address_hash: Buffer };

/** Acts on the link of an unsubscribe header or page: true when the token is one of ours, however often it comes. */
export async function stopMails(
  deps: Pick<Deps, 'db' | 'clock'>,
  tokenHash: Buffer,
): Promise<{ known: boolean }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const link = await findLink(tx, tokenHash);
    if (!link) return { known: false };
    if (await suppressHash(tx, link.address_hash, 'unsubscribed', now)) {
      await audit(tx, link, 'contact.unsubscribed', now);
    }
    return { known: true };
  });
}

/** Takes back a person's own stop; one that has another cause (a complaint, a dead address, staff) stays. */
export async function resumeMails(
  deps: Pick<Deps, 'db' | 'clock'>,
  tokenHash: Buffer,
): Promise<{ known: boolean }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const link = await findLink(tx, tokenHash);
    if (!link) return { known: false };
    const lifted = await tx.execute<{ id: number }>(sql`
      update suppressions set lifted_at = ${now.toISOString()}::timestamptz, lifted_how = 'person'
      where address_hash = decode(${link.address_hash.toString('hex')}, 'hex') and lifted_at is null
        and reason = 'unsubscribed'
      returning id`);
    if (lifted.length > 0) await audit(tx, link, 'contact.resumed', now);
    return { known: true };
  });
}

async function findLink(tx: Tx, tokenHash: Buffer): Promise<Link | null> {
  const [link] = await tx.execute<Link>(sql`
    select contact_id, address_hash from unsubscribe_links
    where token_hash = decode(${tokenHash.toString('hex')}, 'hex')`);
  return link ?? null;
}

async function audit(tx: Tx, link: Link, action: string, now: Date): Promise<void> {
  await recordAudit(tx, {
    at: now,
    agencyId: null,
    actorKind: 'employer',
    actorId: link.contact_id,
    action,
    subjectType: 'contact',
    subjectId: link.contact_id,
  });
}
