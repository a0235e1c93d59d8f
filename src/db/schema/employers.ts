import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import {
  CONTACT_STATES,
  DUPLICATE_STATES,
  IDENTITY_REQUEST_KINDS,
  IDENTITY_REQUEST_STATES,
  LANGUAGES,
} from '../../employers/types.ts';
import { IMPORT_KINDS, IMPORT_STATES, OPEN_IMPORT_STATES } from '../../imports/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { at, bytea, id, oneOf, presentExactlyIn, ref } from './types.ts';

export const employers = pgTable(
  'employers',
  {
    id: id(),
    legalName: text('legal_name').notNull(),
    /** The name without case, punctuation and legal form: what records are matched by. */
    nameKey: text('name_key').notNull(),
    dba: text('dba'),
    /** Nine digits. Never published, never in evidence. */
    fein: text('fein'),
    externalId: text('external_id'),
    address: text('address').notNull().default(''),
    addressKey: text('address_key').notNull().default(''),
    city: text('city').notNull().default(''),
    state: text('state').notNull().default(''),
    zip: text('zip').notNull().default(''),
    county: text('county').notNull().default(''),
    /** Five digits of the county, by the vintage of src/data/counties-2022.csv. */
    countyFips: text('county_fips'),
    /** Workforce area or other region, in the agency's own words. */
    region: text('region').notNull().default(''),
    phone: text('phone').notNull().default(''),
    naicsCode: text('naics_code'),
    legalForm: text('legal_form').notNull().default(''),
    jobs: integer('jobs'),
    /** IANA zone where it differs from the agency's. */
    timeZone: text('time_zone'),
    mergedIntoId: ref('merged_into_id').references((): AnyPgColumn => employers.id),
    /**
     * The counting unit: the lowest employer id among the records that count as one (merged records and
     * records with an open duplicate proposal between them). Kept by refreshCountingUnits; a trigger gives a new
     * record its own id.
     */
    unitId: ref('unit_id').notNull().default(0),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('employers_fein').on(t.fein).where(sql`${t.fein} is not null and ${t.mergedIntoId} is null`),
    uniqueIndex('employers_external_id').on(t.externalId).where(sql`${t.externalId} is not null`),
    check('employers_fein_digits', sql`${t.fein} ~ '^[0-9]{9}$'`),
    check('employers_county_fips', sql`${t.countyFips} ~ '^[0-9]{5}$'`),
    check('employers_not_merged_into_itself', sql`${t.mergedIntoId} <> ${t.id}`),
    index('employers_match').on(t.nameKey, t.zip),
    index('employers_fein_merged').on(t.fein).where(sql`${t.mergedIntoId} is not null`),
    index('employers_merged_into').on(t.mergedIntoId).where(sql`${t.mergedIntoId} is not null`),
    index().on(t.unitId),
    index().on(t.naicsCode),
    index().on(t.city),
  ],
);

export const employerAliases = pgTable(
  'employer_aliases',
  {
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    name: text('name').notNull(),
    nameKey: text('name_key').notNull(),
  },
  (t) => [primaryKey({ columns: [t.employerId, t.nameKey] }), index().on(t.nameKey)],
);

export const employerDomains = pgTable(
  'employer_domains',
  {
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    domain: text('domain').notNull(),
  },
  (t) => [primaryKey({ columns: [t.employerId, t.domain] }), index().on(t.domain)],
);

/** Where an employer works: counted apart only by policies whose unit is the site. */
export const employerSites = pgTable(
  'employer_sites',
  {
    id: id(),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    name: text('name').notNull(),
    nameKey: text('name_key').notNull(),
    address: text('address').notNull().default(''),
    city: text('city').notNull().default(''),
    state: text('state').notNull().default(''),
    zip: text('zip').notNull().default(''),
    county: text('county').notNull().default(''),
    countyFips: text('county_fips'),
    region: text('region').notNull().default(''),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
    closedAt: at('closed_at'),
  },
  (t) => [
    uniqueIndex('employer_sites_name').on(t.employerId, t.nameKey),
    check('employer_sites_county_fips', sql`${t.countyFips} ~ '^[0-9]{5}$'`),
  ],
);

/** A parent company with everything under it. Its name is all that must be known of the parent. */
export const employerGroups = pgTable('employer_groups', {
  id: id(),
  name: text('name').notNull(),
  nameKey: text('name_key').notNull().unique(),
  createdAt: at('created_at').notNull(),
});

/** Who belongs to a group, with times, so that a count by groups as of an earlier day can be told. */
export const employerGroupMembers = pgTable(
  'employer_group_members',
  {
    id: id(),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    groupId: ref('group_id')
      .notNull()
      .references(() => employerGroups.id),
    joinedAt: at('joined_at').notNull(),
    /** Null when an import said so. */
    joinedBy: ref('joined_by').references(() => staffMembers.id),
    leftAt: at('left_at'),
    leftBy: ref('left_by').references(() => staffMembers.id),
  },
  (t) => [
    uniqueIndex('employer_group_members_current').on(t.employerId).where(sql`${t.leftAt} is null`),
    index().on(t.groupId),
    index().on(t.employerId),
  ],
);

export const contacts = pgTable(
  'contacts',
  {
    id: id(),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    name: text('name').notNull().default(''),
    email: text('email').notNull(),
    emailKey: text('email_key').notNull().unique(),
    /** Domain of the address, for throttling and for telling own domain from free mail. */
    emailDomain: text('email_domain').notNull(),
    title: text('title').notNull().default(''),
    phone: text('phone').notNull().default(''),
    hiringAuthority: boolean('hiring_authority'),
    language: text('language', { enum: LANGUAGES }).notNull().default('en'),
    state: text('state', { enum: CONTACT_STATES }).notNull().default('active'),
    /** 'import', 'nominated' or 'staff'. */
    source: text('source').notNull().default('import'),
    /** Where the person works, when that is known: like an address it holds for all times. */
    siteId: ref('site_id').references(() => employerSites.id),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    check('contacts_state', oneOf(t.state, CONTACT_STATES)),
    check('contacts_language', oneOf(t.language, LANGUAGES)),
    index().on(t.employerId),
    index('contacts_site').on(t.siteId).where(sql`${t.siteId} is not null`),
  ],
);

export const duplicateProposals = pgTable(
  'duplicate_proposals',
  {
    id: id(),
    employerAId: ref('employer_a_id')
      .notNull()
      .references(() => employers.id),
    employerBId: ref('employer_b_id')
      .notNull()
      .references(() => employers.id),
    /** Why the two were proposed, most telling first: [{code, ...facts}]. */
    reasons: jsonb('reasons').$type<Record<string, unknown>[]>().notNull(),
    score: doublePrecision('score').notNull(),
    state: text('state', { enum: DUPLICATE_STATES }).notNull().default('open'),
    openedAt: at('opened_at').notNull(),
    /** Who named the two; null when they were found. */
    openedBy: ref('opened_by').references(() => staffMembers.id),
    decidedAt: at('decided_at'),
    decidedBy: ref('decided_by').references(() => staffMembers.id),
    decisionReason: text('decision_reason'),
  },
  (t) => [
    check('duplicate_proposals_order', sql`${t.employerAId} < ${t.employerBId}`),
    check('duplicate_proposals_state', oneOf(t.state, DUPLICATE_STATES)),
    check('duplicate_proposals_decided', sql`(${t.decidedAt} is not null) = (${t.state} <> 'open')`),
    uniqueIndex('duplicate_proposals_pair').on(t.employerAId, t.employerBId),
    index().on(t.employerBId),
    index('duplicate_proposals_open').on(t.score).where(sql`${t.state} = 'open'`),
  ],
);

/** When a pair was open before it was decided and taken up again, so that a count as of an earlier day can be told. */
export const duplicateOpenings = pgTable(
  'duplicate_openings',
  {
    id: id(),
    proposalId: ref('proposal_id')
      .notNull()
      .references(() => duplicateProposals.id),
    openedAt: at('opened_at').notNull(),
    decidedAt: at('decided_at').notNull(),
  },
  (t) => [index().on(t.proposalId)],
);

/** Taking an identity decision back, or merging against one, takes two people: one asks, another confirms. */
export const identityRequests = pgTable(
  'identity_requests',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    kind: text('kind', { enum: IDENTITY_REQUEST_KINDS }).notNull(),
    proposalId: ref('proposal_id')
      .notNull()
      .references(() => duplicateProposals.id),
    survivorId: ref('survivor_id').references(() => employers.id),
    reason: text('reason').notNull(),
    state: text('state', { enum: IDENTITY_REQUEST_STATES }).notNull().default('requested'),
    requestedBy: ref('requested_by')
      .notNull()
      .references(() => staffMembers.id),
    requestedAt: at('requested_at').notNull(),
    decidedBy: ref('decided_by').references(() => staffMembers.id),
    decidedAt: at('decided_at'),
  },
  (t) => [
    check('identity_requests_kind', oneOf(t.kind, IDENTITY_REQUEST_KINDS)),
    check('identity_requests_state', oneOf(t.state, IDENTITY_REQUEST_STATES)),
    check('identity_requests_decided', presentExactlyIn(t.decidedAt, t.state, ['confirmed', 'withdrawn'])),
    check(
      'identity_requests_two_people',
      sql`${t.state} <> 'confirmed' or (${t.decidedBy} is not null and ${t.decidedBy} <> ${t.requestedBy})`,
    ),
    uniqueIndex('identity_requests_open').on(t.proposalId).where(sql`${t.state} = 'requested'`),
  ],
);

/** Merges are kept with their times, so that a count as of an earlier day can be told. */
export const employerMerges = pgTable(
  'employer_merges',
  {
    id: id(),
    survivorId: ref('survivor_id')
      .notNull()
      .references(() => employers.id),
    mergedId: ref('merged_id')
      .notNull()
      .references(() => employers.id),
    /** The decision that merged them, so that taking it back undoes this merge and no other. */
    proposalId: ref('proposal_id').references(() => duplicateProposals.id),
    mergedAt: at('merged_at').notNull(),
    mergedBy: ref('merged_by')
      .notNull()
      .references(() => staffMembers.id),
    undoneAt: at('undone_at'),
    undoneBy: ref('undone_by').references(() => staffMembers.id),
  },
  (t) => [
    uniqueIndex('employer_merges_current').on(t.mergedId).where(sql`${t.undoneAt} is null`),
    index().on(t.survivorId),
  ],
);

export const imports = pgTable(
  'imports',
  {
    id: id(),
    kind: text('kind', { enum: IMPORT_KINDS }).notNull(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    filename: text('filename').notNull(),
    /** Name of the upload below the data folder's uploads directory; `import_parts` has it for other machines. */
    storedAs: text('stored_as').notNull(),
    bytes: ref('bytes').notNull(),
    sha256: text('sha256').notNull(),
    encoding: text('encoding'),
    delimiter: text('delimiter'),
    headers: text('headers').array(),
    mapping: jsonb('mapping').$type<Record<string, string | null>>(),
    state: text('state', { enum: IMPORT_STATES }).notNull().default('uploaded'),
    /** {rows, created, updated, unchanged, skipped, errors, warnings, duplicatesProposed} */
    counts: jsonb('counts').$type<Record<string, number>>(),
    /** What the last look at the file found: {issueCounts, samples}. */
    preview: jsonb('preview').$type<Record<string, unknown>>(),
    failure: text('failure'),
    createdBy: ref('created_by').references(() => staffMembers.id),
    createdAt: at('created_at').notNull(),
    /** When somebody said to import it; null before, and of the person where it was the command line. */
    confirmedAt: at('confirmed_at'),
    confirmedBy: ref('confirmed_by').references(() => staffMembers.id),
    /** While it is imported: how often that was begun, and how far the last try is. */
    tries: integer('tries').notNull().default(0),
    rowsDone: integer('rows_done').notNull().default(0),
    finishedAt: at('finished_at'),
  },
  (t) => [
    check('imports_kind', oneOf(t.kind, IMPORT_KINDS)),
    check('imports_state', oneOf(t.state, IMPORT_STATES)),
    // One that failed or was cancelled may have been confirmed before.
    check(
      'imports_confirmed',
      sql`case when ${oneOf(t.state, ['importing', 'imported'])} then ${t.confirmedAt} is not null
        when ${oneOf(t.state, OPEN_IMPORT_STATES)} then ${t.confirmedAt} is null else true end`,
    ),
    check('imports_confirmed_by', sql`${t.confirmedBy} is null or ${t.confirmedAt} is not null`),
    index().on(t.agencyId, t.createdAt),
  ],
);

/** The file of an import that is not over, in parts, so that whichever server is asked next can read it. */
export const importParts = pgTable(
  'import_parts',
  {
    importId: ref('import_id')
      .notNull()
      .references(() => imports.id),
    part: integer('part').notNull(),
    content: bytea('content').notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.part] })],
);

export const importIssues = pgTable(
  'import_issues',
  {
    id: id(),
    importId: ref('import_id')
      .notNull()
      .references(() => imports.id),
    line: integer('line').notNull(),
    columnName: text('column_name'),
    code: text('code').notNull(),
    severity: text('severity', { enum: ['error', 'warning'] }).notNull(),
    message: text('message').notNull(),
  },
  (t) => [index().on(t.importId, t.severity, t.line)],
);

/** A mapping that was used before, found again by the fingerprint of the header row. */
export const columnMappings = pgTable(
  'column_mappings',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    kind: text('kind', { enum: IMPORT_KINDS }).notNull(),
    headerFingerprint: text('header_fingerprint').notNull(),
    mapping: jsonb('mapping').$type<Record<string, string | null>>().notNull(),
    savedAt: at('saved_at').notNull(),
  },
  (t) => [uniqueIndex('column_mappings_fingerprint').on(t.agencyId, t.kind, t.headerFingerprint)],
);
