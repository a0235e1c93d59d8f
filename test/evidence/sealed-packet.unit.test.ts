import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { compactVerify, createLocalJWKSet, flattenedVerify } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { endorsementOf } from '../../src/evidence/rules/endorsement.ts';
import { buildPacket, readPacket } from '../../src/evidence/rules/packet.ts';
import { discloseRows, publicVersionOf } from '../../src/evidence/rules/public-packet.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { runVerifyCommand } from '../../src/evidence/verify-command.ts';
import { toJwks } from '../../src/ledger/rules/keys.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { generateSigningKey, keyIdOf, publicKeyOf } from '../../src/lib/ed25519.ts';
import { signCompact } from '../../src/lib/jws.ts';
import { sha256Hex } from '../../src/lib/sha256.ts';
import { answer, anyFacts, ask, facts, month, said } from '../support/evidence/facts.ts';
import { packetSources } from '../support/evidence/packets.ts';
import { type SealedPacket, sealedPacket, testKey, testKeys } from '../support/evidence/seals.ts';
import { checkPacket } from '../support/evidence/second-verifier.ts';

// Many drawn cases, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

const jwks = toJwks(testKeys);

function twelveYes() {
  const asks = Array.from({ length: 14 }, (_, index) =>
    ask({ askId: index + 1, contactId: index + 1, employerId: index + 1 }),
  );
  const answers = asks.slice(0, 13).map(({ askId, contactId, employerId }) =>
    answer({
      answerId: askId + 100,
      askId,
      contactId,
      employerId,
      answeredAt: month(0.5),
      values: employerId === 11 ? said('yes', 'no') : said('yes', 'yes'),
      relation: employerId === 12 ? 'board' : 'none',
    }),
  );
  return facts({ answers, asks });
}

type SealedFile = { packet: { credential: { name: string } }; signature: string; proof: string };

let sealed: SealedPacket;
beforeAll(async () => {
  sealed = await sealedPacket(twelveYes());
});

const secondAgrees = (bytes: Buffer) => {
  try {
    checkPacket(bytes, jwks);
    return true;
  } catch {
    return false;
  }
};
const faultsOf = (file: string | Buffer, keys = testKeys) =>
  verifyPacket(Buffer.from(file), undefined, keys)
    .checks.filter(({ ok }) => !ok)
    .map(({ says }) => says);

describe('a sealed packet', () => {
  it('holds, by both verifiers, and says in words what was checked', () => {
    const { ok, checks } = verifyPacket(Buffer.from(sealed.file), sealed.sha256, testKeys);
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
    const words = checks.map(({ says }) => says).join('\n');
    expect(words).toContain('The signature holds');
    expect(words).toContain('Entry 2 of the log is about exactly this packet');
    expect(words).toContain('to the checkpoint of 5 entries of the log log.example/transparency');
    expect(words).toContain(`Its public version is the one with the SHA-256 ${sealed.publicSha256}`);
    expect(checkPacket(Buffer.from(sealed.file), jwks)).toBe(11);
  });

  it('is counted alike by both, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(anyFacts, async (given) => {
        fc.pre(buildPacket(packetSources(given)).ok);
        const { file } = await sealedPacket(given);
        expect(faultsOf(file)).toEqual([]);
        checkPacket(Buffer.from(file), jwks);
      }),
      { numRuns: 40 },
    );
  });

  it('holds everything that a board may ask for', () => {
    const packet = readPacket(sealed.text, 2);
    expect(packet.window).toEqual({ firstAskedAt: month(0), lastAnsweredAt: month(0.5) });
    expect(packet.distinctEmployers?.method).toBe('countersign-units/1/legal_entity');
    expect(packet.answerLanguages).toHaveLength(13);
    expect(packet.instruments[0]).toMatchObject({
      version: 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(packet.waves[0]).toMatchObject({
      protocolSha256: expect.any(String),
      dispositions: { asked: 14 },
    });
    // What is in it gives the same bytes again.
    expect(buildPacket(packet)).toMatchObject({ ok: true, sha256: sealed.sha256 });
  });

  it('is refused by both when any byte is changed, dropped, added or moved', () => {
    const good = Buffer.from(sealed.file);
    fc.assert(
      fc.property(
        fc.nat(good.length - 2),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('change', 'drop', 'add', 'exchange'),
        (at, by, how) => {
          const bad = Buffer.from(good);
          if (how === 'change') bad[at]! ^= by;
          if (how === 'exchange') [bad[at], bad[at + 1]] = [bad[at + 1]!, bad[at]!];
          const given =
            how === 'drop'
              ? Buffer.concat([good.subarray(0, at), good.subarray(at + 1)])
              : how === 'add'
                ? Buffer.concat([good.subarray(0, at), Buffer.from([by]), good.subarray(at)])
                : bad;
          fc.pre(!given.equals(good));
          expect(verifyPacket(given, undefined, testKeys).ok).toBe(false);
          expect(secondAgrees(given)).toBe(false);
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each<[string, (file: SealedFile) => void, RegExp]>([
    [
      'the packet',
      (file) => Object.assign(file.packet.credential, { name: 'Another' }),
      /it was changed after it was frozen/,
    ],
    [
      'the signature',
      (file) => Object.assign(file, { signature: `${file.signature.slice(0, -4)}AAAA` }),
      /signature/i,
    ],
    [
      'the place in the log',
      (file) => Object.assign(file, { proof: file.proof.replace('index 2', 'index 3') }),
      /The proof does not lead to its checkpoint of 5 entries/,
    ],
    [
      'the path',
      (file) => Object.assign(file, { proof: file.proof.replace(/(index 2\n)./, '$1A') }),
      /The proof does not lead|cannot be read/,
    ],
    [
      'the checkpoint',
      (file) => Object.assign(file, { proof: file.proof.replace('\n5\n', '\n6\n') }),
      /The checkpoint is not signed with a key that you gave/,
    ],
  ])('says which part was altered: %s', (_part, change, words) => {
    const file = JSON.parse(sealed.file);
    change(file);
    expect(faultsOf(canonicalJson(file)).join('\n')).toMatch(words);
  });

  it('cannot be forged with its hash made anew, nor with another key', async () => {
    const file = JSON.parse(sealed.file);
    file.packet.credential.name = 'Another';
    file.sha256 = sha256Hex(canonicalJson(file.packet));
    const says = faultsOf(canonicalJson(file)).join('\n');
    expect(says).toContain('The signature does not hold');
    expect(says).toContain('Entry 2 of the log is about another packet');

    const key = generateSigningKey();
    const others = [{ ...testKeys[0]!, publicKey: publicKeyOf(key), kid: keyIdOf(publicKeyOf(key)) }];
    expect(faultsOf(sealed.file, others).join('\n')).toContain('is not among those that you gave');
    const retired = [{ ...testKeys[0]!, retiredAt: month(0.5) }];
    expect(faultsOf(sealed.file, retired)).toEqual(['The key was not in force at that time.']);
  });

  it('does not hold beside another public version, though its server signed and logged both', async () => {
    const { file } = await sealedPacket(twelveYes(), { publicSha256: 'f'.repeat(64) });
    expect(faultsOf(file)).toEqual(['Its public version is not the one that the log has beside it.']);
    expect(secondAgrees(Buffer.from(file))).toBe(false);
    expect(faultsOf(sealed.file)).toEqual([]);
  });

  it.each<[string, (packet: Record<string, unknown>) => void, RegExp]>([
    [
      'the window',
      ({ window }) => Object.assign(window as object, { firstAskedAt: month(-9).toISOString() }),
      /from when to when/,
    ],
    [
      'the method',
      ({ distinctEmployers }) => Object.assign(distinctEmployers as object, { method: 'by hand' }),
      /distinct employers/,
    ],
    ['the languages', (packet) => (packet.answerLanguages as unknown[]).pop(), /in which language/],
    [
      'the result',
      ({ result }) => Object.assign((result as { figures: object }).figures, { no: 0 }),
      /not the result that it states/,
    ],
  ])(
    'does not hold when its own server wrote another thing of %s and signed it',
    async (_what, write, words) => {
      const { file } = await sealedPacket(twelveYes(), { write });
      const faults = faultsOf(file);
      expect(faults).toHaveLength(1);
      expect(faults[0]).toMatch(words);
    },
  );

  it('is checked without keys too, and says what that leaves open', () => {
    const { ok, checks } = verifyPacket(Buffer.from(sealed.file));
    expect(ok).toBe(true);
    expect(checks.at(-1)?.says).toMatch(/Not checked: whose signatures these are/);
  });

  it('is signed so that other libraries agree (jose)', async () => {
    const { packet, signature } = JSON.parse(sealed.file);
    const [head, , sig] = signature.split('.');
    const payload = Buffer.from(canonicalJson(packet)).toString('base64url');
    const found = await flattenedVerify(
      { protected: head, payload, signature: sig },
      createLocalJWKSet(jwks),
    );
    expect(found.protectedHeader).toMatchObject({ alg: 'EdDSA', kid: testKeys[0]!.kid });
  });
});

describe('the public version', () => {
  it('holds, names the whole packet, and says nothing of who said what', () => {
    const { ok, checks } = verifyPacket(Buffer.from(sealed.publicFile), sealed.sha256, testKeys);
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(sealed.publicFile).not.toMatch(
      /Employer \d|legalName|bothYes|answerId|contactId|redactionKey|dispositions|crossTable|shortfall/,
    );
    expect(JSON.parse(sealed.publicFile).packet.result).toEqual({ enough: true, required: 10 });
    expect(verifyPacket(Buffer.from(sealed.publicFile), 'ab'.repeat(32), testKeys).ok).toBe(false);
  });

  it('is as long, whoever and however many answered', async () => {
    const fewer = twelveYes();
    const other = await sealedPacket({ ...fewer, answers: fewer.answers.slice(0, 12) });
    const sizeOf = (one: SealedPacket) => canonicalJson(JSON.parse(one.publicFile).packet).length;
    expect(sizeOf(other)).toBe(sizeOf(sealed));
  });

  it('shows chosen rows that prove themselves, and no false ones', async () => {
    const packet = JSON.parse(sealed.text);
    const rows = await discloseRows(packet, ({ table, at }) => table === 'employers' && at < 2);
    expect(rows.map(({ row }) => (row as { legalName: string }).legalName)).toEqual([
      'Employer 1',
      'Employer 2',
    ]);
    const withRows = { ...JSON.parse(sealed.publicFile), disclosed: rows };
    expect(faultsOf(canonicalJson(withRows))).toEqual([]);
    withRows.disclosed[1].row.legalName = 'Employer 3';
    expect(faultsOf(canonicalJson(withRows))).toEqual([
      'These rows are not as the whole packet has them: employers 1.',
    ]);
  });

  it('notices any changed byte', () => {
    const good = Buffer.from(sealed.publicFile);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bad = Buffer.from(good);
        bad[at]! ^= by;
        expect(verifyPacket(bad, undefined, testKeys).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same for the same packet', () => {
    expect(sha256Hex(publicVersionOf(JSON.parse(sealed.text)).text)).toBe(sealed.publicSha256);
  });
});

describe('the endorsement', () => {
  const given = { publicUrl: 'https://state.example', sealedAt: month(1) };

  it('is an EndorsementCredential of Open Badges 3.0 as a JWT that other libraries verify', async () => {
    const packet = readPacket(sealed.text, 2);
    const { sha256, publicSha256 } = sealed;
    const endorsement = endorsementOf(packet, { sha256, publicSha256, ...given })!;
    expect((endorsement['@context'] as string[]).slice(0, 2)).toEqual([
      'https://www.w3.org/ns/credentials/v2',
      'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
    ]);
    expect(endorsement).toMatchObject({
      type: ['VerifiableCredential', 'EndorsementCredential'],
      validFrom: month(1).toISOString(),
      credentialSubject: { type: ['EndorsementSubject'], id: 'https://state.example/credentials/welding' },
    });
    expect(JSON.stringify(endorsement)).not.toMatch(/Employer \d|"bothYes"/);
    const header = { kid: testKeys[0]!.kid, typ: 'vc+jwt', cty: 'vc', iss: given.publicUrl };
    const jwt = signCompact(Buffer.from(canonicalJson(endorsement)), header, testKey);
    const { payload, protectedHeader } = await compactVerify(jwt, createLocalJWKSet(jwks));
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'vc+jwt', cty: 'vc' });
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual(endorsement);
  });

  it('is not made of evidence that fell short', async () => {
    const few = twelveYes();
    const { text, sha256, publicSha256 } = await sealedPacket({ ...few, answers: few.answers.slice(0, 3) });
    expect(endorsementOf(readPacket(text, 2), { sha256, publicSha256, ...given })).toBeNull();
  });
});

describe('countersign verify', () => {
  it('works from the file and the public key alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-verify-'));
    const said: string[] = [];
    const run = (...argv: string[]) => runVerifyCommand(argv, { write: (text) => said.push(text) });
    try {
      const [file, keys, one, nothing] = ['packet', 'jwks', 'jwk', 'nothing'].map((name) =>
        join(folder, name),
      );
      await writeFile(file!, sealed.file);
      await writeFile(keys!, JSON.stringify(jwks));
      await writeFile(one!, JSON.stringify(jwks.keys[0]));
      await writeFile(nothing!, '{"keys":[]}');
      expect(await run(file!, '--key', keys!)).toBe(0);
      expect(said.join('')).toContain('The packet holds.');
      expect(await run(file!, '--key', one!)).toBe(0);
      expect(await run(file!)).toBe(0);
      expect(said.join('')).toContain('  note  Not checked: whose signatures these are.');
      expect(await run(file!, '--key', nothing!)).toBe(2);
      expect(await run(file!, '--key', join(folder, 'missing'))).toBe(2);
      await writeFile(file!, sealed.file.replace('Certified Welder', 'Certified Velder'));
      expect(await run(file!, '--key', keys!)).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
