import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { ballotVoters, mailedBallots } from '../db/schema/votes.ts';
import type { Deps } from '../deps.ts';
import { hashToken, linkToken } from '../lib/tokens.ts';
import type { Entitled } from './mailed-ballot-queries.ts';

/** The token of one person's link to a ballot. */
export function ballotToken(deps: Pick<Deps, 'secrets'>, voterId: number): string {
  return linkToken(deps.secrets.linkKey, 'ballot', voterId);
}

/**
 * The first of two people says who is to vote on a credential by mail, and until when. Nothing is mailed before another
 * person opens the ballot; who may vote is fixed from here on.
 */
export async function proposeBallot(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  input: {
    agencyId: number;
    staffId: number;
    /** The key that asked for it; then the person who made the key is who proposes, and cannot open it. */
    apiKeyId?: number;
    credentialId: number;
    body: string;
    note: string;
    isSecret: boolean;
    closesAt: Date;
    people: readonly Pick<Entitled, 'contactId' | 'employerId'>[];
  },
): Promise<{ mailedBallotId: number }> {
  const { staffId, apiKeyId, people, ...ballot } = input;
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const [made] = await tx
      .insert(mailedBallots)
      .values({ ...ballot, proposedBy: staffId, proposedAt: now })
      .returning({ id: mailedBallots.id });
    const drawn = await tx.execute<{ id: number }>(sql`
      select nextval(pg_get_serial_sequence('ballot_voters', 'id'))::int as id from generate_series(1, ${people.length}::int)`);
    await tx
      .insert(ballotVoters)
      .overridingSystemValue()
      .values(
        people.map(({ contactId, employerId }, index) => ({
          id: drawn[index]!.id,
          mailedBallotId: made!.id,
          contactId,
          employerId,
          tokenHash: hashToken(ballotToken(deps, drawn[index]!.id)),
        })),
      );
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      ...(apiKeyId === undefined
        ? { actorKind: 'staff', actorId: staffId }
        : { actorKind: 'api', actorId: apiKeyId }),
      action: 'mailed_ballot.proposed',
      subjectType: 'mailed_ballot',
      subjectId: made!.id,
      details: { credentialId: input.credentialId, voters: people.length },
    });
    return { mailedBallotId: made!.id };
  });
}
