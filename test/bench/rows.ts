/** One line of the bench: ours beside the raw limit of the same run, in the same unit. */
export type BenchRow = {
  /** The letter that the README's table uses. */
  id: string;
  what: string;
  backend: 'postgres' | 'redis' | '-';
  unit: string;
  ours: number;
  /** Null where there is nothing to compare with. */
  limit: number | null;
  /** What the ratio compares, in words. */
  ratioOf: string;
  ratio: number | null;
  /** The ratio that must be reached; `atMost` where less is better; null where it is only told. */
  bar: { atLeast: number } | { atMost: number } | null;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function meetsBar({ bar, ratio }: BenchRow): boolean {
  if (bar === null || ratio === null) return true;
  return 'atLeast' in bar ? ratio >= bar.atLeast : ratio <= bar.atMost;
}

/** A Markdown table, as it stands in the README. */
export function formatRows(rows: readonly BenchRow[]): string {
  const shown = (value: number) =>
    value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
  const lines = rows.map((row) => {
    const bar = row.bar && ('atLeast' in row.bar ? `≥ ${row.bar.atLeast}` : `≤ ${row.bar.atMost}`);
    const cells = [
      row.id,
      row.what,
      row.backend,
      `${shown(row.ours)} ${row.unit}`,
      row.limit === null ? '' : `${shown(row.limit)} ${row.unit}`,
      row.ratio === null ? '' : `${row.ratio.toFixed(2)} (${row.ratioOf})`,
      bar === null ? '' : `${bar} ${meetsBar(row) ? 'met' : 'MISSED'}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| | what | queue | ours | limit | ratio | bar |', '|---|---|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}
