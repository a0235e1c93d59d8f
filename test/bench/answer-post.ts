import type { BenchEngine } from './engine.ts';
import type { BenchRow } from './rows.ts';
import { openSurveyBench } from './survey-load.ts';

/** (c) An employer answers a credential's page, which is on disk before the next page comes: 50 connections, 200 links. */
export async function benchAnswerPost(engine: BenchEngine): Promise<BenchRow[]> {
  const bench = await openSurveyBench(engine, 'bench_answer_post');
  try {
    const { invited } = bench;
    const { ours, bare } = await bench.measure((token, index) => ({
      method: 'POST',
      path: `/r/${token}/c/1`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        ask: String(invited.employers[index]!.askIds[0]),
        wording: String(invited.instrumentVersionId),
        shown: (Date.now() - 60_000).toString(36),
        incentive: 'yes',
        preference: 'yes',
        importance: 'preferred',
      }).toString(),
    }));
    return [
      {
        id: 'c',
        what: 'answer of one credential, beside Fastify + one INSERT',
        backend: '-',
        unit: '/s',
        ours,
        limit: bare,
        ratioOf: 'to the limit',
        ratio: ours / bare,
        bar: { atLeast: 0.4 },
      },
    ];
  } finally {
    await bench.close();
  }
}
