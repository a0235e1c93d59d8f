import { z } from 'zod';
import {
  APPLICANT_KINDS,
  APPLICATION_STATES,
  DECISION_OUTCOMES,
  DECISIONS,
  LIST_KINDS,
  REVIEW_CYCLES,
} from '../approvals/types.ts';
import { CREDENTIAL_STATES } from '../credentials/types.ts';
import { EVENT_TYPES } from '../events/types.ts';
import { PACKET_FORMAT, SEALED_FORMAT } from '../evidence/rules/packet.ts';
import { REQUIREMENT_REASONS, REQUIREMENT_STATUSES } from '../evidence/types.ts';
import { PROBLEM_CODES } from './problems.ts';
import { readCursor } from './rules.ts';

/** The shapes of the API: what routes answer is checked against them in the tests, and the OpenAPI document is made from them. */

const id = z.int().positive();
const count = z.int().nonnegative();
const instant = z.iso.datetime();
const href = z.string().describe('Path on this server');
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the packet, in hexadecimal');

export const credentialSchema = z
  .strictObject({
    id,
    slug: z.string(),
    name: z.string(),
    version: z.string().describe('Empty when the issuer names none'),
    ctid: z.string().nullable().describe('Credential Transparency Identifier'),
    type: z.string(),
    cluster: z.string().describe('Career Cluster of the 2024 framework, or empty'),
    naicsPrefixes: z
      .array(z.string())
      .describe('Industries that hire for it, as NAICS 2017 codes or prefixes'),
    stateCode: z.string().nullable(),
    url: z.string().nullable(),
    state: z.enum(CREDENTIAL_STATES),
    issuer: z.strictObject({ name: z.string(), website: z.string().nullable() }),
    updatedAt: instant,
    links: z.strictObject({ self: href, validation: href }),
  })
  .describe('A credential that employers can be asked about');

const figuresSchema = z
  .strictObject({
    asked: count,
    delivered: count.describe('Asked by a mail that did not come back'),
    answered: count.describe('The sum of the seven figures that follow'),
    bothYes: count.describe('Yes to every question of the policy in one and the same answer'),
    no: count,
    notSure: count,
    notFamiliar: count,
    conflicting: count.describe('People of one employer disagree; uncounted'),
    excluded: count.describe(
      'Shown, uncounted: a conflict of interest or a way of answering that the policy does not take',
    ),
    agedOut: count,
  })
  .describe('Distinct employers, never people');

const requirementSchema = z
  .strictObject({
    status: z.enum(REQUIREMENT_STATUSES),
    required: count,
    shortfall: count,
    figures: figuresSchema,
    expiring: z
      .strictObject({ on: instant, fallsTo: count })
      .nullable()
      .describe('When the count falls below what is required unless somebody answers, and to how many'),
    reasons: z.array(z.enum(REQUIREMENT_REASONS)),
  })
  .describe('Whether the evidence is enough. Counts and no margins of error: who answers chooses to.');

export const validationSchema = z
  .strictObject({
    status: z.literal('provisional').describe('Only frozen evidence is final'),
    asOf: instant,
    credential: z.strictObject({ id, slug: z.string(), name: z.string(), ctid: z.string().nullable() }),
    list: z.strictObject({ slug: z.string(), name: z.string() }),
    policy: z.strictObject({
      name: z.string(),
      version: z.int().positive(),
      sha256,
      inWords: z.array(z.string()),
    }),
    requirement: requirementSchema,
    frozen: z
      .strictObject({
        approvalRecordId: id,
        snapshotId: id,
        sha256,
        requirementStatus: z.enum(REQUIREMENT_STATUSES),
        validUntil: instant.nullable(),
        links: z.strictObject({ approvalRecord: href, evidence: href }),
      })
      .nullable()
      .describe("Your agency's approval record in force, if there is one"),
    links: z.strictObject({ self: href, credential: href }),
  })
  .describe('The count of one credential under the policy of one list');

export const approvalRecordSchema = z
  .strictObject({
    id,
    credential: z.strictObject({ id, slug: z.string(), name: z.string(), ctid: z.string().nullable() }),
    list: z.strictObject({ slug: z.string(), name: z.string() }),
    cycle: z.strictObject({ name: z.string(), startsOn: z.iso.date(), endsOn: z.iso.date() }),
    application: z.strictObject({ id, state: z.enum(APPLICATION_STATES) }),
    requirement: z.string().describe('In words, as of the freeze'),
    requirementStatus: z.enum(REQUIREMENT_STATUSES),
    evidence: z.strictObject({
      snapshotId: id,
      sha256,
      asOf: instant,
      validUntil: instant.nullable(),
      supersedesSnapshotId: id.nullable(),
    }),
    decision: z
      .strictObject({ decision: z.enum(DECISIONS), reason: z.string(), decidedAt: instant })
      .nullable()
      .describe('Taken on the record in force'),
    createdAt: instant,
    supersededAt: instant.nullable(),
    links: z.strictObject({ self: href, evidence: href, credential: href }),
  })
  .describe('What an approval process keeps: it names frozen evidence, never a bare number');

const pageOf = <T extends z.ZodType>(item: T, what: string) =>
  z
    .strictObject({
      items: z.array(item),
      nextCursor: z.string().nullable().describe('Pass it as `cursor` for the next page; null on the last'),
    })
    .describe(`A page of ${what}, oldest first`);

export const credentialPageSchema = pageOf(credentialSchema, 'credentials');
export const approvalRecordPageSchema = pageOf(approvalRecordSchema, 'approval records');

export const listSchema = z
  .strictObject({
    slug: z.string(),
    name: z.string(),
    kind: z.enum(LIST_KINDS),
    reviewCycle: z.enum(REVIEW_CYCLES),
    agency: z.strictObject({ name: z.string(), isYours: z.boolean() }),
    policy: z.strictObject({ name: z.string(), version: z.int().positive(), sha256 }),
    cycles: z
      .array(z.strictObject({ name: z.string(), startsOn: z.iso.date(), endsOn: z.iso.date() }))
      .describe('The latest first; a cycle ends before its endsOn'),
  })
  .describe('A list: your agency’s, or a public one of another');
export const listsSchema = z
  .strictObject({ items: z.array(listSchema) })
  .describe('Every list that you may read');

export const applicationSchema = z
  .strictObject({
    id,
    state: z.enum(APPLICATION_STATES),
    credential: z.strictObject({ id, slug: z.string(), name: z.string() }),
    list: z.strictObject({ slug: z.string(), name: z.string() }),
    cycle: z.strictObject({ name: z.string(), startsOn: z.iso.date(), endsOn: z.iso.date() }),
    submittedAt: instant,
    decision: z
      .strictObject({ decision: z.enum(DECISIONS), reason: z.string(), decidedAt: instant.nullable() })
      .nullable(),
    proposal: z
      .strictObject({ id, outcome: z.enum(DECISION_OUTCOMES), proposedAt: instant })
      .nullable()
      .describe('A decision that waits for a second person'),
    links: z.strictObject({ self: href, credential: href, validation: href }),
  })
  .describe('A credential put up for a list in one of its cycles');
export const applicationPageSchema = pageOf(applicationSchema, 'applications');

export const validationsSchema = z
  .strictObject({
    status: z.literal('provisional'),
    asOf: instant,
    list: z.strictObject({ slug: z.string(), name: z.string() }),
    policy: z.strictObject({ name: z.string(), version: z.int().positive(), sha256 }),
    items: z
      .array(
        z.strictObject({
          credential: z.strictObject({ id, slug: z.string(), name: z.string(), ctid: z.string().nullable() }),
          requirement: requirementSchema,
          links: z.strictObject({ validation: href }),
        }),
      )
      .describe('In the order asked for, each credential once'),
    unknown: z.array(z.string()).describe('Which of those asked for do not exist'),
  })
  .describe('The counts of several credentials under the policy of one list');

export const changesSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        sequence: z.int().positive().describe('Place in the feed, from 1 and without gaps'),
        type: z.enum(EVENT_TYPES),
        at: instant,
        data: z
          .looseObject({ links: z.record(z.string(), href).describe('Where the things are that it names') })
          .describe('Ids, slugs, states and hashes. Read the thing itself at its address.'),
      }),
    ),
    nextCursor: z.string().describe('Pass it as `cursor` next time, also when this page was empty'),
    hasMore: z.boolean().describe('Ask again at once'),
  })
  .describe('What changed, in order, each change once');

export const decisionProposalSchema = z
  .strictObject({
    id,
    applicationId: id,
    outcome: z.enum(DECISION_OUTCOMES),
    state: z
      .literal('proposed')
      .describe('It binds nobody until a second person of your agency confirms it in the console'),
    links: z.strictObject({ application: href }),
  })
  .describe('A decision that waits for a second person');

export const linkedDataSchema = z
  .looseObject({ '@context': z.unknown(), '@graph': z.array(z.looseObject({})) })
  .describe('JSON-LD');

export const evidenceSchema = z
  .strictObject({
    format: z.enum([PACKET_FORMAT, SEALED_FORMAT]),
    packet: z
      .looseObject({})
      .describe('Everything the count was made from, so that `countersign verify` can make it again'),
    sha256: sha256.describe("SHA-256 of the packet's canonical JSON (RFC 8785)"),
    signature: z
      .string()
      .optional()
      .describe('Detached JWS (EdDSA) over that canonical JSON; the keys are at /.well-known/jwks.json'),
    proof: z.string().optional().describe('C2SP tlog-proof: the place of this packet in the log'),
  })
  .describe('A frozen packet. These bytes never change; a correction is a new packet that names this one.');

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(PROBLEM_CODES).describe('Programs tell problems apart by this; the words may change'),
    requestId: z.string(),
    parameter: z.string().optional().describe('The parameter, or the member of the body, at fault'),
  })
  .describe('A problem as RFC 9457 describes it');

const cursor = z
  .string()
  .max(64)
  .transform((text) => readCursor(text))
  .refine((after) => after !== null, 'Pass the `nextCursor` of the page before, unchanged')
  .default(0);

const limit = z.coerce
  .number('Give a whole number from 1 to 500')
  .int('Give a whole number from 1 to 500')
  .min(1, 'Give a whole number from 1 to 500')
  .max(500, 'Give a whole number from 1 to 500')
  .default(100);

const slug = z.string().max(100, 'Give the slug of a list');

/** A day is its first moment in UTC; a time names its zone. */
const asOf = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'Give a day, such as 2026-06-30, or a time with its zone, such as 2026-06-30T17:00:00Z',
  })
  .transform((text) => new Date(text));

export const credentialsQuery = z.strictObject({ cursor, limit });
export const validationQuery = z.strictObject({ list: slug, asOf: asOf.optional() });
export const approvalRecordsQuery = z.strictObject({
  cursor,
  limit,
  list: slug.optional(),
  superseded: z
    .enum(['true', 'false'], 'Give true or false')
    .default('false')
    .transform((text) => text === 'true'),
});
export const noQuery = z.strictObject({});

const words = (maximum: number) =>
  z.string().trim().min(1, 'Write something').max(maximum, `Use ${maximum} characters or fewer`);

const credentialName = z
  .union([z.string().min(1).max(200), z.int().positive()], {
    error: 'Give the slug or the id of a credential',
  })
  .transform(String)
  .describe('Slug or id of a credential');

export const feedQuery = z.strictObject({
  cursor: z
    .string()
    .max(64)
    .transform((text) => readCursor(text, 'e'))
    .refine((after) => after !== null, 'Pass the `nextCursor` of the page before, unchanged')
    .default(0),
  limit,
});
export const changesQuery = feedQuery.extend({
  type: z.enum(EVENT_TYPES, 'There is no such type').optional(),
});

export const applicationsQuery = z.strictObject({
  cursor,
  limit,
  list: slug.optional(),
  state: z.enum(APPLICATION_STATES, 'There is no such state').optional(),
});

export const applicationBody = z.strictObject({
  credential: credentialName,
  list: z.string().min(1).max(100).describe('Slug of a list of your agency'),
  cycle: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Name of a cycle of the list. Without it: the one that today lies in'),
  applicant: z
    .strictObject({ kind: z.enum(APPLICANT_KINDS, 'There is no such kind of applicant'), name: words(200) })
    .optional()
    .describe(
      'Who puts it up. Without it: your agency. An employer is named as it is on record, or by its number as #123',
    ),
});

const note = (maximum: number) => z.string().trim().max(maximum, `Use ${maximum} characters or fewer`);

export const decisionBody = z.strictObject({
  outcome: z.enum(DECISION_OUTCOMES, `Give one of ${DECISION_OUTCOMES.join(', ')}`),
  reason: words(4_000).describe('Kept with the decision; it may quote employers'),
  publicReason: note(4_000).optional().describe('What the public page says; without it, nothing'),
  conditions: note(4_000).optional(),
  decidedByBody: note(200).optional().describe('Which body decided, where the policy leaves it to one'),
});

export const MAX_VALIDATIONS = 100;
export const validationsBody = z.strictObject({
  list: z.string().min(1).max(100).describe('Slug of a list: of your agency, or a public one'),
  asOf: asOf.optional().describe('As in the count of one credential'),
  credentials: z
    .array(credentialName)
    .min(1, 'Name at least one credential')
    .max(MAX_VALIDATIONS, `Name at most ${MAX_VALIDATIONS} credentials in one call`),
});
