import { desc, eq, gte } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { evidenceSeals } from '../db/schema/evidence.ts';
import { logCheckpoints, logWitnessMails } from '../db/schema/ledger.ts';
import type { Deps } from '../deps.ts';
import { noteVerifierKey } from '../lib/signed-note.ts';
import { findLastCheckpoint, type StoredCheckpoint } from './make-checkpoint.ts';
import { ledgerPaths } from './paths.ts';
import { listSigningKeys } from './signing-keys.ts';

/** Unless something was frozen, which is told at once. */
export const TELL_EVERY_MS = 24 * 60 * 60 * 1000;

/**
 * Mails the last checkpoint to the witness, when there is one and it was not told of it yet. The later commits to all
 * before it, so none in between is missed. Told twice at worst.
 */
export async function tellWitness(deps: Pick<Deps, 'db' | 'clock' | 'config' | 'mailer'>): Promise<boolean> {
  const to = deps.config.witnessAddress;
  const checkpoint = to === null ? null : await findLastCheckpoint(deps.db);
  if (to === null || !checkpoint) return false;
  const now = deps.clock.now();
  const [told] = await deps.db
    .select({ size: logCheckpoints.size, origin: logCheckpoints.origin, sentAt: logWitnessMails.sentAt })
    .from(logWitnessMails)
    .innerJoin(logCheckpoints, eq(logCheckpoints.id, logWitnessMails.checkpointId))
    .orderBy(desc(logWitnessMails.id))
    .limit(1);
  if (told?.size === checkpoint.size && told.origin === checkpoint.origin) return false;
  const isRecent = told && now.getTime() - told.sentAt.getTime() < TELL_EVERY_MS;
  if (isRecent && !(await wasFrozenSince(deps.db, told.size))) return false;
  const keys = await listSigningKeys(deps.db);
  const signer = keys.find(({ kid }) => kid === checkpoint.kid)!;
  const verifierKey = noteVerifierKey(checkpoint.origin, signer.publicKey);
  await deps.mailer.send({
    messageId: `checkpoint-${checkpoint.size}-${checkpoint.id}@${deps.config.messageIdDomain}`,
    date: now,
    from: { name: 'Countersign', address: `transparency@${deps.config.messageIdDomain}` },
    to: { address: to },
    language: 'en',
    subject: `Log checkpoint: ${checkpoint.size} entries`,
    ...witnessMail(deps.config.publicUrl, checkpoint, verifierKey),
  });
  await deps.db.insert(logWitnessMails).values({ checkpointId: checkpoint.id, sentAt: now });
  return true;
}

async function wasFrozenSince(db: Db, size: number): Promise<boolean> {
  const [row] = await db
    .select({ id: evidenceSeals.snapshotId })
    .from(evidenceSeals)
    .where(gte(evidenceSeals.leafIndex, size))
    .limit(1);
  return row !== undefined;
}

function witnessMail(publicUrl: string, { note, size }: StoredCheckpoint, verifierKey: string) {
  const url = `${publicUrl}${ledgerPaths.transparency}`;
  const before = [
    `This is a signed checkpoint of the log in which ${publicUrl} records what it does: ${size} entries so far.`,
    'Please keep this mail. Nobody, not even the people who run the server, can rewrite what was logged before it without contradicting it.',
    'Nothing else needs doing. To check the log against it one day, save this mail as a file and give it to: countersign verify-log --witness FILE',
  ];
  const text = [...before, 'The checkpoint:', note, `The key that signed it: ${verifierKey}`, url].join(
    '\n\n',
  );
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log checkpoint</title></head><body>',
    ...before.map((line) => `<p>${escapeHtml(line)}</p>`),
    `<h1>The checkpoint</h1><pre>${escapeHtml(note)}</pre>`,
    `<p>The key that signed it: <code>${escapeHtml(verifierKey)}</code></p>`,
    `<p><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p></body></html>`,
  ].join('\n');
  return { text: `${text}\n`, html };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
