import type { Db } from '../db/client.ts';
import { listRequestsToConfirm } from '../employers/identity-queries.ts';
import { employerPaths } from '../employers/paths.ts';
import { countDisputed, listAdjudicationsToConfirm } from '../evidence/adjudication-queries.ts';
import { countClearsToConfirm } from '../evidence/conflict-queries.ts';
import { evidencePaths } from '../evidence/paths.ts';

type Task = { text: string; href: string; action: string };

/** What of "who counts" waits for this person: decisions to confirm first, then employers whose people disagree. */
export async function listWhoCountsTasks(
  db: Db,
  { agencyId, id: staffId }: { agencyId: number; id: number },
): Promise<Task[]> {
  const [toConfirm, requests, clears, disputed] = await Promise.all([
    listAdjudicationsToConfirm(db, agencyId, staffId),
    listRequestsToConfirm(db, agencyId, staffId),
    countClearsToConfirm(db, staffId),
    countDisputed(db),
  ]);
  return [
    ...toConfirm.map(({ slug, unitId, credential, employer, isEnd }) => ({
      text: isEnd
        ? `A decision about ${employer} and ${credential} is to be taken back and waits for a second person.`
        : `Whose answer speaks for ${employer} about ${credential} waits for a second person.`,
      href: evidencePaths.dispute(slug, unitId),
      action: 'Review the proposal',
    })),
    ...requests.map(({ proposalId, kind, aName, bName }) => ({
      text:
        kind === 'reopen'
          ? `The decision about ${aName} and ${bName} is to be taken back and waits for a second person.`
          : `${aName} and ${bName} are to be one employer, against an earlier decision; a second person must agree.`,
      href: employerPaths.duplicate(proposalId),
      action: 'Review the request',
    })),
    ...(clears > 0
      ? [
          {
            text: `${clears === 1 ? 'A connection to an issuer is' : `${clears} connections to issuers are`} to be taken back and ${clears === 1 ? 'waits' : 'wait'} for a second person.`,
            href: evidencePaths.conflicts,
            action: 'Review the connections',
          },
        ]
      : []),
    ...(disputed > 0
      ? [
          {
            text: `${disputed === 1 ? '1 employer’s people disagree' : `${disputed} employers’ people disagree`} about a credential, and somebody is to propose whose answer speaks.`,
            href: evidencePaths.adjudications,
            action: 'Settle them',
          },
        ]
      : []),
  ];
}
