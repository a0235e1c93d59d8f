import type { Tx } from '../db/client.ts';
import { invariant } from '../lib/errors.ts';
import { storeDocument } from './store-document.ts';
import type { UploadedFile } from './types.ts';

/** Keeps a file that a form has checked already, and tells its id; null where there is none. */
export async function keepDocument(
  tx: Tx,
  input: { agencyId: number; staffId: number; file: UploadedFile | null; now: Date },
): Promise<number | null> {
  if (input.file === null) return null;
  const stored = await storeDocument(tx, input);
  invariant(stored.ok, 'the form has checked the document');
  return stored.document.id;
}
