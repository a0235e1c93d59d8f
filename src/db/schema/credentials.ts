import { boolean, check, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { CREDENTIAL_STATES } from '../../credentials/types.ts';
import { at, id, oneOf, ref } from './types.ts';

export const issuers = pgTable('issuers', {
  id: id(),
  name: text('name').notNull(),
  nameKey: text('name_key').notNull().unique(),
  website: text('website'),
  /** Registrable domain; an employer that owns it is the issuer. */
  domain: text('domain'),
});

export const credentials = pgTable(
  'credentials',
  {
    id: id(),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    nameKey: text('name_key').notNull(),
    version: text('version').notNull().default(''),
    issuerId: ref('issuer_id')
      .notNull()
      .references(() => issuers.id),
    /** Credential Transparency Identifier (ce-<uuid v4>), where the credential has one. */
    // PostgreSQL keeps the name ctid to itself.
    ctid: text('ctdl_ctid').unique(),
    credentialType: text('credential_type').notNull().default('Certification'),
    /** Career Clusters framework of 2024. */
    cluster: text('cluster').notNull().default(''),
    /** NAICS 2017 codes or prefixes of the industries that hire for it. */
    naicsPrefixes: text('naics_prefixes').array().notNull(),
    /** About one maker's own product. Some states treat such credentials apart. */
    vendorSpecific: boolean('vendor_specific').notNull().default(false),
    stateCode: text('state_code'),
    url: text('url'),
    description: text('description').notNull().default(''),
    state: text('state', { enum: CREDENTIAL_STATES }).notNull().default('active'),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    check('credentials_state', oneOf(t.state, CREDENTIAL_STATES)),
    uniqueIndex('credentials_identity').on(t.issuerId, t.nameKey, t.version),
    index().on(t.nameKey),
  ],
);
