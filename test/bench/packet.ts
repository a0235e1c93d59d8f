import { performance } from 'node:perf_hooks';
import { buildPacket } from '../../src/evidence/rules/packet.ts';
import { publicVersionOf } from '../../src/evidence/rules/public-packet.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { answer, ask, facts, month, said } from '../support/evidence/facts.ts';
import { packetSources } from '../support/evidence/packets.ts';
import { sealedPacket, testKeys } from '../support/evidence/seals.ts';
import { type BenchRow, median } from './rows.ts';

const EMPLOYERS = 5_000;
const RUNS = 5;
const FREEZE_BAR_MS = 2_000;
const VERIFY_BAR_MS = 1_000;

/** (p) Freezing evidence over 5,000 employers, without the database, and checking the file. */
export async function benchPacket(): Promise<BenchRow[]> {
  const asks = Array.from({ length: EMPLOYERS }, (_, at) =>
    ask({ askId: at + 1, contactId: at + 1, employerId: at + 1 }),
  );
  const answers = asks.map(({ askId, contactId, employerId }) =>
    answer({
      answerId: askId + EMPLOYERS,
      askId,
      contactId,
      employerId,
      answeredAt: month(0.5),
      values: said(employerId % 3 === 0 ? 'no' : 'yes', 'yes'),
    }),
  );
  const given = facts({ asks, answers });
  const freezing = time(() => {
    const built = buildPacket({
      ...packetSources(given),
      formatVersion: 2,
      answerLanguages: answers.map(({ answerId }) => ({ answerId, language: 'en' })),
      redactionKey: 'ab'.repeat(32),
    });
    if (!built.ok) throw new Error(built.reason);
    publicVersionOf(JSON.parse(built.text));
  });
  const { file } = await sealedPacket(given);
  const verifying = time(() => {
    if (!verifyPacket(Buffer.from(file), undefined, testKeys).ok) throw new Error('the packet holds');
  });
  return [
    row('freeze evidence over 5,000 employers: count, packet, public version', freezing, FREEZE_BAR_MS),
    row('check its packet: count, hashes, signature, proof', verifying, VERIFY_BAR_MS),
  ];
}

function row(what: string, ours: number, bar: number): BenchRow {
  return {
    id: 'p',
    what,
    backend: '-',
    unit: 'ms',
    ours,
    limit: bar,
    ratioOf: 'to the bar',
    ratio: ours / bar,
    bar: { atMost: 1 },
  };
}

function time(work: () => void): number {
  return median(
    Array.from({ length: RUNS }, () => {
      const before = performance.now();
      work();
      return performance.now() - before;
    }),
  );
}
