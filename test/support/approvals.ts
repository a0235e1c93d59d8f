import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { confirmDecision } from '../../src/approvals/confirm-decision.ts';
import { type NewDecision, proposeDecision } from '../../src/approvals/propose-decision.ts';
import { parseConfig } from '../../src/config/config.ts';

import type { Deps } from '../../src/deps.ts';

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
