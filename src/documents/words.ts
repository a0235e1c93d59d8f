import { DOCUMENT_MAX_BYTES, type DocumentRefusal, type MediaType } from './types.ts';

const MEGABYTES = DOCUMENT_MAX_BYTES / 1024 / 1024;

export const DOCUMENT_HINT = `PDF, PNG, JPEG, Word (.docx), plain text or a saved mail (.eml), at most ${MEGABYTES} MB`;

export const REFUSAL_WORDS: Record<DocumentRefusal, string> = {
  missing: 'Choose a file',
  empty: 'The file is empty. Choose another one',
  too_large: `The file must be ${MEGABYTES} MB or smaller`,
  type_not_allowed: 'The file must be a PDF, PNG, JPEG, Word (.docx) without macros, .txt or .eml',
  damaged: 'The file is cut off or damaged. Save or scan it again',
};

export const MEDIA_TYPE_WORDS: Record<MediaType, string> = {
  'application/pdf': 'PDF',
  'image/png': 'PNG image',
  'image/jpeg': 'JPEG image',
  'text/plain': 'Text',
  'message/rfc822': 'Mail',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word',
};

/** "letter.pdf (PDF, 120 KB)", as links to files read. */
export function documentText(file: { name: string; mediaType: MediaType; bytes: number }): string {
  return `${file.name} (${MEDIA_TYPE_WORDS[file.mediaType]}, ${sizeText(file.bytes)})`;
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
