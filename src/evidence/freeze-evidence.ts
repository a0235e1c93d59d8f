import { randomBytes } from 'node:crypto';
import type { Tx } from '../db/client.ts';
import { evidenceSnapshots } from '../db/schema/evidence.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { SOFTWARE_VERSION } from '../lib/version.ts';
import { describeFacts, findSnapshot, listAnswerLanguages } from './packet-queries.ts';
import { getPolicyVersion, loadFacts } from './queries.ts';
import { type BuiltPacket, buildPacket, type PacketRefusal, type PacketSources } from './rules/packet.ts';
import { publicVersionOf } from './rules/public-packet.ts';
import { termsOf } from './rules/terms.ts';

export type FreezeInput = {
  applicationId: number;
  agencyId: number;
  credentialId: number;
  policyVersionId: number;
  list: PacketSources['list'];
  supersedesId: number | null;
  requestedBy: number;
  confirmedBy: number;
  now: Date;
};

export type FrozenEvidence = { ok: true; snapshotId: number; packet: BuiltPacket };

/**
 * Writes what is known now as an immutable packet. Two people have agreed to it before; the caller's transaction sees
 * one moment of the database (repeatable read). A correction names what it supersedes, and the old one stays.
 */
export async function freezeEvidence(
  tx: Tx,
  input: FreezeInput,
): Promise<FrozenEvidence | { ok: false; reason: PacketRefusal }> {
  const { now, credentialId } = input;
  const policy = await getPolicyVersion(tx, input.policyVersionId);
  const known = await loadFacts(tx, credentialId, now);
  // Who voted is nobody's business under a policy that asks for no vote.
  const facts = termsOf(policy.body).needsBodies ? known : { ...known, bodies: undefined };
  const [described, superseded] = await Promise.all([
    describeFacts(tx, facts),
    input.supersedesId === null ? null : findSnapshot(tx, input.supersedesId),
  ]);
  const packet = buildPacket({
    ...described,
    formatVersion: 2,
    answerLanguages: await listAnswerLanguages(tx, facts),
    redactionKey: randomBytes(32).toString('hex'),
    software: { name: 'countersign', version: SOFTWARE_VERSION },
    asOf: now,
    supersedes: superseded && { snapshotId: superseded.id, sha256: superseded.sha256 },
    applicationId: input.applicationId,
    list: input.list,
    policy: {
      versionId: policy.id,
      slug: policy.slug,
      name: policy.name,
      version: policy.version,
      sha256: policy.sha256,
      body: policy.body,
    },
    facts,
  });
  if (!packet.ok) return packet;
  const [snapshot] = await tx
    .insert(evidenceSnapshots)
    .values({
      agencyId: input.agencyId,
      credentialId,
      policyVersionId: policy.id,
      asOf: now,
      packet: packet.text,
      sha256: packet.sha256,
      packetFormat: 2,
      publicSha256: sha256Hex(publicVersionOf(JSON.parse(packet.text)).text),
      requirementStatus: packet.result.status,
      validUntil: packet.validUntil,
      supersedesId: superseded?.id ?? null,
      requestedBy: input.requestedBy,
      confirmedBy: input.confirmedBy,
      frozenAt: now,
    })
    .returning({ id: evidenceSnapshots.id });
  return { ok: true, snapshotId: snapshot!.id, packet };
}
