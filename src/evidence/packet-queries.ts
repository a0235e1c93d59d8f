import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { evidenceSnapshots } from '../db/schema/evidence.ts';
import { waves } from '../db/schema/outreach.ts';
import { instruments, instrumentVersions, noticeVersions } from '../db/schema/surveys.ts';
import { invariant } from '../lib/errors.ts';
import { votersOf } from './body-queries.ts';
import type { PacketSources } from './rules/packet.ts';
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

export type Snapshot = typeof evidenceSnapshots.$inferSelect;

export async function findSnapshot(db: Db, id: number): Promise<Snapshot | null> {
  const [row] = await db.select().from(evidenceSnapshots).where(eq(evidenceSnapshots.id, id));
  return row ?? null;
}
