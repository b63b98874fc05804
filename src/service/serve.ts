import { setTimeout as sleep } from 'node:timers/promises';
import { FolderLost } from '../../db/lock-folder.ts';
import { causeOf } from '../lib/error-name.ts';
import { assertPorts, namingPort } from './assert-ports.ts';
import { bootstrapAdmin } from './bootstrap-admin.ts';
import type { Config } from './config/config.ts';
import { drainConnections } from './drain-connections.ts';
import { lowerHashPriority } from './lower-hash-priority.ts';
import { openService } from './open-service.ts';
import { openPages } from './pages/open-pages.ts';
import { reportSlow } from './report-slow.ts';
import { startupBanner } from './startup-banner.ts';

const closeMs = 10_000;
/** How long after SIGTERM a load balancer may still use the connections that it has kept, in milliseconds. */
const lingerMs = 1_000;

/**
 * Opens the service, listens, and closes in order on SIGTERM and SIGINT. First it only reports that it is not ready, so
 * that a load balancer sends no more requests. Then it finishes the work in progress. A second signal ends it at once.
 * Throws if the start fails.
 */
export async function serve(config: Config): Promise<void> {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  await assertPorts(config.http);
  const report = reportSlow(print);
  const pages = await report('Preparing the pages', () => openPages(config, print));
  const service = await openService(config, print, report, pages);
  process.on('uncaughtException', (error) => {
    // Node would print the whole error, and a database error quotes the row.
    const said =
      error instanceof FolderLost
        ? error.message
        : 'crashed: an error was not caught (see cause); the process ends; see docs/observability.md';
    service.app.log.fatal({ cause: causeOf(error) }, said);
    process.exit(1);
  });
  lowerHashPriority();
  const { host, port, metricsPort, drainSeconds } = config.http;
  const metrics = await openMetrics();
  try {
    const url = await namingPort('PORT', host, port, () => service.app.listen({ host, port }));
    // Only after it listens: a start that fails would create an admin and never show the password.
    const admin = config.database.url
      ? null
      : await report('Making the first admin', () => bootstrapAdmin(service.deps));
    print(
      startupBanner({ url, config, printsCodesBy: service.printsCodesBy, hasPages: pages !== null, admin }),
    );
    if (metrics) print(`Metrics are at ${metrics.url}`);
  } catch (error) {
    await metrics?.close();
    await service.close();
    throw error;
  }

  /** Opens before the public port. If the metrics port is taken, the start fails before any client has connected. */
  async function openMetrics() {
    if (!service.metrics || metricsPort === null) return null;
    const { serveMetrics } = await import('../platform/telemetry/metrics-server.ts');
    const { metrics: figures } = service;
    const listen = () => serveMetrics(figures, { host, port: metricsPort });
    return namingPort('METRICS_PORT', host, metricsPort, listen).catch(async (error: unknown) => {
      await service.close();
      throw error;
    });
  }

  /** On SIGINT a person at a terminal waits. On SIGTERM a load balancer must notice first. */
  const stop = async (isBalanced: boolean) => {
    service.drain();
    if (isBalanced) await sleep(drainSeconds * 1000);
    setTimeout(() => process.exit(1), lingerMs + closeMs).unref();
    await drainConnections(service.app.server, isBalanced ? lingerMs : 0);
    await service.close();
    await metrics?.close();
  };
  let stopping = false;
  const end = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    stop(signal === 'SIGTERM').then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
}
