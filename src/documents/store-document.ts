import { createHmac, randomBytes } from 'node:crypto';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { documents } from '../db/schema/documents.ts';
import { invariant } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { checkDocument } from './rules.ts';
import type { DocumentFacts, DocumentRefusal, UploadedFile } from './types.ts';

const SALT_BYTES = 32;

/** Keeps a file for an agency, in the transaction of what it is attached to, with audit. */
export async function storeDocument(
  tx: Tx,
  input: { agencyId: number; staffId: number; file: UploadedFile | null; now: Date },
): Promise<{ ok: true; document: DocumentFacts } | { ok: false; reason: DocumentRefusal }> {
  const checked = checkDocument(input.file);
  if (!checked.ok) return checked;
  const { name, mediaType, content } = checked;
  const sha256 = sha256Hex(content);
  const salt = randomBytes(SALT_BYTES);
  const facts = { name, mediaType, bytes: content.length, sha256, commitment: commitmentOf(salt, sha256) };
  const [row] = await tx
    .insert(documents)
    .values({ ...facts, agencyId: input.agencyId, content, salt, addedBy: input.staffId, addedAt: input.now })
    .returning({ id: documents.id });
  invariant(row, 'a document was inserted');
  await recordAudit(tx, {
    at: input.now,
    agencyId: input.agencyId,
    actorKind: 'staff',
    actorId: input.staffId,
    action: 'document.added',
    subjectType: 'document',
    subjectId: row.id,
    details: { commitment: facts.commitment, mediaType, bytes: facts.bytes },
  });
  return { ok: true, document: { id: row.id, ...facts, addedAt: input.now, removedAt: null } };
}

/** Binds the log to a file without telling anything of it: without the salt nobody can try files against it. */
export function commitmentOf(salt: Buffer, sha256: string): string {
  return createHmac('sha256', salt).update(sha256).digest('hex');
}
