import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { listDocuments } from '../documents/queries.ts';
import { DOCUMENT_UPLOAD, readDocumentForm } from '../documents/read-form.ts';
import { checkDocument } from '../documents/rules.ts';
import { REFUSAL_WORDS } from '../documents/words.ts';
import { readPacket } from '../evidence/rules/packet.ts';
import { CRITERIA, type Criterion, type RequirementStatus } from '../evidence/types.ts';
import { fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { registerUploads } from '../http/uploads.ts';
import { DomainError } from '../lib/errors.ts';
import { criteriaPage, criterionPage } from './criteria-pages.ts';
import { optionalNote } from './decision-forms.ts';
import { approvalPaths } from './paths.ts';
import { loadApplicationFrame, type Refused } from './show-application.ts';
import { type AttachedEvidence, attachEvidence, detachEvidence, reviewCriterion } from './show-criterion.ts';
import { CRITERION_VERDICTS } from './types.ts';

type WithId = { Params: { id: string } };
type WithCriterion = { Params: { id: string; criterion: string } };

const staffOnly = { config: { access: 'staff' } } as const;

const attachForm = z.object({
  text: optionalNote(4000),
  url: z
    .string()
    .trim()
    .max(2000, 'Use 2,000 characters or fewer')
    .default('')
    .refine((text) => text === '' || isWebAddress(text), {
      error: 'Enter a whole web address, such as https://example.org/report',
    }),
});

const reviewForm = z.object({
  verdict: z.enum(CRITERION_VERDICTS, 'Choose whether it is shown'),
  note: optionalNote(2000),
});

const detachForm = z.object({
  evidenceId: z.coerce.number().int().positive(),
  criterion: z.enum(CRITERIA),
});

/** The criteria of an application: what shows each, attached and looked at by staff. */
export function registerCriteriaRoutes(app: FastifyInstance, deps: Deps): void {
  const load = async (request: FastifyRequest, id: number) => {
    const { agencyId, role, timeZone: zone } = request.staff;
    const { current, policy, ...loaded } = await loadApplicationFrame(deps, agencyId, id);
    const ids = loaded.criteria.flatMap(({ items }) => items.map(({ documentId }) => documentId));
    const frozen = current && {
      snapshotId: current.snapshot.id,
      status: current.snapshot.requirementStatus as RequirementStatus,
      packet: readPacket(current.snapshot.packet, current.snapshot.packetFormat),
    };
    return {
      ...loaded,
      policy: policy.body,
      documents: await listDocuments(
        deps.db,
        agencyId,
        ids.filter((documentId) => documentId !== null),
      ),
      frozen,
      viewer: { mayEdit: hasRole(role, 'editor') },
      zone,
      done: (request.query as { done?: unknown }).done,
    };
  };

  const showOne = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: number,
    criterion: Criterion,
    refused: Pick<Refused, 'errors' | 'values'> = {},
  ) => {
    const page = criterionPage(await load(request, id), criterion);
    return reply.page('approvals/criterion', { ...page, ...refused }, { status: refused.errors ? 422 : 200 });
  };

  app.get<WithId>('/staff/applications/:id/criteria', staffOnly, async (request, reply) =>
    reply.page('approvals/criteria', criteriaPage(await load(request, parseId(request.params.id)))),
  );

  app.get<WithCriterion>('/staff/applications/:id/criteria/:criterion', staffOnly, (request, reply) =>
    showOne(request, reply, parseId(request.params.id), parseCriterion(request.params.criterion)),
  );

  registerUploads(app, DOCUMENT_UPLOAD, (scope) => {
    scope.post<WithCriterion>(
      '/staff/applications/:id/criteria/:criterion',
      staffOnly,
      async (request, reply) => {
        const { agencyId, id: staffId } = requireRole(request, 'editor');
        const applicationId = parseId(request.params.id);
        const criterion = parseCriterion(request.params.criterion);
        if (criterion === 'employer_need') throw new DomainError('not_found');
        const { body, file } = await readDocumentForm(request);
        const form = parseForm(attachForm, body);
        if (!form.ok) return showOne(request, reply, applicationId, criterion, form);
        const { text, url } = form.data;
        const refuse = (field: string, message: string) =>
          showOne(request, reply, applicationId, criterion, {
            errors: [fieldError(field, message)],
            values: form.values,
          });
        if (file) {
          const checked = checkDocument(file);
          if (!checked.ok) return refuse('file', REFUSAL_WORDS[checked.reason]);
        }
        const evidence: AttachedEvidence | null = file
          ? { kind: 'document', file, text }
          : url !== ''
            ? { kind: 'link', url, text }
            : text !== ''
              ? { kind: 'note', text }
              : null;
        if (!evidence) return refuse('text', 'Write a note, enter a web address or choose a file');
        if (file && url !== '')
          return refuse('url', 'Attach the file and the web address one after the other');
        const attached = await attachEvidence(deps, {
          agencyId,
          staffId,
          applicationId,
          criterion,
          evidence,
        });
        if (!attached.ok) return refuse('file', REFUSAL_WORDS[attached.reason]);
        return reply.redirect(
          `${approvalPaths.attachCriterion(applicationId, criterion)}?done=attached`,
          303,
        );
      },
    );
  });

  app.post<WithCriterion>(
    '/staff/applications/:id/criteria/:criterion/review',
    staffOnly,
    async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'editor');
      const applicationId = parseId(request.params.id);
      const criterion = parseCriterion(request.params.criterion);
      if (criterion === 'employer_need') throw new DomainError('not_found');
      const form = parseForm(reviewForm, request.body);
      if (!form.ok) return showOne(request, reply, applicationId, criterion, form);
      await reviewCriterion(deps, { agencyId, staffId, applicationId, criterion, ...form.data });
      return reply.redirect(`${approvalPaths.criteria(applicationId)}?done=reviewed`, 303);
    },
  );

  app.post<WithId>('/staff/applications/:id/criteria/detach', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    const form = parseForm(detachForm, request.body);
    if (!form.ok) throw new DomainError('stale_form');
    const { evidenceId, criterion } = form.data;
    await detachEvidence(deps, { agencyId, staffId, applicationId, evidenceId });
    return reply.redirect(`${approvalPaths.attachCriterion(applicationId, criterion)}?done=detached`, 303);
  });
}

function parseCriterion(text: string): Criterion {
  const criterion = CRITERIA.find((each) => each === text);
  if (!criterion) throw new DomainError('not_found');
  return criterion;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
