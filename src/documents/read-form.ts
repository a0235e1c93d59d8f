import type { FastifyRequest } from 'fastify';
import { DOCUMENT_MAX_BYTES, type UploadedFile } from './types.ts';

/** A file above the limit is cut here and refused by checkDocument, so that the form comes back with what was typed. */
export const DOCUMENT_UPLOAD = { maxBytes: DOCUMENT_MAX_BYTES + 1, maxFields: 60 };

/**
 * Reads a multipart form with at most one file, for routes inside `registerUploads(app, DOCUMENT_UPLOAD, ...)`. Fields go to parseForm like
 * any form's; a file field that was left empty is null.
 */
export async function readDocumentForm(
  request: FastifyRequest,
): Promise<{ body: Record<string, string | string[]>; file: UploadedFile | null }> {
  const body: Record<string, string | string[]> = {};
  let file: UploadedFile | null = null;
  if (!request.isMultipart()) {
    const sent = (request.body ?? {}) as Record<string, string | string[]>;
    return { body: sent, file };
  }
  for await (const part of request.parts({ throwFileSizeLimit: false } as object)) {
    if (part.type === 'file') {
      const content = await readCut(part.file);
      if (part.filename || content.length > 0) file = { name: part.filename ?? '', content };
    } else {
      const value = String(part.value ?? '');
      const before = Object.hasOwn(body, part.fieldname) ? body[part.fieldname] : undefined;
      body[part.fieldname] = before === undefined ? value : [before, value].flat();
    }
  }
  return { body, file };
}

/** Everything up to the limit; busboy drops the rest by itself. */
async function readCut(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
