import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { csvLine } from '../lib/csv-write.ts';
import { DomainError } from '../lib/errors.ts';
import { confirmRetention, proposeRetention, withdrawRetention } from './change-retention.ts';
import { holdForm, liftFieldOf, liftForm, packetForm, retentionForm } from './forms.ts';
import { confirmHoldLift, keepHold, placeHold, requestHoldLift } from './hold-records.ts';
import { MAX_ANSWERS, makeRecordsPacket } from './make-packet.ts';
import { holdsPage, packetPage, requestsPage, retentionPage } from './pages.ts';
import { recordsPaths } from './paths.ts';
import {
  findPacket,
  findRetentionProposal,
  listCredentialsOfAgency,
  listHolds,
  listPackets,
  listRetentionRules,
  listRetentionRuns,
} from './queries.ts';
import { recordsCsvRows } from './rules.ts';

type WithId = { Params: { id: string } };
type Refused = { errors: FieldError[]; values: FormValues };

/** Records requests, retention and legal holds: everybody of the agency sees them; who may act depends on the step. */
export function registerRecordsRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const staffOnly = { config: { access: 'staff' } } as const;
  const doneOf = (request: FastifyRequest) => (request.query as { done?: unknown }).done;

  const showRequests = async (request: FastifyRequest, reply: FastifyReply, refused?: Refused) => {
    const { agencyId, role, timeZone: zone } = request.staff;
    const page = requestsPage({
      packets: await listPackets(db, agencyId),
      credentials: await listCredentialsOfAgency(db, agencyId),
      mayDisclose: hasRole(role, 'approver'),
      zone,
    });
    return reply.page('records/requests', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(recordsPaths.requests, staffOnly, (request, reply) => showRequests(request, reply));

  app.post(recordsPaths.requests, staffOnly, async (request, reply) => {
    const { agencyId, id: staffId, agencyName: name, timeZone } = requireRole(request, 'approver');
    const form = parseForm(packetForm, request.body);
    if (!form.ok) return showRequests(request, reply, form);
    const { credentialId, ...asked } = form.data;
    const credential = await ownCredential(agencyId, credentialId);
    const made = await makeRecordsPacket(deps, {
      ...asked,
      credential,
      agency: { id: agencyId, name, timeZone },
      staffId,
    });
    if (made.ok) return reply.redirect(`${recordsPaths.packet(made.packetId)}?done=made`, 303);
    const most = MAX_ANSWERS.toLocaleString('en-US');
    const message = `There are more than ${most} answers in these days: choose fewer days, or one credential`;
    return showRequests(request, reply, { errors: [fieldError('fromDay', message)], values: form.values });
  });

  app.get<WithId>(`${recordsPaths.requests}/packets/:id`, staffOnly, async (request, reply) => {
    const found = await packetOf(request);
    return reply.page(
      'records/packet',
      packetPage({ found, zone: request.staff.timeZone, done: doneOf(request) }),
    );
  });

  app.get<WithId>(`${recordsPaths.requests}/packets/:id/packet.json`, staffOnly, async (request, reply) => {
    const { packet } = await packetOf(request);
    if (packet.packet === null) throw new DomainError('not_found');
    return reply
      .header('content-disposition', `attachment; filename="records-${packet.id}.json"`)
      .type('application/json')
      .send(packet.packet);
  });

  app.get<WithId>(`${recordsPaths.requests}/packets/:id/answers.csv`, staffOnly, async (request, reply) => {
    const { packet } = await packetOf(request);
    if (packet.packet === null) throw new DomainError('not_found');
    return reply
      .header('content-disposition', `attachment; filename="records-${packet.id}.csv"`)
      .type('text/csv; charset=utf-8')
      .send(recordsCsvRows(packet.packet).map(csvLine).join(''));
  });

  const showRetention = async (request: FastifyRequest, reply: FastifyReply, refused?: Refused) => {
    const { agencyId, id: staffId, role, timeZone: zone } = request.staff;
    const page = retentionPage({
      rules: await listRetentionRules(db, agencyId),
      runs: await listRetentionRuns(db, agencyId),
      proposal: await findRetentionProposal(db, agencyId),
      viewer: { staffId, mayManage: hasRole(role, 'admin'), mayAgree: hasRole(role, 'approver') },
      zone,
      done: doneOf(request),
    });
    return reply.page('records/retention', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(recordsPaths.retention, staffOnly, (request, reply) => showRetention(request, reply));

  app.post(recordsPaths.retention, staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'admin');
    const form = parseForm(retentionForm, request.body);
    if (!form.ok) return showRetention(request, reply, form);
    const proposed = await proposeRetention(deps, { agencyId, staffId, months: form.data });
    return reply.redirect(
      `${recordsPaths.retention}?done=${proposed.ok ? 'proposed' : proposed.reason}`,
      303,
    );
  });

  app.post<WithId>(`${recordsPaths.retention}/:id/confirm`, staffOnly, async (request, reply) => {
    await confirmRetention(deps, whichProposal(request));
    return reply.redirect(`${recordsPaths.retention}?done=confirmed`, 303);
  });

  app.post<WithId>(`${recordsPaths.retention}/:id/withdraw`, staffOnly, async (request, reply) => {
    await withdrawRetention(deps, whichProposal(request));
    return reply.redirect(`${recordsPaths.retention}?done=withdrawn`, 303);
  });

  const showHolds = async (request: FastifyRequest, reply: FastifyReply, refused?: Refused) => {
    const { agencyId, id: staffId, role, timeZone: zone } = request.staff;
    const page = holdsPage({
      holds: await listHolds(db, agencyId),
      credentials: await listCredentialsOfAgency(db, agencyId),
      viewer: { staffId, mayPlace: hasRole(role, 'editor'), mayLift: hasRole(role, 'approver') },
      zone,
      done: doneOf(request),
    });
    return reply.page('records/holds', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(recordsPaths.holds, staffOnly, (request, reply) => showHolds(request, reply));

  app.post(recordsPaths.holds, staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const form = parseForm(holdForm, request.body);
    if (!form.ok) return showHolds(request, reply, form);
    const credential = await ownCredential(agencyId, form.data.credentialId);
    await placeHold(deps, {
      agencyId,
      staffId,
      reason: form.data.reason,
      credentialId: credential?.id ?? null,
    });
    return reply.redirect(`${recordsPaths.holds}?done=placed`, 303);
  });

  app.post<WithId>(`${recordsPaths.holds}/:id/request-lift`, staffOnly, async (request, reply) => {
    const which = whichHold(request);
    const form = parseForm(liftForm(which.holdId), request.body);
    if (!form.ok) return showHolds(request, reply, form);
    await requestHoldLift(deps, { ...which, reason: form.data[liftFieldOf(which.holdId)]! });
    return reply.redirect(`${recordsPaths.holds}?done=requested`, 303);
  });

  app.post<WithId>(`${recordsPaths.holds}/:id/confirm-lift`, staffOnly, async (request, reply) => {
    await confirmHoldLift(deps, whichHold(request));
    return reply.redirect(`${recordsPaths.holds}?done=lifted`, 303);
  });

  app.post<WithId>(`${recordsPaths.holds}/:id/keep`, staffOnly, async (request, reply) => {
    await keepHold(deps, whichHold(request));
    return reply.redirect(`${recordsPaths.holds}?done=kept`, 303);
  });

  async function packetOf(request: FastifyRequest<WithId>) {
    const found = await findPacket(db, request.staff.agencyId, parseId(request.params.id));
    if (!found) throw new DomainError('not_found');
    return found;
  }

  /** One that the form offered; anything else was not typed by a person. */
  async function ownCredential(agencyId: number, credentialId: number | null) {
    if (credentialId === null) return null;
    const chosen = (await listCredentialsOfAgency(db, agencyId)).find(({ id }) => id === credentialId);
    if (!chosen) throw new DomainError('not_found');
    return chosen;
  }
}

function whichHold(request: FastifyRequest<WithId>) {
  const { agencyId, id: staffId } = requireRole(request, 'approver');
  return { agencyId, staffId, holdId: parseId(request.params.id) };
}

function whichProposal(request: FastifyRequest<WithId>) {
  const { agencyId, id: staffId } = requireRole(request, 'approver');
  return { agencyId, staffId, proposalId: parseId(request.params.id) };
}
