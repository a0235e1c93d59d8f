import type { FastifyInstance } from 'fastify';
import { listStaff } from '../agencies/queries.ts';
import { hasRole } from '../agencies/rules.ts';
import { listOpenProposals } from '../approvals/queries.ts';
import { countMailTasks } from '../delivery/queries.ts';
import type { Deps } from '../deps.ts';
import { explainPositions, type Voice } from '../evidence/explain-positions.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { readTallies, readTally } from '../evidence/read-tally.ts';
import { describePolicy } from '../evidence/rules/policy.ts';
import { DomainError } from '../lib/errors.ts';
import { unlockSending } from '../outreach/unlock-sending.ts';
import { countReviews } from '../respond/review-queries.ts';
import { listOpenCycleProposals } from '../waves/cycle/queries.ts';
import { readForecasts } from '../waves/read-forecasts.ts';
import { storyQuery } from './forms.ts';
import { homePage, POSITIONS_PER_PAGE, storyPage } from './pages.ts';
import { homePath, unlockSendingPath } from './paths.ts';
import {
  countOpenDuplicates,
  countStuckMessages,
  countWaitingImports,
  findCredentialBySlug,
  findSendingLock,
  hasEmployers,
  listComingMeetings,
  listFreezesToConfirm,
  listLapsingEvidence,
  listOpenApplications,
  listPoliciesOfCredential,
  listPositions,
  listRunningWaves,
  listWavesOfCredential,
  listWavesToApprove,
} from './queries.ts';
import { listWhoCountsTasks } from './who-counts-tasks.ts';

const DAY_MS = 86_400_000;
const STUCK_DAYS = 30;
const LAPSE_WARNING_DAYS = 120;

export function registerConsoleRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;

  app.get(homePath, { config: { access: 'staff' } }, async (request, reply) => {
    const { id, agencyId, name, timeZone } = request.staff;
    const now = deps.clock.now();
    const applications = await listOpenApplications(db, agencyId);
    const requirements = await readTallies(db, applications, now);
    const page = homePage({
      staffName: name,
      zone: timeZone,
      wavesToApprove: await listWavesToApprove(db, agencyId, id),
      cycleProposals: await listOpenCycleProposals(db, agencyId),
      policyProposals: (await listOpenProposals(db, agencyId)).filter(({ proposedBy }) => proposedBy !== id),
      freezesToConfirm: await listFreezesToConfirm(db, agencyId, id),
      whoCounts: await listWhoCountsTasks(db, { id, agencyId }),
      openDuplicates: await countOpenDuplicates(db),
      waitingImports: await countWaitingImports(db, agencyId),
      stuckMessages: await countStuckMessages(db, agencyId, new Date(now.getTime() - STUCK_DAYS * DAY_MS)),
      answers: await countReviews(db, { agencyId, staffId: id }),
      mail: await countMailTasks(db, { id, agencyId }, new Date(now.getTime() - STUCK_DAYS * DAY_MS)),
      runningWaves: await listRunningWaves(db, agencyId),
      meetings: await listComingMeetings(db, agencyId, now),
      lapsing: await listLapsingEvidence(db, agencyId, new Date(now.getTime() + LAPSE_WARNING_DAYS * DAY_MS)),
      applications: applications.map((application, index) => ({
        ...application,
        requirement: requirements[index]!,
      })),
      hasEmployers: await hasEmployers(db),
      isAlone: (await listStaff(db, agencyId)).filter(({ disabledAt }) => !disabledAt).length < 2,
      hasLocalMailbox: deps.mailer.kind === 'local',
      sendingLock: await findSendingLock(db, now),
      mayUnlock: hasRole(request.staff.role, 'admin'),
    });
    return reply.page('console/home', page);
  });

  app.post(unlockSendingPath, { config: { access: 'staff' } }, async (request, reply) => {
    await unlockSending(deps, request.staff);
    return reply.redirect(homePath, 303);
  });

  app.get<{ Params: { slug: string } }>(
    '/staff/credentials/:slug/story',
    { config: { access: 'staff' } },
    async (request, reply) => {
      const { agencyId, timeZone } = request.staff;
      const credential = await findCredentialBySlug(db, request.params.slug);
      if (!credential) throw new DomainError('not_found');
      const query = storyQuery.parse(request.query);
      const policies = await listPoliciesOfCredential(db, credential.id, agencyId);
      const chosen =
        policies.find((policy) => policy.policyVersionId === query.policy) ?? policies[0] ?? null;
      const show = query.show ?? null;
      const found = chosen
        ? await listPositions(db, chosen.tallyId, {
            agencyId,
            status: show,
            limit: POSITIONS_PER_PAGE + 1,
            offset: (query.page - 1) * POSITIONS_PER_PAGE,
          })
        : [];
      const voices = chosen
        ? await explainPositions(
            db,
            { credentialId: credential.id, ...chosen },
            found.slice(0, POSITIONS_PER_PAGE).map(({ employerId }) => employerId),
            agencyId,
            deps.clock.now(),
          )
        : new Map<number, Voice[]>();
      const body = chosen ? (await getPolicyVersion(db, chosen.policyVersionId)).body : null;
      const waves = await listWavesOfCredential(db, credential.id);
      const forecasts = await readForecasts(db, agencyId, chosen ? [credential.id] : [], deps.clock.now());
      const forecast = forecasts.get(credential.id) ?? null;
      const page = storyPage({
        credential,
        zone: timeZone,
        policies,
        chosen: chosen && {
          policyVersionId: chosen.policyVersionId,
          rule: body ? describePolicy(body) : [],
          unit: body?.countingUnit ?? 'legal_entity',
        },
        requirement: chosen
          ? await readTally(db, credential.id, chosen.policyVersionId, deps.clock.now())
          : null,
        forecast: forecast?.policyVersionId === chosen?.policyVersionId ? forecast : null,
        positions: found
          .slice(0, POSITIONS_PER_PAGE)
          .map((position) => ({ ...position, voices: voices.get(position.employerId) ?? [] })),
        show,
        page: query.page,
        hasMore: found.length > POSITIONS_PER_PAGE,
        waves: waves.map((wave) => ({ ...wave, isOwn: wave.agencyId === agencyId })),
      });
      return reply.page('console/story', page);
    },
  );
}
