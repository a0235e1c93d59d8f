import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PlanningFigures } from './planning-process.ts';
import { type BenchRow, median } from './rows.ts';

const run = promisify(execFile);

const SIZES = [10_000, 100_000, 1_000_000];
const RUNS = 3;
/** Bars for the largest. */
const MOST_SECONDS = 60;
const MOST_MB = 1_024;

/** (f) Plans waves of three sizes, each in a process of its own, so that the peak of its memory is its own too. */
export async function benchPlanning(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let before: { asks: number; seconds: number } | null = null;
  for (const size of SIZES) {
    const runs: PlanningFigures[] = [];
    for (let i = 0; i < (size === SIZES.at(-1) ? 1 : RUNS); i += 1) runs.push(await plan(size));
    const [{ asks, contacts }] = runs as [PlanningFigures];
    const seconds = median(runs.map((figures) => figures.ms)) / 1_000;
    const mb = median(runs.map((figures) => figures.peakMb));
    const what = `plan ${asks.toLocaleString('en-US')} asks of ${contacts.toLocaleString('en-US')} people`;
    const common = { id: 'f', backend: '-' as const };
    const nLogN: number | null =
      before && before.seconds * ((asks * Math.log(asks)) / (before.asks * Math.log(before.asks)));
    rows.push({
      ...common,
      what,
      unit: 's',
      ours: seconds,
      limit: nLogN,
      ratioOf: 'to n log n from the size before',
      ratio: nLogN && seconds / nLogN,
      // Two runs of one size differ by as much.
      bar: nLogN === null ? null : { atMost: 1.3 },
    });
    if (size === SIZES.at(-1)) {
      const within = { ...common, bar: { atMost: 1 } };
      rows.push(
        {
          ...within,
          what: `${what}: time`,
          unit: 's',
          ours: seconds,
          limit: MOST_SECONDS,
          ratioOf: 'to a minute',
          ratio: seconds / MOST_SECONDS,
        },
        {
          ...within,
          what: `${what}: peak memory`,
          unit: 'MB',
          ours: mb,
          limit: MOST_MB,
          ratioOf: 'to 1 GiB',
          ratio: mb / MOST_MB,
        },
      );
    } else {
      rows.push({
        ...common,
        what: `${what}: peak memory`,
        unit: 'MB',
        ours: mb,
        limit: null,
        ratioOf: '',
        ratio: null,
        bar: null,
      });
    }
    before = { asks, seconds };
  }
  return rows;
}

async function plan(size: number): Promise<PlanningFigures> {
  const { stdout } = await run(process.execPath, [
    '--import',
    'tsx',
    join(import.meta.dirname, 'planning-process.ts'),
    String(size),
  ]);
  return JSON.parse(stdout) as PlanningFigures;
}
