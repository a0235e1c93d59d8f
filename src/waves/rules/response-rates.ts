import { invariant } from '../../lib/errors.ts';

/**
 * Final dispositions in the words of AAPOR's Standard Definitions (10th edition, 2023): I complete, P partial,
 * R refusal or break-off, NC no contact, O other, UH never mailed, UO mailed but not known to have arrived,
 * NE not eligible.
 */
export const DISPOSITIONS = ['I', 'P', 'R', 'NC', 'O', 'UH', 'UO', 'NE'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];
export type Dispositions = Record<Disposition, number>;

export function noDispositions(): Dispositions {
  return { I: 0, P: 0, R: 0, NC: 0, O: 0, UH: 0, UO: 0, NE: 0 };
}

/** What is known of one person and one credential. */
export type AskFacts = {
  /** The answer in force: to all counting questions (or "I don't know this credential"), to some, or none. */
  answer: 'full' | 'partial' | null;
  withdrawn: boolean;
  invitation: 'open' | 'started' | 'answered' | 'declined' | 'referred' | 'expired';
  declineReason: 'left' | 'wrong_role' | 'not_our_field' | 'no_time' | 'never' | null;
  /** Unsubscribed or complained since they were invited, and has not taken it back. */
  saidStop: boolean;
  contactLeft: boolean;
  /** Their employer's record was merged into one whose own people are asked the same in this wave. */
  duplicate: boolean;
  /** A mail that carries the ask left. */
  mailed: boolean;
  /** That mail came back or was refused. */
  undelivered: boolean;
};

/**
 * How one ask ended, or stands now. Silence after a mail that did not come back is NC, not UO: the audience is chosen
 * from employers and people known by name, so that they could be asked was settled before.
 */
export function dispositionOf(facts: AskFacts): Disposition {
  if (facts.answer !== null) return facts.answer === 'full' ? 'I' : 'P';
  if (facts.withdrawn) return 'R';
  if (facts.invitation === 'declined') {
    if (facts.declineReason === 'left') return 'NE';
    return facts.declineReason === 'wrong_role' ? 'O' : 'R';
  }
  if (facts.invitation === 'referred') return 'O';
  if (facts.saidStop) return 'R';
  if (facts.contactLeft || facts.duplicate) return 'NE';
  if (!facts.mailed) return 'UH';
  if (facts.undelivered) return 'UO';
  return facts.invitation === 'started' || facts.invitation === 'answered' ? 'R' : 'NC';
}

const NOT_PUT: readonly Disposition[] = ['UH', 'NE'];
const FIRST_OF: readonly Disposition[] = ['R', 'O', 'NC', 'UO', 'UH', 'NE'];

/** One person's disposition in a wave from those of their asks: I when everything put to them is answered. */
export function personDisposition(asks: readonly Disposition[]): Disposition {
  invariant(asks.length > 0, 'a person of a wave is asked something');
  const put = asks.filter((ask) => !NOT_PUT.includes(ask));
  if (put.length > 0 && put.every((ask) => ask === 'I')) return 'I';
  if (put.some((ask) => ask === 'I' || ask === 'P')) return 'P';
  const found = FIRST_OF.find((each) => asks.includes(each));
  invariant(found, 'a disposition');
  return found;
}

/**
 * The share of eligible people among those of whom it is not known: the same as among those of whom it is. 1 while
 * nothing is known, so that nobody is left out of a denominator on no evidence.
 */
export function estimateEligibility(counts: Dispositions): { e: number; eligible: number; known: number } {
  const eligible = counts.I + counts.P + counts.R + counts.NC + counts.O;
  const known = eligible + counts.NE;
  return { e: known === 0 ? 1 : eligible / known, eligible, known };
}

export const RATES = ['RR1', 'RR2', 'RR3', 'RR4', 'RR5', 'RR6'] as const;
export type ResponseRates = Record<(typeof RATES)[number], number | null>;

/**
 * AAPOR response rates 1 to 6 as shares from 0 to 1; null where nobody is in the denominator. `e` is the share assumed
 * eligible among UH and UO. Source: Standard Definitions, 10th edition; formulas as in CRAN `outcomerate` 1.1.0.
 */
export function responseRates(counts: Dispositions, { e }: { e: number }): ResponseRates {
  invariant(e >= 0 && e <= 1, 'e is a share');
  for (const disposition of DISPOSITIONS) invariant(counts[disposition] >= 0, 'counts are not negative');
  const { I, P, R, NC, O, UH, UO } = counts;
  const known = I + P + (R + NC + O);
  const unknown = UH + UO;
  const over = (part: number, whole: number) => (whole > 0 ? part / whole : null);
  return {
    RR1: over(I, known + unknown),
    RR2: over(I + P, known + unknown),
    RR3: over(I, known + e * unknown),
    RR4: over(I + P, known + e * unknown),
    RR5: over(I, known),
    RR6: over(I + P, known),
  };
}

/**
 * Between what the share of yes among everybody asked must lie, whatever those say who have not answered: as if all
 * of them said no, and as if all said yes. It assumes nothing, and there is no margin of error: people chose
 * themselves whether to answer.
 */
export function yesBounds(
  counts: Dispositions,
  yes: number,
): { yes: number; asked: number; low: number; high: number } | null {
  const asked = DISPOSITIONS.reduce((sum, each) => sum + (each === 'NE' ? 0 : counts[each]), 0);
  invariant(yes >= 0 && yes <= counts.I, 'a yes is a complete answer');
  if (asked === 0) return null;
  return { yes, asked, low: yes / asked, high: (yes + asked - counts.I) / asked };
}
