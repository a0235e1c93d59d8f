import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { and, eq } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { importParts } from '../db/schema/employers.ts';
import { DomainError } from '../lib/errors.ts';

const PART_BYTES = 1024 * 1024;

/** Uploads lie in the data folder until they are imported or cancelled, under names that nobody else chose. */
function uploadPath(dataDir: string, storedAs: string): string {
  return join(uploadFolder(dataDir), storedAs);
}

export function uploadFolder(dataDir: string): string {
  return join(dataDir, 'uploads');
}

/** The stream was cut at its limit. */
export class UploadTooLarge extends Error {
  override readonly name = 'UploadTooLarge';
}

/** Streams an upload to disk. A stream that fails, as one above its limit does, leaves no file. */
export async function storeUpload(
  dataDir: string,
  stream: Readable,
): Promise<{ storedAs: string; path: string }> {
  const storedAs = randomBytes(16).toString('hex');
  const path = uploadPath(dataDir, storedAs);
  await mkdir(uploadFolder(dataDir), { recursive: true, mode: 0o700 });
  try {
    await pipeline(stream, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    // Multipart streams end quietly at their limit and only say so here.
    if ('truncated' in stream && stream.truncated) throw new UploadTooLarge();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { storedAs, path };
}

/** Puts the file beside its import into the database, a part at a time, for servers that have another disk. */
export async function shareUpload(tx: Tx, importId: number, path: string): Promise<void> {
  let part = 0;
  for await (const content of createReadStream(path, { highWaterMark: PART_BYTES })) {
    await tx.insert(importParts).values({ importId, part, content: content as Buffer });
    part += 1;
  }
}

/**
 * Where the file of an import lies on this machine, fetched from the database if another server took it in. Throws
 * `upload_gone` when it is in neither place.
 */
export async function openUpload(
  db: Db,
  dataDir: string,
  { id, storedAs, bytes }: { id: number; storedAs: string; bytes: number },
): Promise<string> {
  const path = uploadPath(dataDir, storedAs);
  if (await hasSize(path, bytes)) return path;
  await mkdir(uploadFolder(dataDir), { recursive: true, mode: 0o700 });
  // Two requests may fetch it at once: each writes a file of its own, and the last one's name holds.
  const own = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await pipeline(Readable.from(readParts(db, id)), createWriteStream(own, { mode: 0o600, flags: 'wx' }));
    if (!(await hasSize(own, bytes))) throw new DomainError('upload_gone');
    await rename(own, path);
  } finally {
    await rm(own, { force: true });
  }
  return path;
}

async function* readParts(db: Db, importId: number): AsyncGenerator<Buffer> {
  for (let part = 0; ; part += 1) {
    const [row] = await db
      .select({ content: importParts.content })
      .from(importParts)
      .where(and(eq(importParts.importId, importId), eq(importParts.part, part)));
    if (!row) return;
    yield row.content;
  }
}

/** Forgets the shared file within the change that ends its import. */
export async function forgetUpload(tx: Tx, importId: number): Promise<void> {
  await tx.delete(importParts).where(eq(importParts.importId, importId));
}

export async function removeUpload(dataDir: string, storedAs: string): Promise<void> {
  await rm(uploadPath(dataDir, storedAs), { force: true });
}

async function hasSize(path: string, bytes: number): Promise<boolean> {
  return stat(path).then(
    (file) => file.size === bytes,
    () => false,
  );
}
