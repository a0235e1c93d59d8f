/** What may be kept, told by the content and never by what the browser says. */
export const MEDIA_TYPES = [
  'application/pdf',
  'image/png',
  'image/jpeg',
  'text/plain',
  'message/rfc822',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** The most that one file may hold. */
export const DOCUMENT_MAX_BYTES = 10 * 1024 * 1024;

export const DOCUMENT_REFUSALS = ['missing', 'empty', 'too_large', 'type_not_allowed', 'damaged'] as const;
export type DocumentRefusal = (typeof DOCUMENT_REFUSALS)[number];

/** A file as a form brought it, before anything is believed of it. */
export type UploadedFile = { name: string; content: Buffer };

/** What is told of a stored file wherever it is attached. */
export type DocumentFacts = {
  id: number;
  name: string;
  mediaType: MediaType;
  bytes: number;
  sha256: string;
  /** HMAC-SHA-256 of the file's hash under a salt of its own: what the audit log holds of it. */
  commitment: string;
  addedAt: Date;
  /** The content was deleted by a retention rule; what was attached to it stays. */
  removedAt: Date | null;
};
