import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { documents } from '../db/schema/documents.ts';
import type { DocumentFacts } from './types.ts';

const FACTS = {
  id: documents.id,
  name: documents.name,
  mediaType: documents.mediaType,
  bytes: documents.bytes,
  sha256: documents.sha256,
  commitment: documents.commitment,
  addedAt: documents.addedAt,
  removedAt: documents.removedAt,
};

/** What is told of some files of one agency, without their content. */
export async function listDocuments(
  db: Db,
  agencyId: number,
  ids: readonly number[],
): Promise<DocumentFacts[]> {
  if (ids.length === 0) return [];
  return db
    .select(FACTS)
    .from(documents)
    .where(and(eq(documents.agencyId, agencyId), inArray(documents.id, [...ids])))
    .orderBy(asc(documents.id));
}

export async function findDocumentContent(
  db: Db,
  agencyId: number,
  id: number,
): Promise<(DocumentFacts & { content: Buffer | null }) | null> {
  const [row] = await db
    .select({ ...FACTS, content: documents.content })
    .from(documents)
    .where(and(eq(documents.agencyId, agencyId), eq(documents.id, id)));
  return row ?? null;
}
