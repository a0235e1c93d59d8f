import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { DOCUMENT_MAX_BYTES, MEDIA_TYPES } from '../../documents/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { at, bytea, id, oneOf, ref } from './types.ts';

/** Files that staff attach: letters, notes, artifacts. Never changed; a retention rule may take the content away. */
export const documents = pgTable(
  'documents',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    name: text('name').notNull(),
    mediaType: text('media_type', { enum: MEDIA_TYPES }).notNull(),
    bytes: integer('bytes').notNull(),
    /** Of the content, in lower-case hexadecimal digits. It stays when the content is gone, and tells a copy by it. */
    sha256: text('sha256').notNull(),
    content: bytea('content'),
    /** Ties the hash to the commitment in the log, and says nothing else. */
    salt: bytea('salt'),
    commitment: text('commitment').notNull(),
    addedBy: ref('added_by')
      .notNull()
      .references(() => staffMembers.id),
    addedAt: at('added_at').notNull(),
    removedAt: at('removed_at'),
  },
  (t) => [
    check('documents_media_type', oneOf(t.mediaType, MEDIA_TYPES)),
    check('documents_bytes', sql`${t.bytes} between 1 and ${sql.raw(String(DOCUMENT_MAX_BYTES))}`),
    check('documents_content', sql`(${t.content} is null) = (${t.removedAt} is not null)`),
    check('documents_salt', sql`${t.salt} is not null or ${t.removedAt} is not null`),
    check('documents_whole', sql`${t.content} is null or octet_length(${t.content}) = ${t.bytes}`),
    check('documents_forgotten', sql`${t.removedAt} is null or ${t.name} = ''`),
    index().on(t.agencyId),
  ],
);
