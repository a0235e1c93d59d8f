import { z } from 'zod';
import { BALLOT_KINDS, BOARD_LETTER_KINDS, VENDOR_FINDINGS, VOTE_CHOICES } from '../../committees/types.ts';
import { LANGUAGES } from '../../employers/types.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { ANSWER_ENDS, HOLD_KINDS, PROVENANCES, RELATIONS } from '../../surveys/types.ts';
import {
  BODY_DEMAND_KINDS,
  BODY_EXCLUSION_REASONS,
  CONNECTION_FINDS,
  type EvaluatedRequirement,
  type EvidenceFacts,
  EXCLUSION_REASONS,
  MEASURE_KINDS,
  POSITION_REASONS,
  POSITION_STATUSES,
  REQUIREMENT_REASONS,
  REQUIREMENT_STATUSES,
  SIZE_BANDS,
} from '../types.ts';
import { describePolicy, type Policy, policySchema, questionKeys } from './policy.ts';
import { evaluateRequirement, ruleVersionOf } from './requirement.ts';
import { type Terms, termsOf } from './terms.ts';

export const PACKET_FORMAT = 'countersign-evidence/1';
export const SEALED_FORMAT = 'countersign-evidence/2';

const id = z.int().positive();
const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text));
const day = z.iso.date();
const anyObject = z.record(z.string(), z.json());

const figures = z.strictObject({
  asked: count,
  delivered: count,
  answered: count,
  bothYes: count,
  no: count,
  notSure: count,
  notFamiliar: count,
  conflicting: count,
  excluded: count,
  agedOut: count,
});

const exclusion = z.strictObject({
  unitId: id,
  employerId: id,
  answerId: id,
  reason: z.enum(EXCLUSION_REASONS),
});

const bodyRecord = { agencyId: id, on: instant, recordedAt: instant, withdrawnAt: instant.nullable() };

const measure = z.strictObject({ kind: z.enum(MEASURE_KINDS), needs: count, has: count });

const bodyOutcome = z.strictObject({
  kind: z.enum(BODY_DEMAND_KINDS),
  isMet: z.boolean(),
  measures: z.array(measure),
  counted: z
    .strictObject({ eligible: count, approve: count, reject: count, abstain: count, recused: count })
    .nullable(),
  recordIds: z.array(id),
  exclusions: z.array(
    z.strictObject({ recordId: id, voteId: id.nullable(), reason: z.enum(BODY_EXCLUSION_REASONS) }),
  ),
  expiresAt: instant.nullable(),
});

const facts = z.strictObject({
  credentialId: id,
  answers: z.array(
    z.strictObject({
      answerId: id,
      askId: id.nullable(),
      contactId: id.nullable(),
      employerId: id,
      answeredAt: instant,
      /** Present only where they say something. */
      saidAt: instant.optional(),
      holds: z
        .array(z.strictObject({ kind: z.enum(HOLD_KINDS), from: instant, until: instant.nullable() }))
        .min(1)
        .optional(),
      endedAt: instant.nullable(),
      endKind: z.enum(ANSWER_ENDS).nullable(),
      values: z.record(z.string(), z.string()),
      familiar: z.boolean(),
      relation: z.enum(RELATIONS),
      provenance: z.enum(PROVENANCES),
      hiringAuthority: z.boolean(),
      instrumentVersionId: id,
      noticeVersionId: id,
    }),
  ),
  asks: z.array(
    z.strictObject({
      askId: id,
      waveId: id,
      contactId: id,
      employerId: id,
      sentAt: instant,
      bouncedAt: instant.nullable(),
      declinedAt: instant.nullable(),
    }),
  ),
  links: z.array(
    z.strictObject({
      a: id,
      b: id,
      because: z.enum(['merged', 'open_proposal']),
      from: instant,
      until: instant.nullable(),
    }),
  ),
  conflictMarks: z.array(
    z.strictObject({
      employerId: id,
      relation: z.enum(RELATIONS),
      from: instant,
      until: instant.nullable(),
      found: z.enum(CONNECTION_FINDS).optional(),
    }),
  ),
  employerDomains: z.array(z.strictObject({ employerId: id, domain: z.string() })),
  issuerDomains: z.array(z.string()),
  /** Present exactly when the policy looks at where, how large and of which industry employers are. */
  profiles: z
    .array(
      z.strictObject({
        employerId: id,
        state: z.string(),
        county: z.string(),
        naicsCode: z.string().nullable(),
        size: z.enum(SIZE_BANDS).nullable(),
      }),
    )
    .optional(),
  credentialNaics: z.array(z.string()).optional(),
  /** Present exactly when the policy leaves disagreements to staff and some were settled. */
  adjudications: z
    .array(
      z.strictObject({
        adjudicationId: id,
        answerIds: z.array(id),
        speaksAnswerId: id.nullable(),
        from: instant,
        until: instant.nullable(),
      }),
    )
    .optional(),
  /** Present exactly when the policy looks at which companies belong together. */
  groups: z
    .array(z.strictObject({ employerId: id, groupId: id, from: instant, until: instant.nullable() }))
    .optional(),
  /** Present exactly when the policy counts sites. */
  contactSites: z
    .array(z.strictObject({ contactId: id, siteId: id, state: z.string(), county: z.string() }))
    .optional(),
  /** Present exactly when the policy asks bodies: who voted how by employer, never by name of a person. */
  bodies: z
    .strictObject({
      ballots: z.array(
        z.strictObject({
          ballotId: id,
          ...bodyRecord,
          kind: z.enum(BALLOT_KINDS),
          body: z.string(),
          eligible: count,
          quorum: count,
          votes: z.array(
            z.strictObject({
              voteId: id,
              employerId: id.nullable(),
              choice: z.enum(VOTE_CHOICES),
              relation: z.enum(RELATIONS),
              provenance: z.enum(PROVENANCES).optional(),
            }),
          ),
        }),
      ),
      letters: z.array(
        z.strictObject({
          letterId: id,
          ...bodyRecord,
          kind: z.enum(BOARD_LETTER_KINDS),
          board: z.string(),
          supports: z.boolean(),
        }),
      ),
      reviews: z.array(
        z.strictObject({
          reviewId: id,
          ...bodyRecord,
          team: z.string(),
          isSettling: z.boolean(),
          tier: z.string().nullable(),
        }),
      ),
      /** Present exactly when the policy asks that the credential be generic. */
      findings: z
        .array(z.strictObject({ findingId: id, ...bodyRecord, finding: z.enum(VENDOR_FINDINGS) }))
        .optional(),
    })
    .optional(),
});

/** What happened to the asks of one wave for this credential. Every ask that left is in exactly one of the last five. */
const dispositions = z.strictObject({
  asked: count,
  answered: count,
  withdrawn: count,
  declined: count,
  undelivered: count,
  silent: count,
});

const packetSchema = z.strictObject({
  ruleVersion: z.string(),
  software: z.strictObject({ name: z.literal('countersign'), version: z.string() }),
  asOf: instant,
  validUntil: instant.nullable(),
  supersedes: z.strictObject({ snapshotId: id, sha256 }).nullable(),
  applicationId: id,
  credential: z.strictObject({
    id,
    slug: z.string(),
    name: z.string(),
    version: z.string(),
    ctid: z.string().nullable(),
    stateCode: z.string().nullable(),
    issuer: z.strictObject({ id, name: z.string(), website: z.string().nullable() }),
  }),
  list: z.strictObject({
    id,
    slug: z.string(),
    name: z.string(),
    kind: z.string(),
    agency: z.strictObject({ id, name: z.string() }),
    cycle: z.strictObject({ id, name: z.string(), startsOn: day, endsOn: day }),
  }),
  policy: z.strictObject({
    versionId: id,
    slug: z.string(),
    name: z.string(),
    version: z.int().positive(),
    sha256,
    inWords: z.array(z.string()),
    body: policySchema,
  }),
  instruments: z.array(
    z.strictObject({
      versionId: id,
      slug: z.string(),
      version: z.int().positive(),
      sha256,
      /** The questions word for word in every language. */
      body: anyObject,
    }),
  ),
  notices: z.array(
    z.strictObject({ versionId: id, agencyId: id, version: z.int().positive(), sha256, body: anyObject }),
  ),
  waves: z.array(
    z.strictObject({
      waveId: id,
      agency: z.strictObject({ id, name: z.string() }),
      launchedAt: instant,
      closeAt: instant.nullable(),
      protocol: anyObject,
      protocolSha256: sha256,
      dispositions,
    }),
  ),
  employers: z.array(z.strictObject({ employerId: id, legalName: z.string(), state: z.string() })),
  facts,
  /** Distinct employers by what their deciding answer says to each question, in the policy's order. */
  crossTable: z.array(z.strictObject({ values: z.record(z.string(), z.string()), employers: count })),
  result: z.strictObject({
    status: z.enum(REQUIREMENT_STATUSES),
    required: count,
    shortfall: count,
    figures,
    expiring: z.strictObject({ on: instant, fallsTo: count }).nullable(),
    reasons: z.array(z.enum(REQUIREMENT_REASONS)),
    measures: z.array(measure).optional(),
    bodies: z.array(bodyOutcome).optional(),
    exclusions: z.array(exclusion),
    positions: z.array(
      z.strictObject({
        unitId: id,
        siteId: id.nullable().optional(),
        employerIds: z.array(id),
        status: z.enum(POSITION_STATUSES),
        reasons: z.array(z.enum(POSITION_REASONS)),
        decidingAnswerId: id.nullable(),
        expiresAt: instant.nullable(),
        asked: z.boolean(),
        delivered: z.boolean(),
        exclusions: z.array(exclusion),
      }),
    ),
  }),
});

/** What the second format says beside the first: in it a packet is signed, in the log, and has a public version. */
const secondFormat = {
  formatVersion: z.literal(2),
  /** How records of employers became distinct employers. */
  distinctEmployers: z.strictObject({ method: z.string(), inWords: z.array(z.string()) }),
  /** From the first ask to the last answer. */
  window: z.strictObject({ firstAskedAt: instant.nullable(), lastAnsweredAt: instant.nullable() }),
  /** In which language each answer was given; the wording is that of its instrument version. */
  answerLanguages: z.array(z.strictObject({ answerId: id, language: z.enum(LANGUAGES) })),
  /** Hides the rows that the public version leaves out; whoever holds the packet can show any of them. */
  redactionKey: sha256,
};

/** What a packet file of the first format holds: the packet and the SHA-256 of its canonical JSON. */
export const packetFileSchema = z.strictObject({
  format: z.literal(PACKET_FORMAT),
  packet: packetSchema,
  sha256,
});

/** What a packet file of the second format holds: the same, signed, with its place in the log. */
export const sealedFileSchema = z.strictObject({
  format: z.literal(SEALED_FORMAT),
  packet: packetSchema.extend(secondFormat),
  /** C2SP tlog-proof. */
  proof: z.string(),
  sha256,
  /** JWS over the canonical JSON of the packet, which is left out of it (RFC 7515, appendix F). */
  signature: z.string(),
});

type SecondFormat = Omit<z.output<typeof sealedFileSchema>['packet'], keyof z.output<typeof packetSchema>>;
export type Packet = z.output<typeof packetSchema> & Partial<SecondFormat>;
export type Dispositions = z.output<typeof dispositions>;

/** Everything a packet is made from. What can be computed from it is not in it. */
export type PacketSources = Omit<
  Packet,
  | 'ruleVersion'
  | 'validUntil'
  | 'crossTable'
  | 'result'
  | 'policy'
  | 'waves'
  | 'facts'
  | 'distinctEmployers'
  | 'window'
> & {
  policy: Omit<Packet['policy'], 'inWords'>;
  waves: Omit<Packet['waves'][0], 'dispositions'>[];
  facts: EvidenceFacts;
};

export type PacketRefusal = 'nobody_asked' | 'wave_unknown' | 'protocol_not_fixed' | 'wording_unknown';

export type BuiltPacket = {
  ok: true;
  /** The canonical JSON of the packet. */
  text: string;
  sha256: string;
  validUntil: Date | null;
  result: EvaluatedRequirement;
};

/**
 * Freezes evidence: the same sources give the same bytes on any machine. Refuses when the count could not be seen
 * beside whom it was taken from: nobody asked, an ask of an unknown wave, a protocol that was not fixed before it,
 * an answer whose wording is unknown.
 */
export function buildPacket(sources: PacketSources): BuiltPacket | { ok: false; reason: PacketRefusal } {
  const asked = sources.facts.asks.filter(({ sentAt }) => sentAt <= sources.asOf);
  if (asked.length === 0 && !isHeardByBodies(sources)) return { ok: false, reason: 'nobody_asked' };
  const waves = new Map(sources.waves.map((wave) => [wave.waveId, wave]));
  if (asked.some(({ waveId }) => !waves.has(waveId))) return { ok: false, reason: 'wave_unknown' };
  const isFixed = (wave: PacketSources['waves'][0]) =>
    hashOf(wave.protocol) === wave.protocolSha256 &&
    asked.every(({ waveId, sentAt }) => waveId !== wave.waveId || sentAt >= wave.launchedAt);
  if (!sources.waves.every(isFixed)) return { ok: false, reason: 'protocol_not_fixed' };
  const wording = new Set(sources.instruments.map(({ versionId }) => versionId));
  const notices = new Set(sources.notices.map(({ versionId }) => versionId));
  const isWorded = (answer: EvidenceFacts['answers'][0]) =>
    wording.has(answer.instrumentVersionId) && notices.has(answer.noticeVersionId);
  if (!sources.facts.answers.every(isWorded)) return { ok: false, reason: 'wording_unknown' };

  const { policy, facts, asOf } = sources;
  const result = evaluateRequirement(policy.body, facts, asOf);
  const validUntil = validUntilOf(result);
  const packet: Packet = {
    ...sources,
    ruleVersion: ruleVersionOf(policy.body),
    validUntil,
    policy: { ...policy, inWords: describePolicy(policy.body) },
    waves: sources.waves
      .map((wave) => ({ ...wave, dispositions: dispositionsOf(facts, wave.waveId, asOf) }))
      .sort((a, b) => a.waveId - b.waveId),
    instruments: sources.instruments.toSorted((a, b) => a.versionId - b.versionId),
    notices: sources.notices.toSorted((a, b) => a.versionId - b.versionId),
    employers: sources.employers.toSorted((a, b) => a.employerId - b.employerId),
    facts: sortFacts(facts, termsOf(policy.body)),
    crossTable: crossTableOf(policy.body, facts, result),
    result: resultOf(result),
    ...(sources.formatVersion === 2
      ? {
          distinctEmployers: methodOf(policy.body),
          window: windowOf(facts, asOf),
          answerLanguages: (sources.answerLanguages ?? []).toSorted((a, b) => a.answerId - b.answerId),
        }
      : {}),
  };
  const text = canonicalJson(toPlain(packet));
  return { ok: true, text, sha256: sha256Hex(text), validUntil, result };
}

/** A policy that asks bodies alone needs no ask: who could have voted stands beside who did. */
export function isHeardByBodies({ policy, facts }: Pick<PacketSources, 'policy' | 'facts'>): boolean {
  const { questions, needsBodies } = termsOf(policy.body);
  const { ballots, letters, reviews } = facts.bodies ?? { ballots: [], letters: [], reviews: [] };
  return needsBodies && questions.length === 0 && ballots.length + letters.length + reviews.length > 0;
}

/** Reads a stored packet of either format. */
export function readPacket(text: string, format: number): Packet {
  const value: unknown = JSON.parse(text);
  return format === 1 ? packetSchema.parse(value) : sealedFileSchema.shape.packet.parse(value);
}

/** The file that is handed out: canonical JSON around the packet's own bytes. */
export function packetFile(text: string, sha256OfText: string): string {
  return `{"format":${JSON.stringify(PACKET_FORMAT)},"packet":${text},"sha256":${JSON.stringify(sha256OfText)}}`;
}

/** How records of employers become distinct employers, by name and in words. The words are in packets: they never change under a name. */
export function methodOf(policy: Policy): NonNullable<Packet['distinctEmployers']> {
  const { unit } = termsOf(policy);
  return {
    method: `countersign-units/${ruleVersionOf(policy)}/${unit}`,
    inWords: [
      UNIT_WORDS[unit],
      'The same tax number is the same employer. Records without one are separate until staff decide that they are one; while such a proposal is open they count once.',
      'Merging and splitting records recounts, and what a record counted as at the time of this packet is in it.',
    ],
  };
}

const UNIT_WORDS: Record<Terms['unit'], string> = {
  legal_entity: 'One legal entity counts once, however many of its people answer.',
  group: 'One group of companies counts once: a parent and everything under it.',
  site: 'Each site of an employer counts once.',
};

/** From the first ask that left to the last answer that came. */
export function windowOf(facts: EvidenceFacts, asOf: Date): NonNullable<Packet['window']> {
  const asked = facts.asks.map(({ sentAt }) => sentAt.getTime()).filter((at) => at <= asOf.getTime());
  const answered = facts.answers
    .map(({ answeredAt }) => answeredAt.getTime())
    .filter((at) => at <= asOf.getTime());
  const least = asked.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = answered.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return {
    firstAskedAt: asked.length > 0 ? new Date(least) : null,
    lastAnsweredAt: answered.length > 0 ? new Date(most) : null,
  };
}

/** Until when the requirement stays met by these answers alone; null when it is not met or they never age. */
export function validUntilOf(result: Pick<EvaluatedRequirement, 'expiring'>): Date | null {
  return result.expiring?.on ?? null;
}

/** Where every ask of one wave ended by a time. */
export function dispositionsOf(facts: EvidenceFacts, waveId: number, asOf: Date): Dispositions {
  const inForce = new Set<number>();
  const given = new Set<number>();
  for (const { askId, answeredAt, endedAt } of facts.answers) {
    if (askId === null || answeredAt > asOf) continue;
    given.add(askId);
    if (endedAt === null || endedAt > asOf) inForce.add(askId);
  }
  const counts = { asked: 0, answered: 0, withdrawn: 0, declined: 0, undelivered: 0, silent: 0 };
  for (const ask of facts.asks) {
    if (ask.waveId !== waveId || ask.sentAt > asOf) continue;
    counts.asked += 1;
    if (inForce.has(ask.askId)) counts.answered += 1;
    else if (given.has(ask.askId)) counts.withdrawn += 1;
    else if (ask.declinedAt !== null && ask.declinedAt <= asOf) counts.declined += 1;
    else if (ask.bouncedAt !== null && ask.bouncedAt <= asOf) counts.undelivered += 1;
    else counts.silent += 1;
  }
  return counts;
}

/**
 * The questions crossed, "not sure" included. Under the first format a cell for every combination, also the empty ones;
 * under the second one for every combination that was chosen.
 */
export function crossTableOf(
  policy: Policy,
  facts: Pick<EvidenceFacts, 'answers'>,
  result: Pick<EvaluatedRequirement, 'positions'>,
): Packet['crossTable'] {
  const keys = questionKeys(policy);
  const answers = new Map(facts.answers.map((answer) => [answer.answerId, answer]));
  const counts = new Map<string, number>();
  for (const { decidingAnswerId } of result.positions) {
    const answer = decidingAnswerId === null ? undefined : answers.get(decidingAnswerId);
    if (!answer?.familiar) continue;
    const said = keys.flatMap((key) => (answer.values[key] ? [[key, answer.values[key]]] : []));
    const cell = canonicalJson(Object.fromEntries(said));
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  if (policy.formatVersion === 1) {
    return combinations(keys).map((values) => ({
      values,
      employers: counts.get(canonicalJson(values)) ?? 0,
    }));
  }
  // Options are the instrument's, and a question may be left: the cells are those that somebody chose.
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([cell, employers]) => ({ values: JSON.parse(cell) as Record<string, string>, employers }));
}

function combinations(keys: readonly string[]): Record<string, string>[] {
  return keys.reduce<Record<string, string>[]>(
    (cells, key) =>
      cells.flatMap((cell) => ['yes', 'no', 'not_sure'].map((value) => ({ ...cell, [key]: value }))),
    [{}],
  );
}

/** The result as a packet holds it. */
export function resultOf(result: EvaluatedRequirement): Packet['result'] {
  return {
    status: result.status,
    required: result.required,
    shortfall: result.shortfall,
    figures: result.figures,
    expiring: result.expiring,
    reasons: [...result.reasons],
    ...(result.measures ? { measures: [...result.measures] } : {}),
    ...(result.bodies
      ? {
          bodies: result.bodies.map((outcome) => ({
            ...outcome,
            measures: [...outcome.measures],
            recordIds: [...outcome.recordIds],
            exclusions: [...outcome.exclusions],
          })),
        }
      : {}),
    exclusions: [...result.exclusions],
    positions: result.positions.map((position) => ({
      ...position,
      employerIds: [...position.employerIds],
      reasons: [...position.reasons],
      exclusions: [...position.exclusions],
    })),
  };
}

function sortFacts(facts: EvidenceFacts, terms: Terms): Packet['facts'] {
  const { needsProfiles, needsGroups, needsBodies, asksGeneric, unit, leavesToStaff } = terms;
  const adjudications = leavesToStaff ? (facts.adjudications ?? []) : [];
  return {
    credentialId: facts.credentialId,
    answers: facts.answers
      .map(({ holds, saidAt, ...answer }) => ({
        ...answer,
        values: { ...answer.values },
        ...(saidAt ? { saidAt } : {}),
        ...(holds && holds.length > 0 ? { holds: byText(holds) } : {}),
      }))
      .sort((a, b) => a.answerId - b.answerId),
    asks: facts.asks.toSorted((a, b) => a.askId - b.askId),
    links: byText(facts.links),
    conflictMarks: byText(facts.conflictMarks),
    employerDomains: byText(facts.employerDomains),
    issuerDomains: facts.issuerDomains.toSorted(),
    ...(needsProfiles
      ? {
          profiles: (facts.profiles ?? []).toSorted((a, b) => a.employerId - b.employerId),
          credentialNaics: (facts.credentialNaics ?? []).toSorted(),
        }
      : {}),
    ...(adjudications.length > 0
      ? {
          adjudications: adjudications
            .map((each) => ({ ...each, answerIds: each.answerIds.toSorted((a, b) => a - b) }))
            .sort((a, b) => a.adjudicationId - b.adjudicationId),
        }
      : {}),
    ...(needsGroups ? { groups: byText(facts.groups ?? []) } : {}),
    ...(unit === 'site'
      ? { contactSites: (facts.contactSites ?? []).toSorted((a, b) => a.contactId - b.contactId) }
      : {}),
    ...(needsBodies ? { bodies: sortBodies(facts.bodies, asksGeneric) } : {}),
  };
}

function sortBodies(
  bodies: EvidenceFacts['bodies'],
  asksGeneric: boolean,
): NonNullable<Packet['facts']['bodies']> {
  return {
    ballots: (bodies?.ballots ?? [])
      .map((ballot) => ({ ...ballot, votes: ballot.votes.toSorted((a, b) => a.voteId - b.voteId) }))
      .sort((a, b) => a.ballotId - b.ballotId),
    letters: (bodies?.letters ?? []).toSorted((a, b) => a.letterId - b.letterId),
    reviews: (bodies?.reviews ?? []).toSorted((a, b) => a.reviewId - b.reviewId),
    ...(asksGeneric
      ? { findings: (bodies?.findings ?? []).toSorted((a, b) => a.findingId - b.findingId) }
      : {}),
  };
}

/** In the order of their canonical JSON, each written once. */
function byText<T extends object>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, text: canonicalJson(toPlain(value)) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ value }) => value);
}

/** The hash by which policies, wording and protocols are named: SHA-256 of their canonical JSON. */
export function hashOf(body: unknown): string {
  return sha256Hex(canonicalJson(body));
}

/** JSON with times written as UTC to the millisecond. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toPlain(each)]));
  }
  return value;
}
