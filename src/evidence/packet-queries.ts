import { and, eq, gt, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { evidenceSeals, evidenceSnapshots } from '../db/schema/evidence.ts';
import { waves } from '../db/schema/outreach.ts';
import { answers, instruments, instrumentVersions, noticeVersions } from '../db/schema/surveys.ts';
import { invariant } from '../lib/errors.ts';
import { votersOf } from './body-queries.ts';
import { type PacketSources, packetFile } from './rules/packet.ts';
import { publicFile, publicVersionOf } from './rules/public-packet.ts';
import { sealedFile } from './rules/seal.ts';
import type { EvidenceFacts } from './types.ts';

type Described = Pick<PacketSources, 'credential' | 'instruments' | 'notices' | 'waves' | 'employers'>;

/** What a packet says of the things that its facts name. Legal names, and never a tax number or a person. */
export async function describeFacts(db: Db, facts: EvidenceFacts): Promise<Described> {
  const waveIds = idsOf(facts.asks.map(({ waveId }) => waveId));
  const employerIds = idsOf([
    ...[...facts.answers, ...facts.asks].map(({ employerId }) => employerId),
    ...facts.links.flatMap(({ a, b }) => [a, b]),
    ...votersOf(facts.bodies),
  ]);
  const [credential, instrumentRows, noticeRows, waveRows, employerRows] = await Promise.all([
    getCredential(db, facts.credentialId),
    db
      .select({
        versionId: instrumentVersions.id,
        slug: instruments.slug,
        version: instrumentVersions.version,
        sha256: instrumentVersions.sha256,
        body: instrumentVersions.body,
      })
      .from(instrumentVersions)
      .innerJoin(instruments, eq(instruments.id, instrumentVersions.instrumentId))
      .where(
        inArray(
          instrumentVersions.id,
          idsOf(facts.answers.map(({ instrumentVersionId }) => instrumentVersionId)),
        ),
      ),
    db
      .select({
        versionId: noticeVersions.id,
        agencyId: noticeVersions.agencyId,
        version: noticeVersions.version,
        sha256: noticeVersions.sha256,
        body: noticeVersions.body,
      })
      .from(noticeVersions)
      .where(inArray(noticeVersions.id, idsOf(facts.answers.map(({ noticeVersionId }) => noticeVersionId)))),
    db
      .select({
        waveId: waves.id,
        agencyId: agencies.id,
        agencyName: agencies.name,
        launchedAt: waves.launchedAt,
        closeAt: waves.closeAt,
        protocol: waves.protocol,
        protocolSha256: waves.protocolSha256,
      })
      .from(waves)
      .innerJoin(agencies, eq(agencies.id, waves.agencyId))
      .where(and(inArray(waves.id, waveIds), isNotNull(waves.launchedAt), isNotNull(waves.protocolSha256))),
    listEmployers(db, employerIds),
  ]);
  return {
    credential,
    instruments: instrumentRows.map((row) => ({ ...row, body: row.body as Json })),
    notices: noticeRows.map((row) => ({ ...row, body: row.body as Json })),
    waves: waveRows.map(({ agencyId, agencyName, launchedAt, protocol, protocolSha256, ...row }) => ({
      ...row,
      agency: { id: agencyId, name: agencyName },
      launchedAt: launchedAt!,
      protocol: protocol as Json,
      protocolSha256: protocolSha256!,
    })),
    employers: employerRows,
  };
}

type Json = PacketSources['instruments'][0]['body'];

function idsOf(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}

async function getCredential(db: Db, credentialId: number): Promise<PacketSources['credential']> {
  const [row] = await db
    .select({ credential: credentials, issuer: issuers })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(eq(credentials.id, credentialId));
  invariant(row, `credential ${credentialId} exists`);
  const { id, slug, name, version, ctid, stateCode } = row.credential;
  const { id: issuerId, name: issuerName, website } = row.issuer;
  return { id, slug, name, version, ctid, stateCode, issuer: { id: issuerId, name: issuerName, website } };
}

async function listEmployers(db: Db, ids: readonly number[]): Promise<PacketSources['employers']> {
  if (ids.length === 0) return [];
  return db
    .select({ employerId: employers.id, legalName: employers.legalName, state: employers.state })
    .from(employers)
    .where(inArray(employers.id, [...ids]));
}

/** In which language each answer of the facts was given. */
export async function listAnswerLanguages(
  db: Db,
  facts: Pick<EvidenceFacts, 'credentialId' | 'answers'>,
): Promise<NonNullable<PacketSources['answerLanguages']>> {
  const known = new Set(facts.answers.map(({ answerId }) => answerId));
  const rows = await db
    .select({ answerId: answers.id, language: answers.language })
    .from(answers)
    .where(eq(answers.credentialId, facts.credentialId));
  return rows.filter(({ answerId }) => known.has(answerId));
}

export type Snapshot = typeof evidenceSnapshots.$inferSelect;

export async function findSnapshot(db: Db, id: number): Promise<Snapshot | null> {
  const [row] = await db.select().from(evidenceSnapshots).where(eq(evidenceSnapshots.id, id));
  return row ?? null;
}

export type StoredSeal = typeof evidenceSeals.$inferSelect;

export async function findSeal(db: Db, snapshotId: number): Promise<StoredSeal | null> {
  const [row] = await db.select().from(evidenceSeals).where(eq(evidenceSeals.snapshotId, snapshotId));
  return row ?? null;
}

/** Snapshots of a format that is sealed and that have no seal yet: frozen a moment ago, or the seal had to wait. */
export async function listUnsealed(db: Db): Promise<Pick<Snapshot, 'id'>[]> {
  return db
    .select({ id: evidenceSnapshots.id })
    .from(evidenceSnapshots)
    .leftJoin(evidenceSeals, eq(evidenceSeals.snapshotId, evidenceSnapshots.id))
    .where(and(gt(evidenceSnapshots.packetFormat, 1), isNull(evidenceSeals.snapshotId)))
    .orderBy(evidenceSnapshots.id);
}

/**
 * The files of a snapshot as they are handed out, the same bytes each time. Null while it waits for its seal. The first
 * format has no seal and no public version.
 */
export async function readPacketFile(
  db: Db,
  snapshot: Pick<Snapshot, 'id' | 'packet' | 'sha256' | 'packetFormat'>,
): Promise<string | null> {
  if (snapshot.packetFormat === 1) return packetFile(snapshot.packet, snapshot.sha256);
  const seal = await findSeal(db, snapshot.id);
  return seal && sealedFile(snapshot.packet, snapshot.sha256, seal);
}

export async function readPublicFile(
  db: Db,
  snapshot: Pick<Snapshot, 'id' | 'packet' | 'publicSha256'>,
): Promise<string | null> {
  const seal = snapshot.publicSha256 === null ? null : await findSeal(db, snapshot.id);
  if (!seal || snapshot.publicSha256 === null) return null;
  const { text } = publicVersionOf(JSON.parse(snapshot.packet));
  return publicFile({
    text,
    sha256: snapshot.publicSha256,
    signature: seal.publicSignature,
    proof: seal.proof,
  });
}
