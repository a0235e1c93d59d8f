import type { SigningKey } from '../../ledger/rules/keys.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import {
  crossTableOf,
  dispositionsOf,
  hashOf,
  isHeardByBodies,
  methodOf,
  PACKET_FORMAT,
  type Packet,
  packetFileSchema,
  resultOf,
  SEALED_FORMAT,
  sealedFileSchema,
  toPlain,
  validUntilOf,
  windowOf,
} from './packet.ts';
import { describePolicy } from './policy.ts';
import { isDisclosedRow, PUBLIC_FORMAT, publicFileSchema, publicVersionOf } from './public-packet.ts';
import { evaluateRequirement, ruleVersionOf } from './requirement.ts';
import { checkSeal } from './seal.ts';

export type PacketCheck = {
  ok: boolean;
  says: string;
  /** It tells of something that was not checked. */
  isNote?: true;
};

export type PacketVerdict = {
  ok: boolean;
  checks: PacketCheck[];
  /** What the packet is about, in one sentence; null when it could not be read. */
  about: string | null;
};

/** What a packet file alone cannot show. */
export const NOT_CHECKED =
  'Not checked: who made the file. Compare its SHA-256 with the one that the approval record names.';

/** With keys a packet has to be signed: else whoever takes the signature off could write anything into it. */
const NOT_SIGNED =
  'It carries no signature, so the keys that you gave say nothing of it: it was never sealed, or its seal was taken off.';

/** What a signed one does not show without the keys. */
const KEYS_NOT_GIVEN =
  'Not checked: whose signatures these are. Give the public keys with --key (the server publishes them at /.well-known/jwks.json).';

/**
 * Checks a packet file by itself, without a database or a network: its bytes, its hash, the versions it names, the
 * count, made again from the answers in it, and from the second format on its signature and its place in the log.
 * `expectedSha256` is the hash that an approval record names, when it is known; `keys` are those of the state.
 */
export function verifyPacket(
  bytes: Uint8Array,
  expectedSha256?: string,
  keys: readonly SigningKey[] | null = null,
): PacketVerdict {
  const checks: PacketCheck[] = [];
  const check = (ok: boolean, good: string, bad: string) => {
    checks.push({ ok, says: ok ? good : bad });
    return ok;
  };
  const stop = (): PacketVerdict => ({ ok: false, checks, about: null });

  const read = readJson(bytes);
  check(read !== null, 'The file is JSON in UTF-8.', 'The file is not JSON in UTF-8.');
  if (read === null) return stop();
  const { text, value } = read;
  const canonical = canonicalParts(value);
  check(
    canonical?.file === text,
    'Its bytes are the canonical form (RFC 8785) of what it says.',
    'Its bytes are not the canonical form (RFC 8785) of what it says: something was rewritten or added.',
  );
  const statedFormat = formatOf(value);
  if (statedFormat === PUBLIC_FORMAT) return verifyPublicPacket(value, expectedSha256, keys, checks);
  const isSealed = statedFormat === SEALED_FORMAT;
  const parsed = isSealed ? sealedFileSchema.safeParse(value) : packetFileSchema.safeParse(value);
  const format = isSealed ? SEALED_FORMAT : PACKET_FORMAT;
  if (
    !check(
      parsed.success,
      `It has every part of the format ${format}, and nothing else.`,
      `It is not a whole packet of the format ${format}: ${parsed.success ? '' : firstIssues(parsed.error.issues)}.`,
    )
  )
    return stop();
  const packet: Packet = parsed.data!.packet;
  const stated = parsed.data!.sha256;
  const raw = (value as { packet: Record<string, unknown> }).packet;

  const packetText = canonical?.packet ?? canonicalJson(raw);
  const actual = sha256Hex(packetText);
  check(
    actual === stated,
    `The packet's SHA-256 is ${actual}, as the file states.`,
    `The packet's SHA-256 is ${actual}, but the file states ${stated}: it was changed after it was frozen.`,
  );
  if (expectedSha256 !== undefined) {
    check(
      actual === expectedSha256,
      'It is the packet with the SHA-256 that you gave.',
      `It is not the packet with the SHA-256 that you gave, ${expectedSha256}.`,
    );
  }

  const wrongHashes = hashedParts(packet, raw).filter(({ sha256, body }) => hashOf(body) !== sha256);
  check(
    wrongHashes.length === 0,
    'The policy, the wording of the questions and notices, and the protocol of each wave have the hashes that name them.',
    `These do not have the hash that names them: ${wrongHashes.map(({ name }) => name).join(', ')}.`,
  );
  check(
    canonicalJson(packet.policy.inWords) === canonicalJson(describePolicy(packet.policy.body)),
    'The policy in words says what the policy as data says.',
    'The policy in words is not what the policy as data says.',
  );
  const missing = missingParts(packet);
  check(
    missing.length === 0,
    'Every wave, wording and employer that an ask or answer names is described.',
    `Missing: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}.`,
  );

  const ruleVersion = ruleVersionOf(packet.policy.body);
  const knowsRule = check(
    packet.ruleVersion === ruleVersion,
    `It was counted by rule version ${ruleVersion}, which this program knows.`,
    `It was counted by rule version ${packet.ruleVersion}; this program knows version ${ruleVersion}. Use the program of that time.`,
  );
  if (knowsRule) {
    const result = evaluateRequirement(packet.policy.body, packet.facts, packet.asOf);
    const counted = countedOf(packet);
    const found = [
      `${result.figures.bothYes} of ${result.required} employers`,
      ...(result.bodies ?? []).map(
        ({ kind, isMet }) => `${kind.replaceAll('_', ' ')} ${isMet ? 'met' : 'not met'}`,
      ),
      result.status.replaceAll('_', ' '),
    ].join(', ');
    check(
      same(resultOf(result), raw.result),
      `Counting ${counted} again gives the same result: ${found}.`,
      `Counting ${counted} again gives ${found}, and not the result that it states.`,
    );
    check(
      same(crossTableOf(packet.policy.body, packet.facts, result), raw.crossTable),
      'The table of the questions against each other agrees with the answers.',
      'The table of the questions against each other does not agree with the answers.',
    );
    check(
      same(validUntilOf(result), raw.validUntil),
      packet.validUntil
        ? `It is valid until ${packet.validUntil.toISOString()}, as the age of its answers gives.`
        : 'It states no day until which it is valid, as its answers give.',
      'The day until which it says it is valid is not the one that its answers give.',
    );
  }
  const wavesAgree = packet.waves.every((wave) =>
    same(dispositionsOf(packet.facts, wave.waveId, packet.asOf), toPlain(wave.dispositions)),
  );
  check(
    wavesAgree && (packet.result.figures.asked > 0 || isHeardByBodies(packet)),
    `What became of the ${packet.facts.asks.length} asks of its ${packet.waves.length} ${packet.waves.length === 1 ? 'wave' : 'waves'} agrees with the asks and answers.`,
    'What it says became of the asks does not agree with the asks and answers.',
  );
  if (isSealed) {
    const { signature, proof } = parsed.data as { signature: string; proof: string };
    check(
      same(methodOf(packet.policy.body), raw.distinctEmployers) &&
        same(windowOf(packet.facts, packet.asOf), raw.window),
      'How records became distinct employers, and from when to when it was asked, are as its rule and its facts give.',
      'How records became distinct employers, or from when to when it was asked, is not as its rule and its facts give.',
    );
    check(
      sameIds(packet.answerLanguages ?? [], packet.facts.answers),
      'It says in which language each answer was given.',
      'It does not say for each answer in which language it was given.',
    );
    const sealed = checkSeal(
      { bytes: Buffer.from(packetText), sha256: actual, which: 'sha256', seal: { signature, proof } },
      keys,
    );
    checks.push(...sealed.checks);
    const publicText = publicVersionOf(raw as Parameters<typeof publicVersionOf>[0]).text;
    check(
      sealed.leaf?.value.publicSha256 === sha256Hex(publicText),
      `Its public version is the one with the SHA-256 ${sealed.leaf?.value.publicSha256}, as the log has it.`,
      'Its public version is not the one that the log has beside it.',
    );
    if (!keys) checks.push({ ok: true, isNote: true, says: KEYS_NOT_GIVEN });
  } else if (keys) {
    // A hash that somebody got from the approval record vouches for the bytes as well as a signature does.
    check(
      expectedSha256 !== undefined,
      'It carries no signature. The SHA-256 that you gave vouches for it.',
      NOT_SIGNED,
    );
  }
  return {
    ok: checks.every(({ ok }) => ok),
    checks,
    about: `${packet.credential.name} (${packet.credential.issuer.name}) for ${packet.list.name}, ${packet.list.cycle.name}, as of ${packet.asOf.toISOString()}`,
  };
}

/** Checks the version for the public: less is in it, so less can be counted again. */
function verifyPublicPacket(
  value: unknown,
  expectedSha256: string | undefined,
  keys: readonly SigningKey[] | null,
  checks: PacketCheck[],
): PacketVerdict {
  const check = (ok: boolean, good: string, bad: string) => {
    checks.push({ ok, says: ok ? good : bad });
    return ok;
  };
  const parsed = publicFileSchema.safeParse(value);
  if (
    !check(
      parsed.success,
      `It has every part of the format ${PUBLIC_FORMAT}.`,
      `It is not a whole file of the format ${PUBLIC_FORMAT}: ${parsed.success ? '' : firstIssues(parsed.error.issues)}.`,
    )
  )
    return { ok: false, checks, about: null };
  const { packet, sha256: stated, signature, proof, disclosed = [] } = parsed.data!;
  const text = canonicalJson(packet);
  const actual = sha256Hex(text);
  check(
    actual === stated,
    `The public version's SHA-256 is ${actual}, as the file states.`,
    `The public version's SHA-256 is ${actual}, but the file states ${stated}: it was changed after it was frozen.`,
  );
  const sealed = checkSeal(
    { bytes: Buffer.from(text), sha256: actual, which: 'publicSha256', seal: { signature, proof } },
    keys,
  );
  checks.push(...sealed.checks);
  if (expectedSha256 !== undefined) {
    check(
      sealed.leaf?.value.sha256 === expectedSha256,
      'It is the public version of the packet with the SHA-256 that you gave.',
      'It is not the public version of the packet with the SHA-256 that you gave.',
    );
  } else if (sealed.leaf) {
    checks.push({
      ok: true,
      says: `The whole packet is the one with the SHA-256 ${sealed.leaf.value.sha256}.`,
    });
  }
  const wrong = disclosed.filter((row) => !isDisclosedRow(row, packet.rowsRoot));
  if (disclosed.length > 0) {
    check(
      wrong.length === 0,
      `The ${disclosed.length} rows that it shows besides are rows of the whole packet, word for word.`,
      `These rows are not as the whole packet has them: ${wrong.map(({ table, at }) => `${table} ${at}`).join(', ')}.`,
    );
  }
  checks.push({
    ok: true,
    isNote: true,
    says: 'Not checked: the count. Who answered what is not in it; the whole packet can be counted again.',
  });
  if (!keys) checks.push({ ok: true, isNote: true, says: KEYS_NOT_GIVEN });
  const about = (packet.credential as { name?: unknown } | undefined)?.name;
  return {
    ok: checks.every(({ ok }) => ok),
    checks,
    about: typeof about === 'string' ? `Public version: ${about}` : null,
  };
}

function formatOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { format?: unknown }).format : undefined;
}

function sameIds(
  languages: readonly { answerId: number }[],
  answers: readonly { answerId: number }[],
): boolean {
  return (
    languages.length === answers.length &&
    languages.every(({ answerId }, index) => answerId === answers[index]!.answerId)
  );
}

function readJson(bytes: Uint8Array): { text: string; value: unknown } | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    // The parser's own words quote the file, whatever it is.
    return null;
  }
}

/** The canonical form; a packet inside is written once and kept, being nearly the whole of the file. */
function canonicalParts(value: unknown): { file: string; packet: string } | null {
  try {
    if (!isObject(value) || !isObject(value.packet)) return { file: canonicalJson(value), packet: '' };
    const packet = canonicalJson(value.packet);
    const members = Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${name === 'packet' ? packet : canonicalJson(value[name])}`);
    return { file: `{${members.join(',')}}`, packet };
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether JSON says what was computed, times being written as UTC to the millisecond. Members that are undefined are none. */
function same(computed: unknown, stated: unknown): boolean {
  if (computed instanceof Date) return stated === computed.toISOString();
  if (Array.isArray(computed)) {
    return (
      Array.isArray(stated) &&
      computed.length === stated.length &&
      computed.every((one, index) => same(one, stated[index]))
    );
  }
  if (!isObject(computed)) return Object.is(computed, stated) || (computed === 0 && stated === 0);
  if (!isObject(stated)) return false;
  const names = Object.keys(computed).filter((name) => computed[name] !== undefined);
  return (
    names.length === Object.keys(stated).length &&
    names.every((name) => Object.hasOwn(stated, name) && same(computed[name], stated[name]))
  );
}

/** Bodies are hashed as the file has them, not as they were read. */
function hashedParts(packet: Packet, raw: Record<string, unknown>) {
  return [
    { name: 'the policy', sha256: packet.policy.sha256, body: (raw.policy as { body: unknown }).body },
    ...packet.instruments.map(({ versionId, sha256, body }) => ({
      name: `instrument version ${versionId}`,
      sha256,
      body,
    })),
    ...packet.notices.map(({ versionId, sha256, body }) => ({
      name: `notice version ${versionId}`,
      sha256,
      body,
    })),
    ...packet.waves.map(({ waveId, protocolSha256, protocol }) => ({
      name: `the protocol of wave ${waveId}`,
      sha256: protocolSha256,
      body: protocol,
    })),
  ];
}

function countedOf({ facts }: Packet): string {
  const answers = `its ${facts.answers.length} answers`;
  if (!facts.bodies) return answers;
  const { ballots, letters, reviews, findings = [] } = facts.bodies;
  return `${answers} and ${ballots.length + letters.length + reviews.length + findings.length} records of votes, letters and reviews`;
}

function missingParts(packet: Packet): string[] {
  const waves = new Set(packet.waves.map(({ waveId }) => waveId));
  const instruments = new Set(packet.instruments.map(({ versionId }) => versionId));
  const notices = new Set(packet.notices.map(({ versionId }) => versionId));
  const employers = new Set(packet.employers.map(({ employerId }) => employerId));
  const missing = [
    ...packet.facts.asks.filter(({ waveId }) => !waves.has(waveId)).map(({ waveId }) => `wave ${waveId}`),
    ...packet.facts.answers
      .filter(({ instrumentVersionId }) => !instruments.has(instrumentVersionId))
      .map(({ instrumentVersionId }) => `instrument version ${instrumentVersionId}`),
    ...packet.facts.answers
      .filter(({ noticeVersionId }) => !notices.has(noticeVersionId))
      .map(({ noticeVersionId }) => `notice version ${noticeVersionId}`),
    ...[...packet.facts.asks, ...packet.facts.answers, ...votersOf(packet)]
      .filter(({ employerId }) => !employers.has(employerId))
      .map(({ employerId }) => `employer ${employerId}`),
    ...(packet.facts.credentialId === packet.credential.id ? [] : ['the credential that was counted']),
  ];
  return [...new Set(missing)];
}

function votersOf({ facts }: Packet): { employerId: number }[] {
  return (facts.bodies?.ballots ?? [])
    .flatMap(({ votes }) => votes)
    .flatMap(({ employerId }) => (employerId === null ? [] : [{ employerId }]));
}

function firstIssues(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const told = issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the file'}: ${message}`);
  return `${told.join('; ')}${issues.length > 3 ? ` (and ${issues.length - 3} more)` : ''}`;
}
