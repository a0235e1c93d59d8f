import { randomBytes } from 'node:crypto';
import type { Db } from '../../../src/db/client.ts';
import { agencies, staffMembers } from '../../../src/db/schema/agencies.ts';
import { credentials, issuers } from '../../../src/db/schema/credentials.ts';
import { contacts, employers } from '../../../src/db/schema/employers.ts';
import { policies, policyVersions } from '../../../src/db/schema/evidence.ts';
import { asks, invitations, waves } from '../../../src/db/schema/outreach.ts';
import { answers, instruments, instrumentVersions, noticeVersions } from '../../../src/db/schema/surveys.ts';
import { WYOMING } from '../../../src/evidence/presets.ts';
import type { Policy } from '../../../src/evidence/rules/policy.ts';
import { canonicalJson } from '../../../src/lib/canonical-json.ts';
import { sha256Hex } from '../../../src/lib/sha256.ts';
import { PUBLIC_RECORDS_NOTICE, WYOMING_INSTRUMENT } from '../../../src/surveys/presets.ts';
import { month, said } from './facts.ts';

const START = month(-2);

let serial = 0;
const next = () => {
  serial += 1;
  return serial;
};

/** An agency with two people, an instrument, a notice and one launched wave: what answers hang on. */
export async function createWorld(db: Db) {
  const n = next();
  const [agency] = await db
    .insert(agencies)
    .values({
      slug: `agency-${n}`,
      name: `Agency ${n}`,
      shortName: `A${n}`,
      mailFromName: `Agency ${n}`,
      mailFromAddress: `survey@agency${n}.example`,
      replyTo: `survey@agency${n}.example`,
      postalAddress: '1 Capitol Ave',
      timeZone: 'America/Denver',
      stateCode: 'WY',
      createdAt: START,
    })
    .returning();
  const staff = await db
    .insert(staffMembers)
    .values(
      ['Ada', 'Ben', 'Cal'].map((name) => ({
        agencyId: agency!.id,
        email: `${name}@agency${n}.example`.toLowerCase(),
        emailKey: `${name}@agency${n}.example`.toLowerCase(),
        name,
        role: 'admin' as const,
        createdAt: START,
      })),
    )
    .returning();
  const [instrument] = await db
    .insert(instruments)
    .values({ slug: `instrument-${n}`, name: 'Two questions', createdAt: START })
    .returning();
  const [instrumentVersion] = await db
    .insert(instrumentVersions)
    .values({
      instrumentId: instrument!.id,
      version: 1,
      body: WYOMING_INSTRUMENT,
      sha256: sha256Hex(canonicalJson(WYOMING_INSTRUMENT)),
      createdAt: START,
      usedAt: START,
    })
    .returning();
  const [notice] = await db
    .insert(noticeVersions)
    .values({
      agencyId: agency!.id,
      version: 1,
      body: PUBLIC_RECORDS_NOTICE,
      sha256: sha256Hex(canonicalJson(PUBLIC_RECORDS_NOTICE)),
      createdAt: START,
      usedAt: START,
    })
    .returning();
  const protocol = { credentialsPerLink: 3, reminders: 1 };
  const [wave] = await db
    .insert(waves)
    .values({
      agencyId: agency!.id,
      name: `Wave ${n}`,
      state: 'running',
      protocol,
      protocolSha256: sha256Hex(canonicalJson(protocol)),
      instrumentVersionId: instrumentVersion!.id,
      noticeVersionId: notice!.id,
      closeAt: month(60),
      graceUntil: month(61),
      createdBy: staff[0]!.id,
      createdAt: START,
      updatedAt: START,
      proposedBy: staff[0]!.id,
      proposedAt: START,
      approvedBy: staff[1]!.id,
      approvedAt: START,
      launchedAt: START,
    })
    .returning();
  return {
    agency: agency!,
    staff: staff as [(typeof staff)[0], (typeof staff)[0], (typeof staff)[0]],
    instrumentVersion: instrumentVersion!,
    notice: notice!,
    wave: wave!,
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createPolicy(db: Db, body: Policy = WYOMING.body): Promise<number> {
  const [policy] = await db
    .insert(policies)
    .values({ slug: `policy-${next()}`, name: 'Policy', createdAt: START })
    .returning();
  const [version] = await db
    .insert(policyVersions)
    .values({
      policyId: policy!.id,
      version: 1,
      body,
      sha256: sha256Hex(canonicalJson(body)),
      createdAt: START,
    })
    .returning();
  return version!.id;
}

export async function createCredential(db: Db, issuerDomain: string | null = null): Promise<number> {
  const n = next();
  const [issuer] = await db
    .insert(issuers)
    .values({ name: `Issuer ${n}`, nameKey: `issuer ${n}`, domain: issuerDomain })
    .returning();
  const [credential] = await db
    .insert(credentials)
    .values({
      slug: `credential-${n}`,
      name: `Credential ${n}`,
      nameKey: `credential ${n}`,
      issuerId: issuer!.id,
      naicsPrefixes: ['23'],
      createdAt: START,
      updatedAt: START,
    })
    .returning();
  return credential!.id;
}

export async function createEmployer(db: Db): Promise<number> {
  const n = next();
  const [employer] = await db
    .insert(employers)
    .values({
      legalName: `Employer ${n} LLC`,
      nameKey: `employer ${n}`,
      fein: String(100_000_000 + n),
      createdAt: START,
      updatedAt: START,
    })
    .returning();
  return employer!.id;
}

export type Person = { contactId: number; employerId: number; invitationId: number; positions: number };

/** A contact with an invitation of the world's wave. */
export async function createPerson(db: Db, world: World, employerId: number): Promise<Person> {
  const n = next();
  const [contact] = await db
    .insert(contacts)
    .values({
      employerId,
      name: `Person ${n}`,
      email: `person${n}@employer.example`,
      emailKey: `person${n}@employer.example`,
      emailDomain: 'employer.example',
      createdAt: START,
      updatedAt: START,
    })
    .returning();
  const [invitation] = await db
    .insert(invitations)
    .values({
      waveId: world.wave.id,
      agencyId: world.agency.id,
      contactId: contact!.id,
      employerId,
      tokenHash: randomBytes(32),
      expiresAt: month(61),
      createdAt: START,
    })
    .returning();
  return { contactId: contact!.id, employerId, invitationId: invitation!.id, positions: 0 };
}

/** An ask of a person; mailed when `askedAt` is given. */
export async function createAsk(
  db: Db,
  world: World,
  person: Person,
  credentialId: number,
  changes: { askedAt?: Date | null } = {},
): Promise<number> {
  person.positions += 1;
  const [ask] = await db
    .insert(asks)
    .values({
      waveId: world.wave.id,
      invitationId: person.invitationId,
      contactId: person.contactId,
      employerId: person.employerId,
      credentialId,
      instrumentVersionId: world.instrumentVersion.id,
      position: person.positions,
      state: changes.askedAt ? 'asked' : 'planned',
      askedAt: changes.askedAt ?? null,
      createdAt: START,
    })
    .returning();
  return ask!.id;
}

export type NewAnswer = Partial<
  Pick<
    typeof answers.$inferInsert,
    'version' | 'values' | 'familiar' | 'relation' | 'provenance' | 'hiringAuthority'
  >
> & { answeredAt: Date };

export async function createAnswer(
  db: Db,
  world: World,
  person: Person,
  ask: { askId: number; credentialId: number },
  changes: NewAnswer,
): Promise<number> {
  const [answer] = await db
    .insert(answers)
    .values({
      askId: ask.askId,
      version: 1,
      invitationId: person.invitationId,
      contactId: person.contactId,
      employerId: person.employerId,
      credentialId: ask.credentialId,
      instrumentVersionId: world.instrumentVersion.id,
      noticeVersionId: world.notice.id,
      language: 'en',
      familiar: true,
      values: changes.familiar === false ? {} : said('yes', 'yes'),
      relation: 'none',
      provenance: 'mailed_link_own_domain',
      ...changes,
    })
    .returning();
  return answer!.id;
}
