/**
 * The chance that enough of many employers say yes: each by its own probability, which itself is only known about.
 * A probability of what outreach will bring (Q3): it says nothing of evidence that is there.
 */
export type Chance = {
  /** One more employer, with its probability of a yes to both questions. */
  add(probability: number): void;
  /** That at least the number needed of those added so far say yes; 1 where nothing is needed. */
  reached(): number;
};

/** Standard normal quantiles at the middles of nine equal shares: a small stand-in for the whole distribution. */
const MIDDLES = [-1.5932, -0.9674, -0.5895, -0.2822, 0, 0.2822, 0.5895, 0.9674, 1.5932];

/** Up to this need the counts are followed one by one; above it a normal distribution is as good. */
const EXACT_UP_TO = 100;
const CERTAIN = 1 - 1e-9;
const SUREST = 0.999;

/**
 * `spread` is the squared coefficient of variation of the rates (rateSpread): all probabilities are a little too high
 * or too low together, which a plain product would leave out and so promise too much. In each of nine cases, equally
 * likely, the sum of the yeses has a Poisson-binomial distribution.
 */
export function createChance(needed: number, spread: number): Chance {
  if (needed <= 0) return { add: () => {}, reached: () => 1 };
  const sigma = Math.sqrt(Math.log1p(Math.max(0, spread)));
  const raw = MIDDLES.map((middle) => Math.exp(sigma * middle));
  const mean = raw.reduce((sum, factor) => sum + factor, 0) / raw.length;
  const cases = raw.map((factor) => caseOf(needed, factor / mean));
  return {
    add(probability) {
      for (const each of cases) each.add(probability);
    },
    reached: () => cases.reduce((sum, each) => sum + each.reached(), 0) / cases.length,
  };
}

function caseOf(needed: number, factor: number): Chance {
  const scaled = (probability: number) => Math.min(SUREST, Math.max(0, probability * factor));
  if (needed > EXACT_UP_TO) {
    let mean = 0;
    let variance = 0;
    return {
      add(probability) {
        const p = scaled(probability);
        mean += p;
        variance += p * (1 - p);
      },
      reached: () => (variance === 0 ? 0 : normalAbove((needed - 0.5 - mean) / Math.sqrt(variance))),
    };
  }
  // The chance of exactly k yeses so far, for each k below the need.
  const below = new Float64Array(needed);
  below[0] = 1;
  let reached = 0;
  return {
    add(probability) {
      if (reached >= CERTAIN) return;
      const p = scaled(probability);
      reached += (below[needed - 1] as number) * p;
      for (let k = needed - 1; k > 0; k -= 1) {
        below[k] = (below[k] as number) * (1 - p) + (below[k - 1] as number) * p;
      }
      below[0] = (below[0] as number) * (1 - p);
    },
    reached: () => Math.min(1, reached),
  };
}

/** The chance that a standard normal variable exceeds z (Abramowitz and Stegun 26.2.17; error below 1e-7). */
function normalAbove(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? tail : 1 - tail;
}
