import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';
import type { Figures } from './check-history.ts';

export type FigureRow = {
  scenario: string;
  faults: string;
  seconds: number;
  figures: Figures;
  note?: string;
};

/** Keeps one line for the table that is printed when the whole suite is done. */
export function report(row: FigureRow): void {
  appendFileSync(inject('faultFigures'), `${JSON.stringify(row)}\n`);
}

/** `worker killed 4, Redis flushed 1`. */
export function countFaults(faults: readonly { what: string }[]): string {
  const counts = new Map<string, number>();
  for (const { what } of faults) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].map(([what, count]) => (count === 1 ? what : `${what} ${count} times`)).join(', ');
}
