import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getAgency } from '../agencies/queries.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { isoFromDay, localDay } from '../outreach/planner/calendar.ts';
import { addDaysOff, removeBudgetRule, removeDaysOff, setBudgetRule, setWarmUp } from './change-limits.ts';
import { domainOf } from './gather-limits.ts';
import { daysOffForm, domainForm, limitsForm } from './limits-forms.ts';
import { limitsPage, type RefusedLimits } from './limits-pages.ts';
import {
  findSendingDomain,
  listBudgetRules,
  listDaysWithoutSending,
  listRuleTopics,
} from './limits-queries.ts';
import { limitsPath } from './paths.ts';

type WithId = { Params: { id: string } };

/** What an agency keeps beyond the shared budget, when it sends nothing, and how new its From domain is. */
export function registerLimitRoutes(app: FastifyInstance, deps: Deps): void {
  const staff = { config: { access: 'staff' as const } };

  async function show(request: FastifyRequest, reply: FastifyReply, form?: RefusedLimits) {
    const { agencyId, timeZone, role } = request.staff;
    const { mailFromAddress } = await getAgency(deps.db, agencyId);
    const domain = domainOf(mailFromAddress);
    const known = await findSendingDomain(deps.db, domain);
    const today = isoFromDay(localDay(timeZone, deps.clock.now().getTime()));
    const page = limitsPage({
      rules: await listBudgetRules(deps.db, agencyId),
      topics: await listRuleTopics(deps.db, agencyId),
      daysOff: await listDaysWithoutSending(deps.db, agencyId, today),
      domain,
      warmUp: {
        isKnown: known !== null,
        from: known?.warmUpFrom ?? null,
        daily: deps.config.warmUpDaily,
        leaves: deps.config.smtpUrl !== null,
      },
      mayChange: hasRole(role, 'admin'),
      done: (request.query as { done?: string }).done,
      ...(form && { form }),
    });
    return reply.page('waves/limits', page, { status: form ? 422 : 200 });
  }
  const back = (reply: FastifyReply, done: string) => reply.redirect(`${limitsPath}?done=${done}`, 303);

  app.get(limitsPath, staff, (request, reply) => show(request, reply));

  app.post(limitsPath, staff, async (request, reply) => {
    const form = parseForm(limitsForm, request.body);
    if (!form.ok) return show(request, reply, form);
    await setBudgetRule(deps, { staff: request.staff, ...form.data });
    return back(reply, 'rule');
  });
  app.post<WithId>(`${limitsPath}/:id/remove`, staff, async (request, reply) => {
    await removeBudgetRule(deps, { staff: request.staff, id: parseId(request.params.id) });
    return back(reply, 'rule-removed');
  });

  app.post(`${limitsPath}/days`, staff, async (request, reply) => {
    const form = parseForm(daysOffForm, request.body);
    if (!form.ok) return show(request, reply, form);
    await addDaysOff(deps, { staff: request.staff, ...form.data });
    return back(reply, 'days');
  });
  app.post<WithId>(`${limitsPath}/days/:id/remove`, staff, async (request, reply) => {
    await removeDaysOff(deps, { staff: request.staff, id: parseId(request.params.id) });
    return back(reply, 'days-removed');
  });

  app.post(`${limitsPath}/domain`, staff, async (request, reply) => {
    const form = parseForm(domainForm, request.body);
    if (!form.ok) return show(request, reply, form);
    const { mailFromAddress } = await getAgency(deps.db, request.staff.agencyId);
    await setWarmUp(deps, {
      staff: request.staff,
      domain: domainOf(mailFromAddress),
      warmUpFrom: form.data.warmUpFrom,
    });
    return back(reply, 'domain');
  });
}
