import { desc, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { contacts, employerDomains } from '../db/schema/employers.ts';
import { ballotVoters, ballotVotes, mailedBallots } from '../db/schema/votes.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { isFreeMailDomain } from '../lib/mail-address.ts';
import { queueTransactional } from '../outreach/queue-transactional.ts';
import { gradeProvenance } from '../surveys/rules.ts';
import type { Relation } from '../surveys/types.ts';
import type { LinkChoice } from './types.ts';
import { type BallotRefusal, whyNoVote } from './voting-rules.ts';

/**
 * Takes a vote from a person's own ballot paper. Until the ballot closes it can be changed: each change is a version of
 * its own, and the latest counts. A late one is refused, and the one that stands is kept.
 */
export async function castVote(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets' | 'queue'>,
  input: { tokenHash: Buffer; choice: LinkChoice; relation: Relation; reason: string },
): Promise<{ ok: true; voteId: number } | { ok: false; reason: BallotRefusal }> {
  const { choice, relation, reason } = input;
  const outcome = await deps.db.transaction(async (tx) => {
    const [voter] = await tx
      .select()
      .from(ballotVoters)
      .where(eq(ballotVoters.tokenHash, input.tokenHash))
      // Two windows of one person take turns.
      .for('update');
    if (!voter) throw new DomainError('not_found');
    const [ballot] = await tx
      .select()
      .from(mailedBallots)
      .where(eq(mailedBallots.id, voter.mailedBallotId))
      .for('share');
    // Looked at after the locks, which may have had to be waited for.
    const now = deps.clock.now();
    const refusal = whyNoVote(ballot!, now);
    if (refusal) return { ok: false as const, reason: refusal };
    const [before] = await tx
      .select()
      .from(ballotVotes)
      .where(eq(ballotVotes.voterId, voter.id))
      .orderBy(desc(ballotVotes.version))
      .limit(1);
    const isSame = before?.choice === choice && before.relation === relation && before.reason === reason;
    if (isSame) return { ok: true as const, voteId: before.id };
    const [contact] = await tx.select().from(contacts).where(eq(contacts.id, voter.contactId));
    const domains = await tx
      .select({ domain: employerDomains.domain })
      .from(employerDomains)
      .where(eq(employerDomains.employerId, voter.employerId));
    const version = (before?.version ?? 0) + 1;
    const [cast] = await tx
      .insert(ballotVotes)
      .values({
        ballotId: ballot!.ballotId!,
        voterId: voter.id,
        contactId: voter.contactId,
        employerId: voter.employerId,
        voter: contact!.name,
        choice,
        relation,
        reason,
        version,
        castAt: now,
        provenance: gradeProvenance({
          wasReferred: false,
          emailDomain: contact!.emailDomain,
          employerDomains: domains.map(({ domain }) => domain),
          isFreeMail: isFreeMailDomain(contact!.emailDomain),
        }),
      })
      .returning({ id: ballotVotes.id });
    await recordAudit(tx, {
      at: now,
      agencyId: ballot!.agencyId,
      actorKind: 'employer',
      actorId: voter.contactId,
      action: 'ballot.voted',
      subjectType: 'mailed_ballot',
      subjectId: ballot!.id,
      // Not how: the log is read by people who may not know before it closes.
      details: { voterId: voter.id, version },
    });
    await queueTransactional(tx, deps, [
      {
        kind: 'ballot_receipt',
        key: String(cast!.id),
        agencyId: ballot!.agencyId,
        contactId: voter.contactId,
        employerId: voter.employerId,
        refs: { voterId: voter.id, voteId: cast!.id },
        now,
      },
    ]);
    return { ok: true as const, voteId: cast!.id };
  });
  if (outcome.ok) await deps.queue.enqueue('outreach.send-due', {});
  return outcome;
}
