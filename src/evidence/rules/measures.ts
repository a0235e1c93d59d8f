import type { AnswerFact, Lapse, Measure, UnitFacts, UnitPosition } from '../types.ts';
import type { Policy } from './policy.ts';
import { stanceOf } from './position.ts';
import { profileOf, sectorOf } from './profile.ts';
import { type Terms, termsOf } from './terms.ts';
import { unitKey } from './units.ts';

/** One employer that counts, as the measures look at it. */
export type Member = {
  expiresAt: Date | null;
  points: number;
  /** Lower end of its band of starting pay in dollars an hour; null when it did not say. */
  wage: number | null;
  region: string | null;
  sector: string | null;
  size: string | null;
  /** The whole group that it belongs to; itself where it belongs to none. */
  group: string;
};

/** The employers that count, and those that would if their people agreed on yes. */
export function membersOf(
  policy: Policy,
  units: readonly UnitFacts[],
  positions: readonly UnitPosition[],
  groupOf: (employerId: number) => number = (employerId) => employerId,
): { members: Member[]; doubtful: Member[] } {
  const terms = termsOf(policy);
  const unitOf = new Map(units.map((unit) => [unitKey(unit), unit]));
  const memberOf = (unit: UnitFacts, answer: AnswerFact, expiresAt: Date | null): Member => {
    const profile = profileOf(unit, answer.employerId);
    return {
      expiresAt,
      points: terms.points?.of.get(answer.values[terms.points.key] ?? '') ?? 0,
      wage: terms.wage?.from.get(answer.values[terms.wage.key] ?? '') ?? null,
      region: profile.county || null,
      sector: sectorOf(profile.naicsCode),
      size: profile.size,
      group: String(groupOf(answer.employerId)),
    };
  };
  const members: Member[] = [];
  const doubtful: Member[] = [];
  for (const position of positions) {
    const unit = unitOf.get(unitKey(position))!;
    if (position.status === 'both_yes') {
      const deciding = unit.answers.find(({ answerId }) => answerId === position.decidingAnswerId)!;
      members.push(memberOf(unit, deciding, position.expiresAt));
    } else if (position.status === 'conflicting') {
      const disagreeing = new Set(position.exclusions.map(({ answerId }) => answerId));
      const yes = unit.answers
        .filter((answer) => disagreeing.has(answer.answerId) && stanceOf(policy, answer) === 'both_yes')
        .sort((a, b) => a.answeredAt.getTime() - b.answeredAt.getTime() || a.answerId - b.answerId)
        .at(-1);
      if (yes) doubtful.push(memberOf(unit, yes, position.expiresAt));
    }
  }
  return { members, doubtful };
}

/** Employers added up one at a time, in any order. */
export function createSum(terms: Terms): { add(member: Member): void; measures(): Measure[] } {
  let employers = 0;
  let points = 0;
  const regions = new Set<string>();
  const sectors = new Set<string>();
  const sizes = new Set<string>();
  /** Employers whose group is unknown are one group: it may be the same. */
  const groups = new Map<string | null, number>();
  const wages = new Map<number, number>();
  return {
    add(member) {
      employers += 1;
      points += member.points;
      if (member.region !== null) regions.add(member.region);
      if (member.sector !== null) sectors.add(member.sector);
      if (member.size !== null) sizes.add(member.size);
      if (terms.largestShare !== null) {
        const group = member[terms.largestShare.of];
        groups.set(group, (groups.get(group) ?? 0) + 1);
      }
      if (member.wage !== null) wages.set(member.wage, (wages.get(member.wage) ?? 0) + 1);
    },
    measures() {
      const { minEmployers, largestShare, spread, wage } = terms;
      // A policy that asks bodies alone needs no number of employers.
      const measures: Measure[] =
        minEmployers === 0 ? [] : [{ kind: 'employers', needs: minEmployers, has: employers }];
      if (largestShare !== null) {
        const within = [...groups.values()].reduce((sum, n) => sum + Math.min(n, largestShare.most), 0);
        measures.push({ kind: 'employers_within_share', needs: minEmployers, has: within });
      }
      if (terms.points !== null) measures.push({ kind: 'points', needs: terms.points.min, has: points });
      if (spread.regions !== null)
        measures.push({ kind: 'regions', needs: spread.regions, has: regions.size });
      if (spread.sectors !== null)
        measures.push({ kind: 'sectors', needs: spread.sectors, has: sectors.size });
      if (spread.sizes !== null) measures.push({ kind: 'sizes', needs: spread.sizes, has: sizes.size });
      if (wage?.demand.kind === 'median_at_least') {
        measures.push({ kind: 'median_wage', needs: wage.demand.dollars, has: lowerMedian(wages) });
      }
      return measures;
    },
  };
}

/** How many more employers it takes at the least; 0 exactly when every measure has what it needs. */
export function shortfallOf(terms: Terms, measures: readonly Measure[]): number {
  return Math.max(
    0,
    ...measures
      .filter(({ has, needs }) => has < needs)
      .map(({ kind, has, needs }) => {
        if (kind === 'points') return Math.ceil((needs - has) / terms.points!.most);
        return kind === 'median_wage' ? 1 : needs - has;
      }),
  );
}

/**
 * When what is met now would be met no longer without any new answer. Employers are added from the one that lasts longest
 * to the one that ends first; the first end, going forward, after which something is missing is the lapse.
 */
export function lapseOfMembers(terms: Terms, members: readonly Member[]): Lapse | null {
  const endOf = (member: Member) => member.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const byEnd = members.toSorted((a, b) => endOf(b) - endOf(a));
  const sum = createSum(terms);
  let lapse: Lapse | null = null;
  for (const [index, member] of byEnd.entries()) {
    const end = endOf(member);
    const isFirstOfItsEnd = index === 0 || endOf(byEnd[index - 1]!) > end;
    // All that outlast this end are in the sum. Earlier ends come later in the loop, so the last one found is the first.
    if (isFirstOfItsEnd && end !== Number.POSITIVE_INFINITY && shortfallOf(terms, sum.measures()) > 0) {
      lapse = { on: new Date(end), fallsTo: index };
    }
    sum.add(member);
  }
  return lapse;
}

/** The lower of the two in the middle where there are two; 0 when nobody said. */
function lowerMedian(counts: ReadonlyMap<number, number>): number {
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  let seen = 0;
  for (const [wage, n] of [...counts].sort(([a], [b]) => a - b)) {
    seen += n;
    if (seen * 2 >= total) return wage;
  }
  return 0;
}
