import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { confirmDecision } from '../../src/approvals/confirm-decision.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { type NewDecision, proposeDecision } from '../../src/approvals/propose-decision.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { Deps } from '../../src/deps.ts';
import { POLICY_PRESETS, type PolicyPreset } from '../../src/evidence/presets.ts';
import { loadFacts } from '../../src/evidence/queries.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { createCredential, type World } from './evidence/world.ts';

export const presetOf = (slug: string) => POLICY_PRESETS.find((preset) => preset.slug === slug)!;

let lists = 0;

/** A list under a policy, as the world's agency makes it for 2026. */
async function listUnder(
  deps: Pick<Deps, 'db' | 'clock'>,
  world: World,
  policy: PolicyPreset,
  { isPublic = false }: { isPublic?: boolean } = {},
) {
  lists += 1;
  const name = `List ${lists}`;
  const made = await createList(deps, {
    agencyId: world.agency.id,
    staffId: world.staff[0].id,
    name,
    kind: 'use_case',
    reviewCycle: 'annual',
    policy,
    isPublic,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!made.ok) throw new Error(made.reason);
  return { ...made, name };
}

/** A credential that a school district puts up for a list of its own, and how its evidence stands. */
export async function applyFor(
  deps: Pick<Deps, 'db' | 'clock'>,
  world: World,
  policy: PolicyPreset,
  given: {
    isPublic?: boolean;
    credentialId?: number;
    applicant?: NonNullable<Parameters<typeof submitApplication>[1]['applicant']>;
  } = {},
) {
  const list = await listUnder(deps, world, policy, given);
  const credentialId = given.credentialId ?? (await createCredential(deps.db));
  const made = await submitApplication(deps, {
    agencyId: world.agency.id,
    staffId: world.staff[0].id,
    credentialId,
    listId: list.listId,
    cycleId: list.cycleId,
    applicant: given.applicant ?? { kind: 'schools', name: 'District 1' },
  });
  if (!made.ok) throw new Error(made.reason);
  const { applicationId } = made;
  const evaluate = async (at = deps.clock.now()) =>
    evaluateRequirement(policy.body, await loadFacts(deps.db, credentialId, at), at);
  return { list, credentialId, applicationId, path: `/staff/applications/${applicationId}`, evaluate };
}

/** A decision as two people make it: the first proposes, the second confirms. */
export async function decideByTwo(
  deps: Pick<Deps, 'db' | 'clock'>,
  people: { agencyId: number; staffIds: readonly [number, number] },
  applicationId: number,
  decision: Partial<NewDecision> & Pick<NewDecision, 'outcome'>,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const { agencyId, staffIds } = people;
  const proposed = await proposeDecision(deps, {
    agencyId,
    staffId: staffIds[0],
    applicationId,
    reason: 'Met',
    ...decision,
  });
  if (!proposed.ok) return proposed;
  const { decisionId } = proposed;
  return confirmDecision(deps, { agencyId, staffId: staffIds[1], applicationId, decisionId });
}

/** What freezing evidence needs beside a database: signing keys in a data folder of its own. */
export function createSigningDeps(): Pick<Deps, 'config' | 'log'> & { remove(): void } {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-signing-'));
  return {
    config: parseConfig({ DATA_DIR: dataDir }),
    log: pino({ level: 'silent' }),
    remove: () => rmSync(dataDir, { recursive: true }),
  };
}
