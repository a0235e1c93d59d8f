import { findEntitled } from '../committees/mailed-ballot-queries.ts';
import { proposeBallot } from '../committees/propose-ballot.ts';
import type { Deps } from '../deps.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { bodyDemandsOf } from '../evidence/rules/terms.ts';
import { instantOf } from '../lib/zoned-time.ts';

/** Ballots close at the end of the working day of the agency. */
const CLOSING_HOUR = 17;

/** Refused: addresses that belong to nobody, or, where there are none of these, nobody to vote. */
export type ProposedMailedBallot =
  | { ok: true; mailedBallotId: number }
  | { ok: false; unknownAddresses: readonly string[] };

/**
 * A ballot by mail as the first of two people proposes it, in the console or through a key that one of them made. Whether it
 * is secret is the policy's to say.
 */
export async function proposeMailedBallot(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  input: {
    agencyId: number;
    staffId: number;
    apiKeyId?: number;
    timeZone: string;
    application: { credentialId: number; policyVersionId: number };
    body: string;
    note: string;
    closesOn: string;
    answered: boolean;
    committeeId: number | null;
    addresses: readonly string[];
  },
): Promise<ProposedMailedBallot> {
  const { agencyId, staffId, apiKeyId, application, body, note } = input;
  const found = await findEntitled(deps.db, {
    agencyId,
    credentialId: application.credentialId,
    answered: input.answered,
    committeeId: input.committeeId,
    emails: input.addresses,
  });
  if (found.unknown.length > 0 || found.people.length === 0) {
    return { ok: false, unknownAddresses: found.unknown };
  }
  const { mailedBallotId } = await proposeBallot(deps, {
    agencyId,
    staffId,
    ...(apiKeyId !== undefined && { apiKeyId }),
    credentialId: application.credentialId,
    body,
    note,
    isSecret: await isSecretUnder(deps, application.policyVersionId),
    closesAt: closingOf(input.closesOn, input.timeZone),
    people: found.people,
  });
  return { ok: true, mailedBallotId };
}

/** Whether nobody sees how a ballot stands before it closes, by the policy's own rule. */
export async function isSecretUnder({ db }: Pick<Deps, 'db'>, policyVersionId: number): Promise<boolean> {
  const { body } = await getPolicyVersion(db, policyVersionId);
  return bodyDemandsOf(body).some(
    (demand) => demand.kind === 'employer_ballot' && demand.secretUntilClosed === true,
  );
}

/** Five in the afternoon of a day is in every zone once. */
function closingOf(on: string, timeZone: string): Date {
  const [year, month, day] = on.split('-').map(Number);
  return instantOf({ year: year!, month: month!, day: day!, hour: CLOSING_HOUR, minute: 0 }, timeZone)!;
}
