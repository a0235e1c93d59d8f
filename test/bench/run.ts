import { cpus, loadavg } from 'node:os';
import { benchAnswerPost } from './answer-post.ts';
import { benchChangedSince } from './changed-since.ts';
import { type BenchEngine, startBenchEngine } from './engine.ts';
import { benchLaunchToMail } from './launch-to-mail.ts';
import { benchMerge } from './merge.ts';
import { benchPacket } from './packet.ts';
import { benchPlanning } from './planning.ts';
import { type BenchRow, formatRows, meetsBar } from './rows.ts';
import { benchSending } from './sending.ts';
import { benchSoak } from './soak.ts';
import { benchSurveyPage } from './survey-page.ts';
import { benchTally } from './tally.ts';
import { benchWorkers } from './workers.ts';

const PARTS: Record<string, (engine: BenchEngine) => Promise<BenchRow[]>> = {
  a: benchSending,
  b: benchSurveyPage,
  c: benchAnswerPost,
  d: (engine) => benchTally(engine, [10_000, 1_000_000, 10_000_000]),
  e: (engine) => benchSoak(engine),
  f: benchPlanning,
  g: benchWorkers,
  h: benchLaunchToMail,
  i: benchChangedSince,
  m: benchMerge,
  p: benchPacket,
};

/** `npm run bench` runs everything; `npm run bench -- b c` only those parts. Prints a Markdown table last. */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !(part in PARTS));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

// Others' work on the machine shows in the figures; the table says how much there was.
const [busyBefore] = loadavg();
const engine = await startBenchEngine();
const rows: BenchRow[] = [];
try {
  for (const [part, run] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(part)) continue;
    console.error(`part ${part} ...`);
    rows.push(...(await run(engine)));
  }
} finally {
  await engine.stop();
}
console.log(
  `Node ${process.version}, ${cpus().length} cores, embedded PostgreSQL, load and servers on the same machine; load average before the start ${busyBefore?.toFixed(1)}\n`,
);
console.log(formatRows(rows));
process.exit(rows.every(meetsBar) ? 0 : 1);
