import { setTimeout as sleep } from 'node:timers/promises';
import { FolderLost } from '../../db/lock-folder.ts';
import { causeOf } from '../lib/error-name.ts';
import { assertPorts, namingPort } from './assert-ports.ts';
import { bootstrapAdmin } from './bootstrap-admin.ts';
import type { Config } from './config/config.ts';
import { drainConnections } from './drain-connections.ts';
import { lowerHashPriority } from './lower-hash-priority.ts';
import { openService } from './open-service.ts';
import { reportSlow } from './report-slow.ts';
import { startupBanner } from './startup-banner.ts';

const closeMs = 10_000;
/** So long after SIGTERM a balancer may go on to send over connections that it has kept. */
const lingerMs = 1_000;

/**
 * Opens the service, listens, and closes in order on SIGTERM and SIGINT: first it only says that it is not ready, so that
 * a load balancer sends nothing more, then it finishes what is under way. A second signal ends it at once.
 */
export async function serve(config: Config): Promise<void> {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  await assertPorts(config.http);
  const report = reportSlow(print);
  const service = await openService(config, print, report);
  process.on('uncaughtException', (error) => {
    // Node itself would print all of it, and what a database says of an error quotes the row.
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
    // not before it listens: who is made by a start that fails is shown to nobody, and never again
    const admin = config.database.url
      ? null
      : await report('Making the first admin', () => bootstrapAdmin(service.deps));
    print(startupBanner({ url, config, printsCodesBy: service.printsCodesBy, admin }));
    if (metrics) print(`Metrics are at ${metrics.url}`);
  } catch (error) {
    await metrics?.close();
    await service.close();
    throw error;
  }

  /** First the metrics, whose port may be taken, so that nobody has been let in yet. */
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

  /** Somebody at a terminal waits (SIGINT), a balancer has to hear of it first (SIGTERM). */
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
