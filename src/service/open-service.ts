import { ping } from '../../db/availability.ts';
import type { AccessDeps } from '../api/access/authenticate.ts';
import { buildApp } from '../api/build-app.ts';
import { sameClock, watchClock } from '../api/operations/readiness.ts';
import type { Pages } from '../api/pages/page-files.ts';
import { impossibleApprovals } from '../features/approvals/change-approval-rules.ts';
import { findSealing } from '../features/audit/seal-store.ts';
import { findOutboxFigures } from '../features/notices/outbox-store.ts';
import { createHasher } from '../features/passwords/password-hash.ts';
import { findEventFigures } from '../features/security-events/event-queue-store.ts';
import { smsFigures } from '../features/sms/sms-figures.ts';
import { connectCheckpointDestinations } from '../platform/adapters/checkpoint-destinations.ts';
import { createEventSender } from '../platform/adapters/event-sender.ts';
import type { App } from '../platform/http/app-type.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { Config } from './config/config.ts';
import { letterheadOf } from './configured-letterhead.ts';
import { connectAdapters } from './connect-adapters.ts';
import { createDeps } from './create-deps.ts';
import { instrumentHasher } from './instrument-adapters.ts';
import { type Jobs, startJobs } from './jobs/start-jobs.ts';
import { linkMailsOf } from './link-mails.ts';
import { type OpenedDatabase, openDatabase } from './open-database.ts';
import { openTelemetry, type Telemetry } from './open-telemetry.ts';
import { withModels } from './read-authenticators.ts';
import { type ReportSlow, reportNothing } from './report-slow.ts';

export type Service = {
  readonly app: App;
  readonly deps: AccessDeps;
  /** The channels (`SMS`, `e-mail`) for which the terminal prints codes, because no carrier is configured. */
  readonly printsCodesBy: readonly string[];
  /** Null if METRICS_PORT is not set. */
  readonly metrics: Metrics | null;
  /** Makes the readiness check fail. The service still answers requests. */
  readonly drain: () => void;
  /** Finishes the work in progress, then closes every connection. */
  readonly close: () => Promise<void>;
};

type Print = (line: string) => void;

/**
 * Opens the service as configured, without a port. `print` prints a line on the terminal, and `report` reports slow
 * steps. Without `pages` it is an API alone. Throws what the failing part threw.
 */
export async function openService(
  config: Config,
  print: Print,
  report: ReportSlow = reportNothing,
  pages: Pages | null = null,
): Promise<Service> {
  const telemetry = await openTelemetry(config);
  const opened = await openDatabase(config, telemetry.tracing?.onQuery, report);
  try {
    return await openOn(opened, { config, print, telemetry, report, pages });
  } catch (error) {
    await opened.database.close(); // with wrong vault keys, say: an open connection keeps the process alive
    throw error;
  }
}

async function openOn(
  { database, vault }: OpenedDatabase,
  {
    config,
    print,
    telemetry,
    report,
    pages,
  }: {
    readonly config: Config;
    readonly print: Print;
    readonly telemetry: Telemetry;
    readonly report: ReportSlow;
    readonly pages: Pages | null;
  },
): Promise<Service> {
  const { metrics, tracing } = telemetry;
  const { carriers, sendMail, sendSms, probeMail, printsCodesBy, duo, closeCarriers } = await report(
    'Loading the connections for mail, text messages and Duo',
    () => connectAdapters(config, print, telemetry),
  );
  const { preset, periods, smsRules, helpRequires } = config;
  const webauthn = withModels(config.webauthn);
  const { issuer, portalUrl } = config.http;
  const plainHasher = createHasher();
  const hasher = tracing ? instrumentHasher(plainHasher, tracing.withSpan) : plainHasher;
  const destinations = connectCheckpointDestinations(config.checkpoints);
  const eventSender = createEventSender(config.eventInternalOrigins);
  const clock = config.database.url ? watchClock(() => ping(database.db)) : sameClock;
  await report('Comparing the clock with the database', clock.compare);
  const parts = {
    clock,
    ...{
      database,
      vault,
      hasher,
      preset,
      periods,
      issuer,
      portalUrl,
      webauthn,
      smsRules,
      carriers,
      helpRequires,
    },
    linkMails: linkMailsOf(config),
    letterhead: letterheadOf(config),
    eventSender,
    checkpoints: destinations.file?.read ?? null,
    ...(metrics && { metrics: metrics.metrics }),
  };
  const deps = await report('Reading keys and policies', () => createDeps(parts));

  const { redisUrl } = config;
  // Connected after the steps that may fail, because a connection keeps the process alive.
  const redis = redisUrl ? await report('Connecting to Redis', () => reachRedis(redisUrl)) : null;
  let draining = false;
  let mailFault: Jobs['mailFault'] = () => null; // until the background jobs have started
  const { requestsPerMinute, loginsPerMinute, corsOrigins, trustProxyHops } = config.http;
  const appOptions = {
    issuer,
    corsOrigins,
    trustProxyHops,
    limits: { requestsPerMinute, loginsPerMinute, redis },
    production: config.production,
    logger: { level: config.logLevel },
    isDraining: () => draining,
    mailFault: () => mailFault(),
    pages,
    relatedOrigins: webauthn?.relatedOrigins ?? [],
    metrics,
    tracing,
  };
  const app = await report('Preparing the routes', () => buildApp(deps, appOptions));
  if (config.production && !destinations.file && destinations.remote.size === 0)
    app.log.warn(
      'audit checkpoints are off: somebody could cut off the end of the audit unnoticed; set AUDIT_CHECKPOINTS, AUDIT_SYSLOG_URL or AUDIT_HTTP_URL; see docs/audit.md',
    );
  if (!sendMail && !config.withoutMail)
    app.log.warn(
      'mail is off: no invitation, link or notice is sent; set SMTP_URL and MAIL_FROM, or WITHOUT_MAIL=true if you want no mail; see docs/operations.md',
    );
  for (const warning of await impossibleApprovals(deps))
    app.log.warn(`approvals: ${warning} See docs/approvals.md`);
  const { signingKeyDays } = config;
  const options = { signingKeyDays, destinations, sendMail, sendSms, probeMail, log: app.log };
  const work = startJobs(deps, options);
  mailFault = work.mailFault;
  telemetry.expose({
    hashing: hasher.state,
    pool: database.pool ?? null,
    duoIsCutOff: duo?.isCutOff ?? null,
    audit: { sealing: () => findSealing(database.db), isLost: work.auditIsLost },
    mails: () => findOutboxFigures(database.db, new Date()),
    events: () => findEventFigures(database.db),
    texts: carriers.sms ? { figures: () => smsFigures(deps, new Date()), rules: deps.smsRules } : null,
  });

  const drain = () => {
    draining = true;
  };
  const close = async () => {
    drain();
    // A client keeps its connection after the answer, and the server would wait for the client to close it.
    const idle = setInterval(() => app.server.closeIdleConnections(), 50);
    await app.close();
    clearInterval(idle);
    await work.close();
    await closeCarriers();
    await eventSender.close();
    redis?.disconnect();
    await database.close();
    await tracing?.close();
  };
  return { app, deps, printsCodesBy, metrics, drain, close };
}

async function reachRedis(url: string) {
  const { connectRedis } = await import('../platform/adapters/redis.ts'); // imported only if configured
  return connectRedis(url);
}
