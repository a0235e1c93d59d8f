const CANDIDATES = [',', ';', '\t', '|'] as const;

/**
 * The delimiter that cuts the sample's records most evenly into more than one field. Delimiters inside quotes do
 * not count, and a comma wins a tie, since a file of one column may use none at all.
 */
export function guessDelimiter(sample: string): string {
  let best: string = ',';
  let bestScore = 0;
  for (const delimiter of CANDIDATES) {
    const score = evenness(fieldCounts(sample, delimiter));
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

function fieldCounts(sample: string, delimiter: string): number[] {
  const counts: number[] = [];
  let fields = 1;
  let quoted = false;
  let empty = true;
  for (const char of sample) {
    if (char === '"') quoted = !quoted;
    if (quoted) continue;
    if (char === delimiter) fields += 1;
    else if (char === '\n' || char === '\r') {
      if (!empty || fields > 1) counts.push(fields);
      fields = 1;
      empty = true;
      if (counts.length === 100) return counts;
      continue;
    }
    empty = false;
  }
  // The last record may be cut off by the end of the sample, so it speaks only when it is the only one.
  if (counts.length === 0) counts.push(fields);
  return counts;
}

/** How many fields most records have, weighed by how many records have just as many. */
function evenness(counts: number[]): number {
  const header = counts[0] ?? 1;
  if (header < 2) return 0;
  const same = counts.filter((count) => count === header).length;
  return (same / counts.length) ** 2 * Math.log2(header + 1);
}
