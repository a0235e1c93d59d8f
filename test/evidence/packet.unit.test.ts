import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildPacket, hashOf, packetFile, packetFileSchema } from '../../src/evidence/rules/packet.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { runVerifyCommand } from '../../src/evidence/verify-command.ts';
import { toJwks } from '../../src/ledger/rules/keys.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { sha256Hex } from '../../src/lib/sha256.ts';
import {
  answer,
  anyFacts,
  ask,
  facts,
  INCENTIVE,
  link,
  month,
  PREFERENCE,
  said,
} from '../support/evidence/facts.ts';
import { builtPacket, packetSources } from '../support/evidence/packets.ts';
import { testKeys } from '../support/evidence/seals.ts';

// Many drawn cases, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

function tenYes() {
  const asks = Array.from({ length: 14 }, (_, index) =>
    ask({ askId: index + 1, contactId: index + 1, employerId: index + 1 }),
  );
  const answers = asks.slice(0, 12).map(({ askId, contactId, employerId }) =>
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
  return facts({
    answers,
    asks: asks.map((each) => ({
      ...each,
      bouncedAt: each.askId === 13 ? month(0.2) : null,
      declinedAt: each.askId === 14 ? month(0.3) : null,
    })),
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const fileOf = (given = tenYes()) => {
  const { text, sha256 } = builtPacket(given);
  return packetFile(text, sha256);
};

describe('buildPacket', () => {
  it('holds the count beside whom it was taken from', () => {
    const packet = JSON.parse(builtPacket(tenYes()).text);
    expect(packet.result).toMatchObject({
      status: 'met',
      figures: { asked: 14, delivered: 13, answered: 12, bothYes: 10, no: 1, excluded: 1 },
    });
    expect(packet.waves[0].dispositions).toEqual({
      asked: 14,
      answered: 12,
      withdrawn: 0,
      declined: 1,
      undelivered: 1,
      silent: 0,
    });
    expect(packet.crossTable).toContainEqual({
      employers: 10,
      values: { [INCENTIVE]: 'yes', [PREFERENCE]: 'yes' },
    });
    expect(packet.crossTable).toContainEqual({
      employers: 1,
      values: { [INCENTIVE]: 'yes', [PREFERENCE]: 'no' },
    });
    expect(packet.crossTable).toHaveLength(9);
    expect(packet.validUntil).toBe('2028-01-15T12:00:00.000Z');
    expect(packet.policy.inWords[0]).toContain('At least 10 different employers');
  });

  it('gives the same bytes for the same sources in any order', () => {
    const given = tenYes();
    const turned = { ...given, answers: given.answers.toReversed(), asks: given.asks.toReversed() };
    const sources = packetSources(turned);
    const other = buildPacket({
      ...sources,
      employers: sources.employers.toReversed(),
      waves: sources.waves.toReversed(),
    });
    expect(other).toMatchObject({ ok: true, sha256: builtPacket(given).sha256 });
  });

  it('knows no people and no tax numbers', () => {
    const { text } = builtPacket(tenYes());
    expect(text).not.toMatch(/fein|e-?mail":|@|respondent/i);
  });

  it.each([
    ['nobody_asked', packetSources({ ...tenYes(), asks: [] })],
    ['nobody_asked', packetSources(tenYes(), { asOf: month(-1) })],
    ['wave_unknown', packetSources(tenYes(), { waves: [] })],
    ['wording_unknown', packetSources(tenYes(), { instruments: [] })],
    ['wording_unknown', packetSources(tenYes(), { notices: [] })],
    [
      'protocol_not_fixed',
      packetSources(tenYes(), {
        waves: packetSources(tenYes()).waves.map((wave) => ({ ...wave, launchedAt: month(0.1) })),
      }),
    ],
    [
      'protocol_not_fixed',
      packetSources(tenYes(), {
        waves: packetSources(tenYes()).waves.map((wave) => ({ ...wave, protocol: { reminders: 2 } })),
      }),
    ],
  ])('refuses: %s', (reason, sources) => {
    expect(buildPacket(sources)).toEqual({ ok: false, reason });
  });
});

describe('verifyPacket', () => {
  it('finds nothing wrong with a packet of the first format, made before there was another', async () => {
    const old = await readFile(new URL('packets/format-1.packet', import.meta.url));
    const verdict = verifyPacket(old);
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(verdict.ok).toBe(true);
    // And what is in it gives the same bytes again.
    const { packet, sha256 } = packetFileSchema.parse(JSON.parse(old.toString()));
    const again = buildPacket(packet);
    expect(again).toMatchObject({ ok: true, sha256 });
  });

  it('finds nothing wrong with what was built, whatever happened', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const built = buildPacket(packetSources(given, { asOf: month(30) }));
        fc.pre(built.ok);
        if (!built.ok) return;
        const verdict = verifyPacket(bytes(packetFile(built.text, built.sha256)), built.sha256);
        expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
        expect(verdict.ok).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('says what it checked', () => {
    const { checks, about } = verifyPacket(bytes(fileOf()));
    expect(about).toBe(
      'Certified Welder (Welding Society) for Wyoming list, 2026, as of 2026-02-01T12:00:00.000Z',
    );
    expect(checks.map(({ says }) => says).join('\n')).toContain(
      'Counting its 12 answers again gives the same result: 10 of 10 employers, met.',
    );
  });

  it('notices any byte that is changed, dropped or added', () => {
    const good = bytes(fileOf());
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('flip', 'drop', 'add'),
        (at, by, how) => {
          const bad =
            how === 'flip'
              ? good.map((byte, index) => (index === at ? byte ^ by : byte))
              : how === 'drop'
                ? Uint8Array.from([...good.slice(0, at), ...good.slice(at + 1)])
                : Uint8Array.from([...good.slice(0, at), by, ...good.slice(at)]);
          expect(verifyPacket(bad).ok).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });

  type Json = Record<string, never>;
  /** Someone who alters the packet and writes a fitting hash under it. */
  function forged(change: (packet: Json) => void, rehash = true): Uint8Array {
    const file = JSON.parse(fileOf());
    change(file.packet);
    if (rehash) file.sha256 = sha256Hex(canonicalJson(file.packet));
    return bytes(canonicalJson(file));
  }
  const set = (path: string, value: unknown) => (packet: Json) => {
    const keys = path.split('.');
    const last = keys.pop()!;
    const holder = keys.reduce<Record<string, unknown>>(
      (at, key) => at[key] as Record<string, unknown>,
      packet as Record<string, unknown>,
    );
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  };

  it.each([
    ['a better count', set('result.figures.bothYes', 11), 'not the result that it states'],
    ['another status', set('result.status', 'met_but_expiring'), 'not the result that it states'],
    [
      'a no turned into a yes',
      set(`facts.answers.10.values.${PREFERENCE}`, 'yes'),
      'not the result that it states',
    ],
    ['a hidden connection', set('facts.answers.11.relation', 'none'), 'not the result that it states'],
    [
      'a later answer date',
      set('facts.answers.0.answeredAt', '2026-01-20T12:00:00.000Z'),
      'not the result that it states',
    ],
    ['a lower bar', set('policy.body.requirement.minDistinctEmployers', 5), 'the policy'],
    ['other question wording', set('instruments.0.body.format', 2), 'instrument version 1'],
    ['another notice', set('notices.0.body.format', 2), 'notice version 1'],
    ['another protocol', set('waves.0.protocol.reminders', 9), 'the protocol of wave 1'],
    [
      'fewer silent employers',
      set('facts.asks.13', {
        ...ask({ askId: 14, employerId: 1, contactId: 1 }),
        sentAt: '2026-01-01T12:00:00.000Z',
      }),
      'not the result',
    ],
    ['a friendlier wave', set('waves.0.dispositions.declined', 0), 'became of the asks'],
    ['a longer life', set('validUntil', '2030-01-01T00:00:00.000Z'), 'The day until which'],
    ['another table', set('crossTable.0.employers', 12), 'The table of the questions'],
    ['softer words', set('policy.inWords.0', 'At least 1 employer.'), 'in words'],
    ['a missing employer', set('employers', []), 'employer 1'],
    ['a missing part', set('notices', undefined), 'not a whole packet'],
    ['a part too many', set('extra', 1), 'not a whole packet'],
    ['another rule', set('ruleVersion', '0'), 'Use the program of that time'],
    ['an answer of no kind', set('facts.answers.0.relation', 'friend'), 'not a whole packet'],
  ])('finds %s, even under a fresh hash', (_name, change, says) => {
    const { ok, checks } = verifyPacket(forged(change));
    expect(ok).toBe(false);
    expect(
      checks
        .filter((each) => !each.ok)
        .map((each) => each.says)
        .join('\n'),
    ).toContain(says);
  });

  it('finds a whole other packet only by the hash that the approval record names', () => {
    const harmless = forged(set('credential.name', 'Another credential'));
    expect(verifyPacket(harmless).ok).toBe(true);
    expect(verifyPacket(harmless, builtPacket(tenYes()).sha256).ok).toBe(false);
    expect(verifyPacket(forged(set('credential.name', 'Another credential'), false)).ok).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"format"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a byte order mark', `\ufeff${fileOf()}`],
    ['spaces', `${fileOf()} `],
    ['a name twice', fileOf().replace('"ruleVersion":', '"ruleVersion":"2","ruleVersion":')],
    ['a deep nest', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('refuses %s without falling over', (_name, text) => {
    expect(verifyPacket(bytes(text)).ok).toBe(false);
  });

  it('keeps the hash of bodies apart from the order of their members', () => {
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
  });

  it('takes a possible duplicate and its settlement along', () => {
    const given = { ...tenYes(), links: [link(1, 2, { until: month(20) })] };
    expect(JSON.parse(builtPacket(given).text).result.figures.bothYes).toBe(9);
    expect(verifyPacket(bytes(fileOf(given))).ok).toBe(true);
  });
});

describe('countersign verify', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-verify-'));
    await writeFile(join(folder, 'good.json'), fileOf());
    await writeFile(join(folder, 'bad.json'), fileOf().replace('"met"', '"short"'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(...argv: string[]) {
    const written: string[] = [];
    const code = await runVerifyCommand(argv, { write: (text) => written.push(text) });
    return { code, text: written.join('') };
  }

  it('answers 0 for a packet that holds', async () => {
    const { code, text } = await run(
      join(folder, 'good.json'),
      '--sha256',
      builtPacket(tenYes()).sha256.toUpperCase(),
    );
    expect(code).toBe(0);
    expect(text).toContain('The packet holds.');
    expect(text).not.toContain('FAIL');
  });

  it('says what it cannot check', async () => {
    expect((await run(join(folder, 'good.json'))).text).toContain('Compare its SHA-256');
  });

  it('takes no packet without a signature for a state’s because its keys were given', async () => {
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(toJwks(testKeys)));
    const given = [join(folder, 'good.json'), '--key', join(folder, 'jwks.json')];
    const { code, text } = await run(...given);
    expect(code).toBe(1);
    expect(text).toContain('FAIL  It carries no signature');
    const vouched = await run(...given, '--sha256', builtPacket(tenYes()).sha256);
    expect(vouched.code).toBe(0);
    expect(vouched.text).toContain('The SHA-256 that you gave vouches for it.');
  });

  it('answers 1 for one that does not', async () => {
    const { code, text } = await run(join(folder, 'bad.json'));
    expect(code).toBe(1);
    expect(text).toContain('FAIL  The packet');
  });

  it('answers 2 when there is nothing to check', async () => {
    expect(await run(join(folder, 'none.json'))).toMatchObject({ code: 2 });
    expect((await run(join(folder, 'none.json'))).text).toContain('there is no such file');
    expect(await run(folder)).toMatchObject({ code: 2 });
    expect((await run(folder)).text).toContain('it is a folder');
    expect(await run()).toMatchObject({ code: 2 });
    expect(await run(join(folder, 'good.json'), '--sha256', 'abc')).toMatchObject({ code: 2 });
    await expect(run('--wrong')).rejects.toThrow();
  });
});
