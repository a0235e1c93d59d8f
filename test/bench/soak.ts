import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import type { BenchEngine } from './engine.ts';
import type { BenchRow } from './rows.ts';
import { openSurveyBench } from './survey-load.ts';

const CONNECTIONS = 50;
const EIGHTHS = 8;

/** (e) A long stretch of page requests through the pool: the last eighth beside the second, when all is warm. */
export async function benchSoak(engine: BenchEngine, requests = 250_000): Promise<BenchRow[]> {
  const bench = await openSurveyBench(engine, 'bench_soak');
  try {
    const marks = await load(
      bench.oursUrl,
      bench.invited.employers.map(({ token }) => ({ method: 'GET', path: `/r/${token}/c/1` })),
      requests,
    );
    const rate = (eighth: number) => requests / EIGHTHS / ((marks[eighth]! - marks[eighth - 1]!) / 1_000);
    return [
      {
        id: 'e',
        what: `${requests.toLocaleString('en-US')} survey pages: last eighth beside the second`,
        backend: '-',
        unit: '/s',
        ours: rate(EIGHTHS),
        limit: rate(2),
        ratioOf: 'to the second eighth',
        ratio: rate(EIGHTHS) / rate(2),
        bar: { atLeast: 0.9 },
      },
    ];
  } finally {
    await bench.close();
  }
}

/** The times at which each eighth of the answers had come, the start first. */
function load(url: string, requests: autocannon.Request[], amount: number): Promise<number[]> {
  const marks = [performance.now()];
  let answers = 0;
  return new Promise((resolve, reject) => {
    const run = autocannon({ url, connections: CONNECTIONS, amount, requests }, (error, result) => {
      if (error) reject(error);
      else if (result.non2xx > 0 || result.errors > 0)
        reject(new Error(`the soak met ${result.non2xx} refusals, ${result.errors} errors`));
      else resolve(marks);
    });
    run.on('response', () => {
      answers += 1;
      if (answers % (amount / EIGHTHS) === 0) marks.push(performance.now());
    });
  });
}
