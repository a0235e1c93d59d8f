import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { parseForm } from '../http/forms.ts';
import { isLanguage } from '../http/words.ts';
import { DomainError } from '../lib/errors.ts';
import { hashToken, isLinkTokenShaped } from '../lib/tokens.ts';
import { RELATIONS } from '../surveys/types.ts';
import { type BallotFacts, ballotPage, checkPage, type RefusedVote, tooLatePage } from './ballot-pages.ts';
import { BALLOT_TEXT } from './ballot-words.ts';
import { castVote } from './cast-vote.ts';
import { findPaper } from './mailed-ballot-queries.ts';
import { ballotPath } from './paths.ts';
import { LINK_CHOICES } from './types.ts';

type WithToken = { Params: { token: string }; Querystring: { lang?: unknown } };

const STEPS = ['check', 'change', 'send'] as const;

const voteForm = ({ faults }: Pick<(typeof BALLOT_TEXT)['en'], 'faults'>) =>
  z.object({
    choice: z.enum(LINK_CHOICES, faults.choice),
    relation: z.enum(RELATIONS, faults.relation),
    reason: z.string().trim().max(500, faults.reason).default(''),
  });

/** `/b/<token>`: somebody votes by a mailed link. Opening it changes nothing; what is chosen is shown before it is sent. */
export function registerBallotPaperRoutes(app: FastifyInstance, deps: Deps): void {
  const config = { access: 'token' } as const;

  app.get<WithToken>('/b/:token', { config }, async (request, reply) =>
    show(reply, await factsOf(deps, request)),
  );

  app.post<WithToken>('/b/:token', { config }, async (request, reply) => {
    const facts = await factsOf(deps, request);
    const form = parseForm(voteForm(BALLOT_TEXT[facts.language]), request.body);
    const step = STEPS.find((each) => each === (request.body as { step?: unknown } | undefined)?.step);
    if (!form.ok) return show(reply, facts, form);
    if (step === 'change') {
      return reply.page('committees/ballot', ballotPage(facts, { errors: [], values: form.values }));
    }
    if (step !== 'send') return reply.page('committees/ballot', checkPage(facts, form.data));
    const cast = await castVote(deps, { tokenHash: hashToken(request.params.token), ...form.data });
    if (cast.ok) return reply.redirect(ballotPath(request.params.token, facts.language), 303);
    return reply.page('committees/ballot', tooLatePage(await factsOf(deps, request)), { status: 409 });
  });
}

function show(reply: FastifyReply, facts: BallotFacts, refused?: RefusedVote) {
  return reply.page('committees/ballot', ballotPage(facts, refused), { status: refused ? 422 : 200 });
}

async function factsOf(deps: Pick<Deps, 'db' | 'clock'>, request: FastifyRequest<WithToken>) {
  const { token } = request.params;
  const paper = isLinkTokenShaped(token) ? await findPaper(deps.db, { tokenHash: hashToken(token) }) : null;
  // Before it is opened nobody was mailed a link.
  if (!paper || paper.ballot.state === 'proposed' || paper.ballot.openedAt === null) {
    throw new DomainError('not_found');
  }
  const { lang } = request.query;
  return { paper, token, language: isLanguage(lang) ? lang : paper.language, now: deps.clock.now() };
}
