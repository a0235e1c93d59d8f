import cookie from '@fastify/cookie';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { registerAgencyRoutes } from './agencies/routes.ts';
import { ballotsApi } from './api/ballots.ts';
import { registerApiRoutes } from './api/routes.ts';
import { registerBodyRoutes } from './approvals/body-routes.ts';
import { registerCriteriaRoutes } from './approvals/criteria-routes.ts';
import { registerDecisionRoutes } from './approvals/decision-routes.ts';
import { registerPacketRoutes } from './approvals/packet-routes.ts';
import { registerPolicyRoutes } from './approvals/policy-routes.ts';
import { registerReportRoutes } from './approvals/report-routes.ts';
import { registerApprovalRoutes } from './approvals/routes.ts';
import { registerCommitteeRoutes } from './committees/routes.ts';
import { registerConsoleRoutes } from './console/routes.ts';
import { registerWhatIfRoutes } from './console/what-if-routes.ts';
import { registerCredentialRoutes } from './credentials/routes.ts';
import { registerDeliveryRoutes } from './delivery/routes.ts';
import type { Deps } from './deps.ts';
import { registerDocumentRoutes } from './documents/routes.ts';
import { registerEmployerRoutes } from './employers/routes.ts';
import { previewCounts } from './evidence/preview-counts.ts';
import { registerEvidenceRoutes } from './evidence/routes.ts';
import { registerAccess } from './http/access.ts';
import { registerAssets } from './http/assets.ts';
import { registerCsrf } from './http/csrf.ts';
import { registerDraining } from './http/draining.ts';
import { clientErrorHandler, frameworkErrorHandler, registerErrors } from './http/errors.ts';
import { registerForms } from './http/forms.ts';
import { registerHeaders } from './http/headers.ts';
import { registerHealth } from './http/health.ts';
import { registerRateLimits } from './http/rate-limits.ts';
import { createRequestIds } from './http/request-ids.ts';
import { registerRequestLog } from './http/request-log.ts';
import { registerViews } from './http/views.ts';
import { registerOutreachRoutes } from './outreach/routes.ts';
import { registerRecordsRoutes } from './records/routes.ts';
import { registerConfirmRoutes } from './respond/confirm-routes.ts';
import { registerOpenRoutes } from './respond/open-routes.ts';
import { registerReviewRoutes } from './respond/review-routes.ts';
import { registerRespondRoutes } from './respond/routes.ts';
import { registerSubmissionRoutes } from './respond/submission-routes.ts';
import { registerSiteRoutes } from './site/routes.ts';
import { registerTransparencyRoutes } from './site/transparency-routes.ts';
import { registerWaveRoutes } from './waves/routes.ts';
import { readTouchHistory } from './waves/touch-history.ts';
import { webhooksApi } from './webhooks/api.ts';
import { registerWebhookRoutes } from './webhooks/routes.ts';

/** Long enough that a mangled or hostile link meets our own "page not found", not a bare refusal by the framework. */
const MAX_PARAM_LENGTH = 16_000;

const STAFF_NAVIGATION = [
  { href: '/staff', text: 'Today' },
  { href: '/staff/credentials', text: 'Credentials' },
  { href: '/staff/waves', text: 'Waves' },
  { href: '/staff/calendar', text: 'Calendar' },
  { href: '/staff/answers/review', text: 'Answers' },
  { href: '/staff/employers', text: 'Employers' },
  { href: '/staff/committees', text: 'Committees' },
  { href: '/staff/applications', text: 'Applications' },
  { href: '/staff/lists', text: 'Lists' },
  { href: '/staff/imports', text: 'Imports' },
  { href: '/staff/suppressions', text: 'Do not mail' },
  { href: '/staff/records', text: 'Records' },
  { href: '/staff/people', text: 'People' },
];

/**
 * The whole web application on the given deps, ready to listen or inject. Order matters: the frame's hooks come
 * first, then its own routes, then each feature's.
 */
export async function buildApp(deps: Deps): Promise<FastifyInstance> {
  const { config } = deps;
  const app: FastifyInstance = fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    // request-log.ts writes our own line, without addresses.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createRequestIds(),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: 256 * 1024,
    // draining.ts answers with a page instead.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    frameworkErrors: frameworkErrorHandler(config),
    clientErrorHandler: clientErrorHandler(config),
  });

  registerRequestLog(app);
  registerHeaders(app, config);
  registerErrors(app);
  registerDraining(app);
  await registerRateLimits(app, config);
  registerCsrf(app, config);
  await app.register(cookie);
  await registerForms(app);
  await registerViews(app, { staffNavigation: STAFF_NAVIGATION });
  await registerAssets(app);
  registerAccess(app);
  registerHealth(app, deps);

  // Features, in the order of the line in README: each a registerXRoutes(app, deps).
  registerAgencyRoutes(app, deps);
  registerDocumentRoutes(app, deps);
  registerCredentialRoutes(app, deps);
  await registerEmployerRoutes(app, deps, {
    readTouches: (input) => readTouchHistory(deps, input),
    previewCounts: (links, agencyId) => previewCounts(deps.db, links, agencyId, deps.clock.now()),
  });
  registerOutreachRoutes(app, deps);
  registerDeliveryRoutes(app, deps);
  registerCommitteeRoutes(app, deps);
  registerEvidenceRoutes(app, deps);
  registerRespondRoutes(app, deps);
  registerConfirmRoutes(app, deps);
  registerReviewRoutes(app, deps);
  registerSubmissionRoutes(app, deps);
  registerOpenRoutes(app, deps);
  registerApprovalRoutes(app, deps);
  registerPacketRoutes(app, deps);
  registerDecisionRoutes(app, deps);
  registerCriteriaRoutes(app, deps);
  registerBodyRoutes(app, deps);
  registerReportRoutes(app, deps);
  registerPolicyRoutes(app, deps);
  registerWaveRoutes(app, deps);
  registerConsoleRoutes(app, deps);
  registerWhatIfRoutes(app, deps);
  await registerApiRoutes(app, deps, [ballotsApi, webhooksApi]);
  registerWebhookRoutes(app, deps);
  registerRecordsRoutes(app, deps);
  registerSiteRoutes(app, deps);
  registerTransparencyRoutes(app, deps);

  return app;
}
