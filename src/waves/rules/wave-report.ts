import {
  type AskFacts,
  type Disposition,
  type Dispositions,
  dispositionOf,
  estimateEligibility,
  noDispositions,
  personDisposition,
  type ResponseRates,
  responseRates,
  yesBounds,
} from './response-rates.ts';

export type ReportLine = {
  counts: Dispositions;
  total: number;
  rates: ResponseRates;
  /** Null where the questions are not ones that yes answers, and for the wave as a whole. */
  bounds: ReturnType<typeof yesBounds>;
};

export type WaveReport = {
  /** `e` is estimated once, from all people of the wave, and used for every credential. */
  eligibility: ReturnType<typeof estimateEligibility>;
  wave: ReportLine;
  credentials: Map<number, ReportLine>;
};

type Ask = AskFacts & { credentialId: number; yes: boolean | null };

/** The report of a wave from what is known of its people; the wave counts people, each credential its asks. */
export function waveReport(groups: readonly { asks: readonly Ask[]; people: number }[]): WaveReport {
  const people = noDispositions();
  const byCredential = new Map<number, { counts: Dispositions; yes: number; countsYes: boolean }>();
  for (const group of groups) {
    const found: Disposition[] = [];
    for (const ask of group.asks) {
      const line = byCredential.get(ask.credentialId) ?? {
        counts: noDispositions(),
        yes: 0,
        countsYes: true,
      };
      byCredential.set(ask.credentialId, line);
      const disposition = dispositionOf(ask);
      found.push(disposition);
      line.counts[disposition] += group.people;
      if (ask.answer !== null && ask.yes === null) line.countsYes = false;
      if (ask.yes === true) line.yes += group.people;
    }
    people[personDisposition(found)] += group.people;
  }
  const eligibility = estimateEligibility(people);
  const lineOf = (counts: Dispositions, bounds: ReportLine['bounds']): ReportLine => ({
    counts,
    total: Object.values(counts).reduce((sum, each) => sum + each, 0),
    rates: responseRates(counts, eligibility),
    bounds,
  });
  return {
    eligibility,
    wave: lineOf(people, null),
    credentials: new Map(
      [...byCredential].map(([id, { counts, yes, countsYes }]) => [
        id,
        lineOf(counts, countsYes ? yesBounds(counts, yes) : null),
      ]),
    ),
  };
}
