import { MET_REQUIREMENT_STATUSES } from '../types.ts';
import type { Packet } from './packet.ts';

/** Media type of the header and of the answer (W3C VC-JOSE-COSE). */
export const VC_JWT = 'vc+jwt';

/** Terms of our own: an endorsement has only a comment, and the comment is for people. */
const OWN_CONTEXT = {
  EmployerValidation: 'urn:countersign:EmployerValidation',
  packetSha256: 'urn:countersign:packetSha256',
  publicSha256: 'urn:countersign:publicSha256',
  employersRequired: 'urn:countersign:employersRequired',
} as const;

/**
 * The evidence as an Open Badges 3.0 EndorsementCredential in the W3C data model 2.0: what a wallet or a registry can
 * hold beside the credential. It names the packet by its hashes and says no more than the public page does. Null
 * unless the requirement was met: nothing else is an endorsement.
 */
export function endorsementOf(
  packet: Packet,
  given: { sha256: string; publicSha256: string; publicUrl: string; sealedAt: Date },
): Record<string, unknown> | null {
  if (!(MET_REQUIREMENT_STATUSES as readonly string[]).includes(packet.result.status)) return null;
  const { credential, list, result } = packet;
  const subject = credential.ctid
    ? `https://credentialengineregistry.org/resources/${credential.ctid}`
    : `${given.publicUrl}/credentials/${credential.slug}`;
  return {
    '@context': [
      'https://www.w3.org/ns/credentials/v2',
      'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
      OWN_CONTEXT,
    ],
    id: `urn:sha256:${given.sha256}`,
    type: ['VerifiableCredential', 'EndorsementCredential'],
    name: `Employer validation of ${credential.name}`,
    issuer: { id: given.publicUrl, type: ['Profile'], name: list.agency.name },
    validFrom: given.sealedAt.toISOString(),
    ...(packet.validUntil && { validUntil: packet.validUntil.toISOString() }),
    credentialSubject: {
      id: subject,
      type: ['EndorsementSubject'],
      endorsementComment: `As of ${packet.asOf.toISOString().slice(0, 10)}, the employers that ${list.name} (${list.agency.name}) asks for have validated ${credential.name} by ${credential.issuer.name}${result.required > 0 ? `: at least ${result.required} different employers` : ''}. The rule: ${packet.policy.inWords.join(' ')}`,
    },
    evidence: [
      {
        id: `urn:sha256:${given.publicSha256}`,
        type: ['EmployerValidation'],
        packetSha256: given.sha256,
        publicSha256: given.publicSha256,
        employersRequired: result.required,
      },
    ],
  };
}
