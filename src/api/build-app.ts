import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import Fastify, { type FastifyServerOptions, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { MailFault } from '../features/notices/mail-watch.ts';
import { answerInTime } from '../platform/http/answer-in-time.ts';
import type { App } from '../platform/http/app-type.ts';
import { refuseBroken } from '../platform/http/broken-requests.ts';
import { refuseUnasked, takeJson } from '../platform/http/json-bodies.ts';
import { handleProblem } from '../platform/http/problem-handler.ts';
import { redactedLog } from '../platform/http/redacted-log.ts';
import { ambiguityOf, isPreflight, readMfaHeader } from '../platform/http/requests.ts';
import { securityHeaders } from '../platform/http/security-headers.ts';
import { timeRequests } from '../platform/http/time-requests.ts';
import { traceRequests } from '../platform/http/trace-requests.ts';
import { unavailableLogger } from '../platform/http/unavailable-log.ts';
import { answerUnknownRoutes } from '../platform/http/unknown-route.ts';
import type { Tracing } from '../platform/kernel/tracing-port.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { AccessDeps } from './access/authenticate.ts';
import { declaresAccess } from './access/guard.ts';
import { adoptionRoutes } from './admin/adoption-routes.ts';
import { approvalRoutes } from './admin/approval-routes.ts';
import { areaRoutes } from './admin/area-routes.ts';
import { auditRoutes } from './admin/audit-routes.ts';
import { callerCheckRoutes } from './admin/caller-check-routes.ts';
import { carrierRoutes } from './admin/carrier-routes.ts';
import { evidenceRoutes } from './admin/evidence-routes.ts';
import { helpRoutes } from './admin/help-routes.ts';
import { keyRoutes } from './admin/key-routes.ts';
import { receiverRoutes } from './admin/receiver-routes.ts';
import { rolloutRoutes } from './admin/rollout-routes.ts';
import { serviceAccountRoutes } from './admin/service-account-routes.ts';
import { smsRoutes } from './admin/sms-routes.ts';
import { timelineRoutes } from './admin/timeline-routes.ts';
import { adminFactorHistoryRoutes } from './admin/user-factors-routes.ts';
import { adminUserRoutes } from './admin/user-routes.ts';
import { activityRoutes } from './auth/activity-routes.ts';
import { breakGlassRoutes } from './auth/break-glass-routes.ts';
import { callerRoutes } from './auth/caller-routes.ts';
import { colleagueRoutes } from './auth/colleague-routes.ts';
import { deviceRoutes } from './auth/device-routes.ts';
import { loginRoutes } from './auth/login-routes.ts';
import { notMeRoutes } from './auth/not-me-routes.ts';
import { passkeyRoutes } from './auth/passkey-routes.ts';
import { passwordRoutes } from './auth/password-routes.ts';
import { recoveryRoutes } from './auth/recovery-routes.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import { corsOptions, foreignOriginLogger } from './cross-origin.ts';
import { forwardRoutes } from './gateway/forward-routes.ts';
import { pollRoutes } from './gateway/poll-routes.ts';
import { sensitiveDataRoutes } from './gateway/sensitive-data-routes.ts';
import { challengeRoutes } from './mfa/challenge-routes.ts';
import { enrolRoutes } from './mfa/enrol-routes.ts';
import { factorHistoryRoutes } from './mfa/factor-history-routes.ts';
import { factorRoutes } from './mfa/factor-routes.ts';
import { oauthRoutes } from './oauth/oauth-routes.ts';
import { describeApi, showApi } from './openapi/openapi.ts';
import { healthRoutes } from './operations/health-routes.ts';
import { portalRoutes } from './operations/portal-routes.ts';
import { wellKnownRoutes } from './operations/well-known-routes.ts';
import type { Pages } from './pages/page-files.ts';
import { pageSite } from './pages/page-routes.ts';
import { limitRates, type RateLimits } from './rate-limits.ts';
import { requireRightClock } from './require-right-clock.ts';

export type AppOptions = {
  readonly issuer: string;
  readonly corsOrigins: readonly string[];
  /** The number of proxies between the client and the service. The service trusts their X-Forwarded-For. */
  readonly trustProxyHops: number;
  readonly limits: RateLimits;
  readonly production: boolean;
  readonly logger: FastifyServerOptions['logger'];
  /**
   * Whether the instance is about to stop. The readiness check then fails, so that a load balancer sends no requests.
   */
  readonly isDraining?: () => boolean;
  /** The current fault of mail delivery, or null. The readiness check reports it as a warning and still succeeds. */
  readonly mailFault?: () => MailFault | null;
  /** Pages of other domains that may use the credentials of this one. */
  readonly relatedOrigins?: readonly string[];
  /** The pages for people. Null: an API alone. */
  readonly pages?: Pages | null;
  readonly metrics?: Pick<Metrics, 'requests'> | null;
  readonly tracing?: Pick<Tracing, 'begin'> | null;
};

/** Builds the service without a port: plugins, problem handler and routes. */
export async function buildApp(deps: AccessDeps, options: AppOptions): Promise<App> {
  const always = { ...securityHeaders, 'cache-control': 'no-store' };
  const app: App = Fastify({
    bodyLimit: 16 * 1024,
    genReqId: () => randomUUID(),
    trustProxy: (_address, hop) => hop < options.trustProxyHops,
    logController: new LogController({ disableRequestLogging: true }), // Fastify would log the URL and the address
    return503OnClosing: false, // a load balancer may still send requests while the instance stops
    routerOptions: { maxParamLength: 100 },
    exposeHeadRoutes: false,
    ...refuseBroken(always),
    logger: redactedLog(options.logger),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleProblem);
  app.decorate('deps', deps);
  const unavailable = unavailableLogger(app.log);
  app.decorate('logUnavailable', unavailable.record);
  app.addHook('onClose', async () => unavailable.end());
  app.decorateRequest('caller', null);
  app.decorateRequest('admitted', null);
  app.decorateRequest('policies', null);
  // Routes accept only JSON, because an HTML form of another site cannot send it (OWASP ASVS 3.5.2).
  // The OAuth routes accept only forms: see platform/http/forms.ts.
  app.removeContentTypeParser('text/plain');
  takeJson(app);
  app.addHook('preValidation', (request, _reply, done) => done(refuseUnasked(request)));

  if (options.tracing) traceRequests(app, options.tracing);
  const timeUnknown = options.metrics ? [timeRequests(app, options.metrics)] : [];
  answerInTime(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(always); // before the hooks that may refuse, so that refusals carry the headers too
    if (request.method !== 'OPTIONS' || isPreflight(request)) return done();
    reply.callNotFound();
  });
  if (options.corsOrigins.length > 0) await app.register(cors, corsOptions(options.corsOrigins));
  const limiters = await limitRates(app, options.limits);
  requireRightClock(app, deps.clock);
  app.addHook('onRequest', (request, _reply, done) => {
    readMfaHeader(request);
    done(ambiguityOf(request));
  });
  // A read of `routeOptions` is slow: see limitRates.
  const logsRequests = ['info', 'debug', 'trace'].includes(app.log.level);
  app.addHook('onResponse', (request, reply, done) => {
    if (logsRequests) {
      const ms = Math.round(reply.elapsedTime);
      const route = request.routeOptions.url ?? null;
      request.log.info({ method: request.method, route, status: reply.statusCode, ms }, 'answered');
    }
    done();
  });
  const site = options.pages && pageSite(options.pages, { docs: !options.production });
  answerUnknownRoutes(app, [...timeUnknown, limiters.calling], {
    logForeignOrigin: foreignOriginLogger(),
    answerBrowser: site?.answerBrowser ?? (() => false),
  });
  await describeApi(app, options.issuer);
  refuseUndeclared(app);

  await app.register(loginRoutes);
  await app.register(passkeyRoutes);
  await app.register(sessionRoutes);
  await app.register(activityRoutes);
  await app.register(deviceRoutes);
  await app.register(passwordRoutes);
  await app.register(callerRoutes);
  await app.register(notMeRoutes);
  await app.register(recoveryRoutes);
  await app.register(colleagueRoutes);
  await app.register(breakGlassRoutes);
  await app.register(challengeRoutes);
  await app.register(enrolRoutes);
  await app.register(factorRoutes);
  await app.register(factorHistoryRoutes);
  await app.register(adoptionRoutes);
  await app.register(smsRoutes);
  await app.register(carrierRoutes);
  await app.register(evidenceRoutes);
  await app.register(areaRoutes);
  await app.register(auditRoutes);
  await app.register(rolloutRoutes);
  await app.register(forwardRoutes);
  await app.register(adminUserRoutes);
  await app.register(helpRoutes);
  await app.register(callerCheckRoutes);
  await app.register(approvalRoutes);
  await app.register(timelineRoutes);
  await app.register(adminFactorHistoryRoutes);
  await app.register(sensitiveDataRoutes);
  await app.register(oauthRoutes(options.issuer));
  await app.register(serviceAccountRoutes);
  await app.register(receiverRoutes);
  await app.register(pollRoutes);
  await app.register(keyRoutes);
  await app.register(wellKnownRoutes(options.issuer));
  await app.register(portalRoutes(options.relatedOrigins ?? []));
  await app.register(
    healthRoutes({
      isDraining: options.isDraining ?? (() => false),
      mailFault: options.mailFault ?? (() => null),
    }),
  );
  await showApi(app, { page: !options.production });
  if (site) await app.register(site.routes);
  return app;
}

/** Throws at start-up if a route does not declare who may call it. */
function refuseUndeclared(app: App): void {
  app.addHook('onRoute', ({ method, url, onRequest }) => {
    if (/^\/docs(\/|$)/.test(url)) return; // the page that shows the API; production has no such page
    if (!declaresAccess(onRequest))
      throw new Error(`${method} ${url} declares no guard, and does not declare itself open`);
  });
}
