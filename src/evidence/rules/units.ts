import { deriveCountingUnits, type UnitLink } from '../../employers/rules/counting-units.ts';
import type { ContactSiteFact, CountingUnit, EvidenceFacts, GroupMemberFact, UnitFacts } from '../types.ts';

/**
 * The facts grouped by what counts once as of a time. Records joined by a link that held then are one legal entity;
 * where groups count, the members of one group are joined as well; where sites count, an entity is taken apart by where
 * its people work.
 */
export function unitsAt(facts: EvidenceFacts, asOf: Date, unit: CountingUnit = 'legal_entity'): UnitFacts[] {
  const own = facts.links.filter(({ from, until }) => from <= asOf && (until === null || until > asOf));
  const links = unit === 'group' ? [...own, ...groupLinks(facts.groups ?? [], asOf)] : own;
  const units = entitiesAt(facts, links, asOf);
  return unit === 'site' ? units.flatMap((entity) => sitesOf(entity, facts, asOf)) : units;
}

/**
 * The company that a record belongs to with all its group, by the smallest of their numbers: records that were one, or may
 * be one, and companies under one parent have the same.
 */
export function groupOfEach(
  facts: Pick<EvidenceFacts, 'links' | 'groups'>,
  asOf: Date,
): (employerId: number) => number {
  const links: Join[] = facts.links.filter(
    ({ from, until }) => from <= asOf && (until === null || until > asOf),
  );
  const ids = deriveCountingUnits([...links, ...groupLinks(facts.groups ?? [], asOf)], asOf);
  return (employerId) => ids.get(employerId) ?? employerId;
}

type Join = Omit<UnitLink, 'because'> & { because: UnitFacts['joinedBy'][number] };

/** Members of one group, each joined to the next. */
function groupLinks(members: readonly GroupMemberFact[], asOf: Date): Join[] {
  const current = members.filter(({ from, until }) => from <= asOf && (until === null || until > asOf));
  return [...groupBy(current, ({ groupId }) => groupId).values()].flatMap((group) => {
    const ids = [...new Set(group.map(({ employerId }) => employerId))].sort((a, b) => a - b);
    return ids.slice(1).map((b, index) => ({
      a: ids[index]!,
      b,
      because: 'same_group' as const,
      // Whoever belongs to it now is joined now; the times stand with the members.
      from: asOf,
      until: null,
    }));
  });
}

function entitiesAt(facts: EvidenceFacts, links: readonly Join[], asOf: Date): UnitFacts[] {
  const unitIds = deriveCountingUnits(links, asOf);
  const unitOf = (employerId: number) => unitIds.get(employerId) ?? employerId;
  const involved = new Set([...facts.answers, ...facts.asks].map(({ employerId }) => unitOf(employerId)));

  const members = groupBy(
    [
      ...unitIds.keys(),
      ...facts.answers.map(({ employerId }) => employerId),
      ...facts.asks.map(({ employerId }) => employerId),
    ],
    unitOf,
  );
  const joins = groupBy(links, ({ a }) => unitOf(a));
  const answers = groupBy(facts.answers, ({ employerId }) => unitOf(employerId));
  const asks = groupBy(facts.asks, ({ employerId }) => unitOf(employerId));
  const marks = groupBy(facts.conflictMarks, ({ employerId }) => unitOf(employerId));
  const domains = groupBy(facts.employerDomains, ({ employerId }) => unitOf(employerId));
  const profiles = groupBy(facts.profiles ?? [], ({ employerId }) => unitOf(employerId));
  return [...involved]
    .sort((a, b) => a - b)
    .map((unitId) => ({
      unitId,
      employerIds: [...new Set(members.get(unitId))].sort((a, b) => a - b),
      joinedBy: [...new Set((joins.get(unitId) ?? []).map(({ because }) => because))].sort(),
      answers: answers.get(unitId) ?? [],
      asks: asks.get(unitId) ?? [],
      conflictMarks: marks.get(unitId) ?? [],
      employerDomains: domains.get(unitId) ?? [],
      issuerDomains: facts.issuerDomains,
      profiles: profiles.get(unitId) ?? [],
      credentialNaics: facts.credentialNaics ?? [],
      adjudications: facts.adjudications ?? [],
    }));
}

/**
 * One unit for each known site of the entity's people. Who is at no known site may be at any, and what is unknown never
 * counts as different: they go with the first site, or are one unit together where no site is known.
 */
function sitesOf(entity: UnitFacts, facts: EvidenceFacts, asOf: Date): UnitFacts[] {
  const siteOf = new Map<number | null, ContactSiteFact>(
    (facts.contactSites ?? []).map((site) => [site.contactId, site]),
  );
  const asks = facts.asks.filter(({ employerId }) => entity.employerIds.includes(employerId));
  const heard = [
    ...entity.answers.filter(({ answeredAt }) => answeredAt <= asOf),
    ...asks.filter(({ sentAt }) => sentAt <= asOf),
  ];
  const known = new Map<number, ContactSiteFact>();
  for (const { contactId } of heard) {
    const site = siteOf.get(contactId);
    if (site) known.set(site.siteId, site);
  }
  const ids = [...known.keys()].sort((a, b) => a - b);
  const first = ids[0];
  if (first === undefined) return [{ ...entity, siteId: null }];
  const at = (contactId: number | null) => siteOf.get(contactId)?.siteId ?? first;
  return ids.map((siteId) => {
    const { state, county } = known.get(siteId)!;
    return {
      ...entity,
      siteId,
      answers: entity.answers.filter(({ contactId }) => at(contactId) === siteId),
      asks: asks.filter(({ contactId }) => at(contactId) === siteId),
      profiles:
        county.trim() === '' ? entity.profiles : entity.profiles.map((one) => ({ ...one, state, county })),
    };
  });
}

/** Names a unit among all of one evaluation. */
export function unitKey({ unitId, siteId }: Pick<UnitFacts, 'unitId' | 'siteId'>): string {
  return `${unitId}/${siteId ?? ''}`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
