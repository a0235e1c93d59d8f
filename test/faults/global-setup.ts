import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { FigureRow } from './figures.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file to which each scenario adds its figures. */
    faultFigures: string;
  }
}

/** Prints one table of what the fault scenarios did and what came of it, when all are done. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-fault-figures-'));
  const path = join(folder, 'figures.jsonl');
  project.provide('faultFigures', path);
  return async () => {
    const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
    await rm(folder, { recursive: true, force: true });
    const rows = lines.map((line) => JSON.parse(line) as FigureRow);
    if (rows.length > 0) console.log(`\n${formatFigures(rows)}\n`);
  };
}

function formatFigures(rows: readonly FigureRow[]): string {
  const shown = (value: number) => value.toLocaleString('en-US');
  const lines = rows.map(({ scenario, faults, seconds, figures: f, note }) =>
    [
      scenario,
      faults,
      `${seconds.toFixed(0)} s`,
      shown(f.messages),
      shown(f.sent),
      shown(f.unsent),
      shown(f.uncertain),
      shown(f.doubles),
      shown(f.answers),
      shown(f.stops),
      note ?? '',
    ].join(' | '),
  );
  return [
    `Node ${process.version}, ${cpus().length} cores; every scenario passed its history check`,
    '',
    '| scenario | faults | time | messages | sent | kept back | uncertain | came twice | answers acknowledged | stops | |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}
