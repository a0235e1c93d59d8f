import { WYOMING } from '../../../src/evidence/presets.ts';
import {
  type BuiltPacket,
  buildPacket,
  hashOf,
  type PacketSources,
} from '../../../src/evidence/rules/packet.ts';
import type { EvidenceFacts } from '../../../src/evidence/types.ts';
import { PUBLIC_RECORDS_NOTICE, WYOMING_INSTRUMENT } from '../../../src/surveys/presets.ts';
import { month } from './facts.ts';

export function packetSources(facts: EvidenceFacts, changes: Partial<PacketSources> = {}): PacketSources {
  const protocol = { closeAt: '2026-06-01', reminders: 1 };
  const employerIds = [...facts.asks, ...facts.answers].map(({ employerId }) => employerId);
  return {
    software: { name: 'countersign', version: '0.1.0' },
    asOf: month(1),
    supersedes: null,
    applicationId: 7,
    credential: {
      id: facts.credentialId,
      slug: 'welding',
      name: 'Certified Welder',
      version: '',
      ctid: null,
      stateCode: null,
      issuer: { id: 3, name: 'Welding Society', website: null },
    },
    list: {
      id: 4,
      slug: 'wyoming',
      name: 'Wyoming list',
      kind: 'unified',
      agency: { id: 1, name: 'Agency' },
      cycle: { id: 5, name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
    },
    policy: {
      versionId: 6,
      slug: WYOMING.slug,
      name: WYOMING.name,
      version: 1,
      sha256: hashOf(WYOMING.body),
      body: WYOMING.body,
    },
    instruments: [
      {
        versionId: 1,
        slug: 'wyoming',
        version: 1,
        sha256: hashOf(WYOMING_INSTRUMENT),
        body: WYOMING_INSTRUMENT,
      },
    ],
    notices: [
      {
        versionId: 1,
        agencyId: 1,
        version: 1,
        sha256: hashOf(PUBLIC_RECORDS_NOTICE),
        body: PUBLIC_RECORDS_NOTICE,
      },
    ],
    waves: [1, 2].map((waveId) => ({
      waveId,
      agency: { id: 1, name: 'Agency' },
      launchedAt: month(-2),
      closeAt: month(5),
      protocol,
      protocolSha256: hashOf(protocol),
    })),
    employers: [...new Set(employerIds)].map((employerId) => ({
      employerId,
      legalName: `Employer ${employerId}`,
      state: 'WY',
    })),
    facts,
    ...changes,
  };
}

export function builtPacket(facts: EvidenceFacts, changes: Partial<PacketSources> = {}): BuiltPacket {
  const built = buildPacket(packetSources(facts, changes));
  if (!built.ok) throw new Error(`refused: ${built.reason}`);
  return built;
}
