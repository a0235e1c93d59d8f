import type { Snapshot, StoredSeal } from '../evidence/packet-queries.ts';
import type { Packet } from '../evidence/rules/packet.ts';
import type { PacketVerdict } from '../evidence/rules/verify-packet.ts';
import { MET_REQUIREMENT_STATUSES } from '../evidence/types.ts';
import { EXCLUSION_WORDS, STATUS_WORDS } from '../evidence/words.ts';
import { ledgerPaths } from '../ledger/paths.ts';
import { snapshotPage } from './pages.ts';
import { approvalPaths } from './paths.ts';

type Facts = {
  snapshot: Snapshot;
  packet: Packet;
  seal: StoredSeal | null;
  requesterName: string;
  confirmerName: string;
  recordId: number | null;
  applicationId: number | null;
  supersededAt: Date | null;
  zone: string;
  now: Date;
};

const LANGUAGE_NAMES = { en: 'English', es: 'Spanish' } as const;

export function packetPage(facts: Facts & { verdict: PacketVerdict | null }) {
  const { snapshot, packet, verdict } = facts;
  const of = (name: string) => `${approvalPaths.snapshot(snapshot.id)}/${name}`;
  const isMet = (MET_REQUIREMENT_STATUSES as readonly string[]).includes(packet.result.status);
  const isSealed = facts.seal !== null;
  return {
    ...snapshotPage({ ...facts, verdict: verdict ?? { ok: false, checks: [], about: null } }),
    ...packetFacts(facts),
    waits: snapshot.packetFormat > 1 && !isSealed,
    downloads: [
      { href: of('print'), text: 'Print for a meeting', note: 'One page to print or save as PDF' },
      { href: of('employers.csv'), text: 'Employers (CSV)', note: 'For a spreadsheet' },
      ...(snapshot.packetFormat === 1 || isSealed
        ? [{ href: of('packet.json'), text: 'The packet (JSON)', note: 'Everything, to check it anywhere' }]
        : []),
      ...(isSealed
        ? [
            {
              href: of('public.json'),
              text: 'Public version (JSON)',
              note: 'Without who said what; its hash is in the log beside the packet’s',
            },
            { href: of('proof'), text: 'Proof from the log', note: 'Its place in the log, C2SP tlog-proof' },
            ...(isMet
              ? [
                  {
                    href: of('endorsement.jwt'),
                    text: 'Endorsement (VC)',
                    note: 'Open Badges 3.0 EndorsementCredential, for wallets and registries',
                  },
                ]
              : []),
          ]
        : []),
    ],
  };
}

/** The whole on paper: everything a board looks at, in the order in which it asks. */
export function printPage(facts: Facts) {
  const verdict = { ok: true, checks: [], about: null };
  return {
    ...snapshotPage({ ...facts, verdict }),
    ...packetFacts(facts),
    noindex: true,
    back: { href: approvalPaths.snapshot(facts.snapshot.id), text: 'Back to the evidence' },
    breadcrumbs: [],
    printedAt: facts.now,
    notices: facts.packet.notices.length,
  };
}

function packetFacts({ packet, seal, snapshot }: Facts) {
  const languages = new Map<string, number>();
  for (const { language } of packet.answerLanguages ?? []) {
    languages.set(LANGUAGE_NAMES[language], (languages.get(LANGUAGE_NAMES[language]) ?? 0) + 1);
  }
  return {
    window: packet.window ?? null,
    method: packet.distinctEmployers?.inWords ?? null,
    givenIn: [...languages].map(([name, answers]) => ({ name, answers })),
    publicSha256: snapshot.publicSha256,
    software: `${packet.software.name} ${packet.software.version}, rule version ${packet.ruleVersion}`,
    instruments: packet.instruments.map(({ slug, version, sha256 }) => ({ slug, version, sha256 })),
    protocols: packet.waves.map(({ waveId, launchedAt, protocolSha256 }) => ({
      waveId,
      launchedAt,
      sha256: protocolSha256,
    })),
    policySha256: packet.policy.sha256,
    seal: seal && {
      kid: seal.kid,
      sealedAt: seal.sealedAt,
      entry: seal.leafIndex,
      href: ledgerPaths.transparency,
      keysHref: ledgerPaths.jwks,
    },
  };
}

export const EMPLOYER_COLUMNS = [
  'employer_ids',
  'employer',
  'state',
  'says',
  'reason_not_counted',
  'answered_at',
  'counts_until',
  'answers',
] as const;

/** One row a distinct employer, with what it says, also those that were asked and said nothing. */
export function* employerRows(packet: Packet): Generator<(string | number | Date | null)[]> {
  const employers = new Map(packet.employers.map((one) => [one.employerId, one]));
  const answers = new Map(packet.facts.answers.map((one) => [one.answerId, one]));
  for (const position of packet.result.positions) {
    const records = position.employerIds.map((id) => employers.get(id));
    const deciding = position.decidingAnswerId === null ? null : answers.get(position.decidingAnswerId);
    yield [
      position.employerIds.join(' '),
      records.map((one) => one?.legalName ?? '').join(' = '),
      [...new Set(records.map((one) => one?.state ?? ''))].join(' '),
      STATUS_WORDS[position.status],
      [...new Set(position.exclusions.map(({ reason }) => EXCLUSION_WORDS[reason]))].join('; '),
      deciding?.answeredAt ?? null,
      position.expiresAt,
      Object.entries(deciding?.values ?? {})
        .map(([question, answer]) => `${question}: ${answer}`)
        .join('; '),
    ];
  }
}
