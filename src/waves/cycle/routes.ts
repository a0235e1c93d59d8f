import type { FastifyInstance } from 'fastify';
import { hasRole } from '../../agencies/rules.ts';
import type { Deps } from '../../deps.ts';
import { parseForm } from '../../http/forms.ts';
import { parseId } from '../../http/params.ts';
import { dismissForm } from '../forms.ts';
import { cycleProposalsPath, wavePath, wavesPath } from '../paths.ts';
import { dismissCycleProposal } from './dismiss-proposal.ts';
import { openCycleProposal } from './open-proposal.ts';
import { cycleProposalPage } from './pages.ts';
import { getCycleProposal } from './queries.ts';

type WithId = { Params: { id: string } };

/** What the calendar proposes: to be looked at, opened in the wizard, or dismissed. */
export function registerCycleRoutes(app: FastifyInstance, deps: Deps): void {
  const staff = { config: { access: 'staff' as const } };

  app.get<WithId>(`${cycleProposalsPath}/:id`, staff, async (request, reply) => {
    const { agencyId, timeZone: zone, role } = request.staff;
    const proposal = await getCycleProposal(deps.db, agencyId, parseId(request.params.id));
    return reply.page(
      'waves/cycle-proposal',
      cycleProposalPage(proposal, { zone, mayEdit: hasRole(role, 'editor') }),
    );
  });

  app.post<WithId>(`${cycleProposalsPath}/:id/open`, staff, async (request, reply) => {
    const proposalId = parseId(request.params.id);
    const { waveId } = await openCycleProposal(deps, { staff: request.staff, proposalId });
    return reply.redirect(wavePath(waveId, 'preview'), 303);
  });

  app.post<WithId>(`${cycleProposalsPath}/:id/dismiss`, staff, async (request, reply) => {
    const { agencyId, timeZone: zone, role } = request.staff;
    const proposalId = parseId(request.params.id);
    const form = parseForm(dismissForm, request.body);
    if (!form.ok) {
      const proposal = await getCycleProposal(deps.db, agencyId, proposalId);
      const page = cycleProposalPage(proposal, { zone, mayEdit: hasRole(role, 'editor'), ...form });
      return reply.page('waves/cycle-proposal', page, { status: 422 });
    }
    await dismissCycleProposal(deps, { staff: request.staff, proposalId, reason: form.data.reason });
    return reply.redirect(`${wavesPath}?done=dismissed`, 303);
  });
}
