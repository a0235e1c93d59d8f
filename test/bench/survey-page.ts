import type { BenchEngine } from './engine.ts';
import type { BenchRow } from './rows.ts';
import { openSurveyBench } from './survey-load.ts';

/** (b) An employer opens a credential's page: 50 connections, 200 links. */
export async function benchSurveyPage(engine: BenchEngine): Promise<BenchRow[]> {
  const bench = await openSurveyBench(engine, 'bench_survey_page');
  try {
    const { ours, bare } = await bench.measure((token) => ({ method: 'GET', path: `/r/${token}/c/1` }));
    return [
      {
        id: 'b',
        what: 'survey page, beside Fastify + handlebars + one indexed SELECT',
        backend: '-',
        unit: '/s',
        ours,
        limit: bare,
        ratioOf: 'to the limit',
        ratio: ours / bare,
        bar: { atLeast: 0.6 },
      },
    ];
  } finally {
    await bench.close();
  }
}
