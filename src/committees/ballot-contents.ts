import type { Deps } from '../deps.ts';
import type { MessageContents } from '../outreach/contents.ts';
import { type BallotPaper, findPaper } from './mailed-ballot-queries.ts';
import { ballotPath } from './paths.ts';
import { ballotToken } from './propose-ballot.ts';
import { whyNoVote } from './voting-rules.ts';

/**
 * What mails about a ballot say, read when they leave. One that was called off or has closed asks nobody any more, a
 * reminder goes to nobody who has voted, and a receipt tells of the vote that stands.
 */
export function ballotContents(
  deps: Pick<Deps, 'config' | 'secrets' | 'clock'>,
): Pick<MessageContents, 'ballot' | 'ballot_receipt'> {
  const about = (paper: BallotPaper, language: 'en' | 'es') => ({
    employerName: paper.employer,
    credential: {
      name: paper.credential.version
        ? `${paper.credential.name} (${paper.credential.version})`
        : paper.credential.name,
      issuer: paper.issuer,
    },
    until: paper.ballot.closesAt,
    timeZone: paper.agency.timeZone,
    link: `${deps.config.publicUrl}${ballotPath(ballotToken(deps, paper.voterId), language)}`,
  });
  return {
    async ballot(db, messages) {
      const contents = new Map();
      for (const message of messages) {
        const paper = await findPaper(db, { voterId: Number(message.refs.voterId) });
        if (!paper || paper.vote || whyNoVote(paper.ballot, deps.clock.now())) continue;
        contents.set(message.id, {
          data: {
            ...about(paper, message.language),
            body: paper.ballot.body,
            note: paper.ballot.note,
            isSecret: paper.ballot.isSecret,
            isReminder: message.refs.reminder === 1,
          },
        });
      }
      return contents;
    },

    async ballot_receipt(db, messages) {
      const contents = new Map();
      for (const message of messages) {
        const paper = await findPaper(db, { voterId: Number(message.refs.voterId) });
        const vote = paper?.vote;
        if (!paper || !vote || vote.id !== Number(message.refs.voteId) || vote.choice === 'recused') continue;
        contents.set(message.id, {
          data: { ...about(paper, message.language), choice: vote.choice, castAt: vote.castAt! },
        });
      }
      return contents;
    },
  };
}
