import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { getAgency } from '../agencies/queries.ts';
import { proposeMailedBallot } from '../approvals/propose-mailed-ballot.ts';
import { findApplication } from '../approvals/queries.ts';
import { listMailedBallotsAfter } from '../committees/mailed-ballot-queries.ts';
import { listVotingCommittees } from '../committees/record-queries.ts';
import { LINK_CHOICES } from '../committees/types.ts';
import { mayStandingBeSeen, whyNoVote } from '../committees/voting-rules.ts';
import type { Deps } from '../deps.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { answerWrite } from './answer-write.ts';
import { type ApiPart, numericId, OVER_BYTES, posting, reading } from './openapi.ts';
import { apiPaths } from './paths.ts';
import { ApiProblem, parameterProblem } from './problems.ts';
import { findCredential } from './queries.ts';
import { parseBody, parseQuery, requireScope, sendResource } from './requests.ts';
import { pageResource } from './resources.ts';
import { credentialsQuery, noQuery } from './schemas.ts';

type WithId = { Params: { id: string } };
type BallotRow = Awaited<ReturnType<typeof listMailedBallotsAfter>>[0];

const count = z.int().nonnegative();
const instant = z.iso.datetime();
const href = z.string().describe('Path on this server');
const id = z.int().positive();

export const ballotSchema = z
  .strictObject({
    id,
    state: z
      .enum(['proposed', 'open', 'closed', 'cancelled'])
      .describe('proposed: nothing is mailed before a second person opens it in the console'),
    credential: z.strictObject({ id, slug: z.string(), name: z.string() }),
    body: z.string().describe('Who is asked to vote'),
    note: z.string().describe('What voters read besides; may be empty'),
    options: z.array(z.enum(LINK_CHOICES)).describe('What a voter can choose'),
    isSecret: z.boolean().describe('By the policy: nobody sees how it stands before it closes'),
    turnout: z
      .strictObject({ voters: count, voted: count, employers: count, employersVoted: count })
      .describe('Of those who may vote, how many have; never who'),
    counts: z
      .strictObject({ approve: count, reject: count, abstain: count })
      .nullable()
      .describe(
        'The latest vote of each person, as cast; null while nobody may see it. What counts under a policy, with one vote for an employer and without conflicts of interest, is in the count of the credential.',
      ),
    proposedAt: instant,
    openedAt: instant.nullable(),
    closesAt: instant,
    cancelledAt: instant.nullable(),
    links: z.strictObject({ self: href, credential: href }),
  })
  .describe('A ballot of employers by mail');

const ballotPageSchema = z
  .strictObject({
    items: z.array(ballotSchema),
    nextCursor: z.string().nullable().describe('Pass it as `cursor` for the next page; null on the last'),
  })
  .describe('A page of ballots, oldest first');

const ballotsQuery = credentialsQuery.extend({
  credential: z.string().max(200).optional().describe('Slug or id of a credential'),
});

const line = (maximum: number) => z.string().trim().max(maximum, `Use ${maximum} characters or fewer`);

const ballotBody = z.strictObject({
  body: line(200).min(1, 'Say who is asked to vote').describe('Who is asked to vote, as voters read it'),
  closesOn: z.iso.date().describe('The last day of the vote, within a year; it ends at 17:00 of your agency'),
  voters: z
    .strictObject({
      answered: z.boolean().default(false).describe('Everybody who answered about the credential'),
      committeeId: id.optional().describe('The members of a committee of your agency'),
      addresses: z
        .array(line(254))
        .max(500, 'Name at most 500 addresses')
        .default([])
        .describe('People on record, by their address'),
    })
    .describe('Who may vote, each person once'),
  note: line(1000).optional().describe('What voters read besides'),
});

/** Ballots by mail for programs: how they stand, and to propose one, which a person then opens. */
function register(api: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const asApi = { config: { access: 'api' } } as const;
  const toResource = (row: BallotRow) => ballotResource(row, deps.clock.now());

  const read = async (within: Pick<Deps, 'db'>, agencyId: number, ballotId: number) => {
    const [row] = await listMailedBallotsAfter(within.db, agencyId, { after: 0, limit: 1, id: ballotId });
    if (!row) throw new DomainError('not_found');
    return toResource(row);
  };

  api.get(apiPaths.ballots, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    const query = parseQuery(ballotsQuery, request);
    const credential = query.credential === undefined ? null : await findCredential(db, query.credential);
    if (query.credential !== undefined && !credential) {
      throw parameterProblem('credential', 'There is no such credential');
    }
    const rows = await listMailedBallotsAfter(db, request.apiClient.agencyId, {
      after: query.cursor ?? 0,
      limit: query.limit + 1,
      credentialId: credential?.id,
    });
    return sendResource(request, reply, pageResource(rows, query.limit, toResource));
  });

  api.get<WithId>(`${apiPaths.ballots}/:id`, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    parseQuery(noQuery, request);
    return sendResource(
      request,
      reply,
      await read(deps, request.apiClient.agencyId, parseId(request.params.id)),
    );
  });

  // Nobody is mailed by a key: what it proposes waits for a person, who is not who made the key.
  api.post<WithId>(`${apiPaths.applications}/:id/ballot-proposals`, asApi, async (request, reply) => {
    requireScope(request, 'ballots:propose');
    parseQuery(noQuery, request);
    const applicationId = parseId(request.params.id);
    const { body, closesOn, voters, note } = parseBody(ballotBody, request);
    const { agencyId, keyId, madeBy } = request.apiClient;
    return answerWrite(deps, request, reply, async (within) => {
      const application = await findApplication(within.db, agencyId, applicationId);
      if (!application) throw new DomainError('not_found');
      const { timeZone } = await getAgency(within.db, agencyId);
      const today = dayIn(timeZone, within.clock.now());
      if (closesOn <= today || closesOn > `${Number(today.slice(0, 4)) + 1}${today.slice(4)}`) {
        throw new ApiProblem('bad_body', 'closesOn: Give a day after today, within a year.', 'closesOn');
      }
      const { committeeId = null } = voters;
      const isOwn = async () =>
        (await listVotingCommittees(within.db, agencyId)).some((committee) => committee.id === committeeId);
      if (committeeId !== null && !(await isOwn())) {
        throw new ApiProblem('bad_body', 'voters: Your agency has no such committee with members.', 'voters');
      }
      const proposed = await proposeMailedBallot(within, {
        agencyId,
        staffId: madeBy,
        apiKeyId: keyId,
        timeZone,
        application,
        body,
        note: note ?? '',
        closesOn,
        answered: voters.answered,
        committeeId,
        addresses: voters.addresses,
      });
      if (!proposed.ok) {
        const [stray] = proposed.unknownAddresses;
        const fault = stray === undefined ? 'Name who may vote' : `${stray} is nobody’s address on record`;
        throw new ApiProblem('bad_body', `voters: ${fault}.`, 'voters');
      }
      const { mailedBallotId } = proposed;
      return {
        status: 202,
        resource: await read(within, agencyId, mailedBallotId),
        location: apiPaths.ballot(mailedBallotId),
      };
    });
  });
}

function ballotResource(row: BallotRow, now: Date): z.output<typeof ballotSchema> {
  const { turnout, counts } = row;
  const wasOpened = row.openedAt !== null;
  return {
    id: row.id,
    state: row.state === 'open' && whyNoVote(row, now) === 'closed' ? 'closed' : row.state,
    credential: row.credential,
    body: row.body,
    note: row.note,
    options: [...LINK_CHOICES],
    isSecret: row.isSecret,
    turnout,
    counts: wasOpened && mayStandingBeSeen(row, now) ? counts : null,
    proposedAt: row.proposedAt.toISOString(),
    openedAt: row.openedAt?.toISOString() ?? null,
    closesAt: row.closesAt.toISOString(),
    cancelledAt: row.cancelledAt?.toISOString() ?? null,
    links: { self: apiPaths.ballot(row.id), credential: apiPaths.credential(row.credential.slug) },
  };
}

export const ballotsApi: ApiPart = {
  register,
  components: { Ballot: ballotSchema, BallotPage: ballotPageSchema },
  bodies: { NewBallotProposal: ballotBody },
  paths: {
    [apiPaths.ballots]: reading({
      id: 'listBallots',
      summary: "Your agency's ballots by mail",
      description:
        'A ballot closes by time alone. What it brings is told as `requirement.met` in the feed and by webhook.',
      scope: 'evidence:read',
      schema: 'BallotPage',
      query: ballotsQuery,
      etag: OVER_BYTES,
    }),
    [`${apiPaths.ballots}/{id}`]: reading({
      id: 'getBallot',
      summary: 'One ballot by mail',
      scope: 'evidence:read',
      schema: 'Ballot',
      path: numericId('Id of the ballot'),
      etag: OVER_BYTES,
    }),
    [apiPaths.ballotProposals('{id}')]: posting({
      id: 'proposeBallot',
      summary: 'Propose that employers vote on an application by mail',
      description:
        'A ballot takes two people. A key acts for its agency, so what it proposes waits, and nothing is mailed, until a staff member, other than the one who made the key, opens it in the console.',
      scope: 'ballots:propose',
      path: numericId('Id of the application'),
      body: 'NewBallotProposal',
      success: { status: 202, description: 'Proposed', schema: 'Ballot' },
      isWrite: true,
    }),
  },
  webhooks: {},
};
