import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import type { Deps } from '../deps.ts';
import { DOCUMENT_UPLOAD } from '../documents/read-form.ts';
import { fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { registerUploads } from '../http/uploads.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { confirmDecision } from './confirm-decision.ts';
import {
  appealForm,
  decisionForm,
  decisionIdForm,
  revocationForm,
  withdrawAppealForm,
} from './decision-forms.ts';
import { fileAppeal, withdrawAppeal } from './file-appeal.ts';
import { approvalPaths } from './paths.ts';
import { type NewDecision, proposeDecision, withdrawDecision } from './propose-decision.ts';
import { listEmployersOf } from './queries.ts';
import { readAttached } from './read-attached.ts';
import { type Refused, showApplication } from './show-application.ts';
import { startReview } from './start-review.ts';
import { APPEAL_REFUSALS } from './words.ts';

type WithId = { Params: { id: string } };

const staffOnly = { config: { access: 'staff' } } as const;

/** Deciding about an application: a review begins, one person proposes, another confirms; appeals; taking back. */
export function registerDecisionRoutes(app: FastifyInstance, deps: Deps): void {
  const back = (reply: FastifyReply, id: number, done: string) =>
    reply.redirect(`${approvalPaths.application(id)}?done=${done}`, 303);

  /** Whoever comes second sees the page as it is now, and that what they sent changed nothing. */
  const orRaced = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: number,
    work: () => Promise<FastifyReply>,
  ) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'already_done') throw error;
      return showApplication(deps, request, reply, id, { refusal: { kind: 'raced' } });
    }
  };

  const propose = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: number,
    decision: NewDecision,
    values: Refused['values'],
  ) => {
    const { agencyId, id: staffId } = request.staff;
    const named = await namedIn(deps, id, decision.publicReason ?? '');
    if (named) {
      const message = `Leave out “${named}”: what an employer said is not published with its name`;
      return showApplication(deps, request, reply, id, {
        errors: [fieldError('publicReason', message)],
        ...(values && { values }),
      });
    }
    const proposed = await proposeDecision(deps, { agencyId, staffId, applicationId: id, ...decision });
    if (proposed.ok) return back(reply, id, 'proposed');
    return showApplication(deps, request, reply, id, {
      refusal: { kind: 'decide', reason: proposed.reason },
      ...(proposed.reason === 'body_missing' && {
        errors: [fieldError('decidedByBody', 'Enter which body decided, and when')],
      }),
      ...(values && { values }),
    });
  };

  app.post<WithId>('/staff/applications/:id/review', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    return orRaced(request, reply, applicationId, async () => {
      await startReview(deps, { agencyId, staffId, applicationId });
      return back(reply, applicationId, 'started');
    });
  });

  registerUploads(app, DOCUMENT_UPLOAD, (scope) => {
    scope.post<WithId>('/staff/applications/:id/decide', staffOnly, async (request, reply) => {
      requireRole(request, 'editor');
      const id = parseId(request.params.id);
      const { body, file, errors } = await readAttached(request);
      const form = parseForm(decisionForm, body);
      if (!form.ok) return showApplication(deps, request, reply, id, form);
      if (errors.length > 0) {
        return showApplication(deps, request, reply, id, { errors, values: form.values });
      }
      const { decision: outcome, ...rest } = form.data;
      return orRaced(request, reply, id, () =>
        propose(request, reply, id, { outcome, ...rest, file }, form.values),
      );
    });
  });

  app.post<WithId>('/staff/applications/:id/revoke', staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const id = parseId(request.params.id);
    const form = parseForm(revocationForm, request.body);
    if (!form.ok) return showApplication(deps, request, reply, id, form);
    const { revokeReason: reason, publicReason } = form.data;
    return orRaced(request, reply, id, () =>
      propose(request, reply, id, { outcome: 'revoked', reason, publicReason }, form.values),
    );
  });

  app.post<WithId>('/staff/applications/:id/decide/confirm', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'approver');
    const applicationId = parseId(request.params.id);
    const form = parseForm(decisionIdForm, request.body);
    if (!form.ok) throw new DomainError('stale_form');
    return orRaced(request, reply, applicationId, async () => {
      const confirmed = await confirmDecision(deps, { agencyId, staffId, applicationId, ...form.data });
      if (confirmed.ok) return back(reply, applicationId, 'decided');
      return showApplication(deps, request, reply, applicationId, {
        refusal: { kind: 'decide', reason: confirmed.reason },
      });
    });
  });

  app.post<WithId>('/staff/applications/:id/decide/withdraw', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    const form = parseForm(decisionIdForm, request.body);
    if (!form.ok) throw new DomainError('stale_form');
    return orRaced(request, reply, applicationId, async () => {
      await withdrawDecision(deps, { agencyId, staffId, applicationId, ...form.data });
      return back(reply, applicationId, 'taken_back');
    });
  });

  app.post<WithId>('/staff/applications/:id/appeal', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId, timeZone } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    const form = parseForm(appealForm(dayIn(timeZone, deps.clock.now())), request.body);
    if (!form.ok) return showApplication(deps, request, reply, applicationId, form);
    return orRaced(request, reply, applicationId, async () => {
      const filed = await fileAppeal(deps, { agencyId, staffId, applicationId, ...form.data });
      if (filed.ok) return back(reply, applicationId, 'appealed');
      const isDay = filed.reason === 'too_late' || filed.reason === 'before_decision';
      return showApplication(deps, request, reply, applicationId, {
        values: form.values,
        ...(isDay
          ? { errors: [fieldError('filedOn', APPEAL_REFUSALS[filed.reason])] }
          : { refusal: { kind: 'appeal', reason: filed.reason } }),
      });
    });
  });

  app.post<WithId>('/staff/applications/:id/appeal/withdraw', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    const form = parseForm(withdrawAppealForm, request.body);
    if (!form.ok) return showApplication(deps, request, reply, applicationId, form);
    const { appealId, withdrawReason: reason } = form.data;
    return orRaced(request, reply, applicationId, async () => {
      await withdrawAppeal(deps, { agencyId, staffId, applicationId, appealId, reason });
      return back(reply, applicationId, 'appeal_ended');
    });
  });
}

/** The first employer, among those who were asked or answered, that a text for the public names. */
async function namedIn(
  { db }: Pick<Deps, 'db'>,
  applicationId: number,
  text: string,
): Promise<string | null> {
  if (text.trim() === '') return null;
  const plain = text.toLowerCase();
  const names = await listEmployersOf(db, applicationId);
  return names.find((name) => name.length >= 4 && plain.includes(name.toLowerCase())) ?? null;
}
