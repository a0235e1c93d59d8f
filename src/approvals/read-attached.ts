import type { FastifyRequest } from 'fastify';
import { readDocumentForm } from '../documents/read-form.ts';
import { checkDocument } from '../documents/rules.ts';
import type { UploadedFile } from '../documents/types.ts';
import { REFUSAL_WORDS } from '../documents/words.ts';
import { type FieldError, fieldError } from '../http/forms.ts';

/** A form to which a document may be attached: its fields, the file, and what is wrong with the file. */
export async function readAttached(
  request: FastifyRequest,
): Promise<{ body: Record<string, string | string[]>; file: UploadedFile | null; errors: FieldError[] }> {
  const { body, file } = await readDocumentForm(request);
  const checked = file === null ? null : checkDocument(file);
  const errors = checked && !checked.ok ? [fieldError('file', REFUSAL_WORDS[checked.reason])] : [];
  return { body, file, errors };
}
