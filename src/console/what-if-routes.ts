import type { FastifyInstance } from 'fastify';
import type { Deps } from '../deps.ts';
import { listEmployerNames, listPublishedPolicies } from '../evidence/policy-queries.ts';
import { POLICY_PRESETS } from '../evidence/presets.ts';
import { loadFacts } from '../evidence/queries.ts';
import { differencesBetween } from '../evidence/rules/compare.ts';
import { describePolicy, type Policy } from '../evidence/rules/policy.ts';
import { evaluateRequirement } from '../evidence/rules/requirement.ts';
import { COUNTING_UNITS, type CountingUnit } from '../evidence/types.ts';
import { DomainError } from '../lib/errors.ts';
import { whatIfQuery } from './forms.ts';
import { findCredentialBySlug, listPoliciesOfCredential } from './queries.ts';
import { whatIfPage } from './what-if-page.ts';

const DIFFERENCES_SHOWN = 100;

const UNIT_CHOICE_WORDS: Record<CountingUnit, string> = {
  legal_entity: 'counting legal entities',
  group: 'counting groups of companies',
  site: 'counting sites',
};

type Choice = { value: string; text: string; body: Policy };

/** The what-if page: the answers of now under two policies of one's choice. It reads and never writes. */
export function registerWhatIfRoutes(app: FastifyInstance, { db, clock }: Pick<Deps, 'db' | 'clock'>): void {
  app.get<{ Params: { slug: string } }>(
    '/staff/credentials/:slug/what-if',
    { config: { access: 'staff' } },
    async (request, reply) => {
      const { agencyId, timeZone: zone } = request.staff;
      const credential = await findCredentialBySlug(db, request.params.slug);
      if (!credential) throw new DomainError('not_found');
      const query = whatIfQuery.parse(request.query);
      const [published, tracked] = await Promise.all([
        listPublishedPolicies(db),
        listPoliciesOfCredential(db, credential.id, agencyId),
      ]);
      const choices: Choice[] = [
        ...published.map(({ id, name, version, body }) => ({
          value: `v${id}`,
          text: `${name}, version ${version}`,
          body,
        })),
        ...POLICY_PRESETS.map(({ slug, name, body }) => ({
          value: `preset-${slug}`,
          text: `Preset: ${name}`,
          body,
        })),
      ];
      // The policy in force once more, with another unit: what it would change to count groups or sites.
      const inForce = choices.find(({ value }) => value === `v${tracked[0]?.policyVersionId}`);
      if (inForce) {
        choices.unshift(
          inForce,
          ...COUNTING_UNITS.filter((unit) => unit !== (inForce.body.countingUnit ?? 'legal_entity')).map(
            (unit) => ({
              value: `${inForce.value}-${unit}`,
              text: `${inForce.text}, ${UNIT_CHOICE_WORDS[unit]}`,
              body: { ...inForce.body, countingUnit: unit },
            }),
          ),
        );
        choices.splice(choices.lastIndexOf(inForce), 1);
      }
      const find = (value: string | null | undefined) => choices.find((choice) => choice.value === value);
      const current = tracked[0] ? `v${tracked[0].policyVersionId}` : null;
      const under = find(query.under) ?? find(current) ?? choices[0]!;
      const against = find(query.against) ?? find('preset-letters-3')!;

      const now = clock.now();
      const facts = await loadFacts(db, credential.id, now);
      const one = evaluateRequirement(under.body, facts, now);
      const other = evaluateRequirement(against.body, facts, now);
      const differences = differencesBetween(one, other);
      const shown = differences.slice(0, DIFFERENCES_SHOWN);
      const names = await listEmployerNames(
        db,
        shown.map(({ unitId }) => unitId),
      );
      const page = whatIfPage({
        credential,
        zone,
        options: choices,
        under: { option: optionOf(under), requirement: one },
        against: { option: optionOf(against), requirement: other },
        differences: shown.map((difference) => ({
          ...difference,
          employerId: difference.unitId,
          employer: names.get(difference.unitId) ?? `Employer ${difference.unitId}`,
        })),
        total: differences.length,
      });
      return reply.page('console/what-if', page);
    },
  );
}

function optionOf({ value, text, body }: Choice) {
  return { value, text, rule: describePolicy(body) };
}
