import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Uploads lie in the data folder until they are imported or cancelled, under names that nobody else chose. */
export function uploadPath(dataDir: string, storedAs: string): string {
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

export async function removeUpload(dataDir: string, storedAs: string): Promise<void> {
  await rm(uploadPath(dataDir, storedAs), { force: true });
}

export async function uploadExists(dataDir: string, storedAs: string): Promise<boolean> {
  return stat(uploadPath(dataDir, storedAs)).then(
    () => true,
    () => false,
  );
}
