import { Redis } from 'ioredis';
import { startDayCounter } from './adoption/count-days.ts';
import { buildApp } from './app.ts';
import { startGraceKeeper } from './areas/grace-keeper.ts';
import type { Config } from './config.ts';
import { connectCarriers } from './connect-carriers.ts';
import { createDeps } from './create-deps.ts';
import type { App } from './http/app-type.ts';
import type { GateDeps } from './http/gate.ts';
import { inRounds } from './in-rounds.ts';
import { startKeyKeeper } from './key-keeper.ts';
import type { Metrics } from './metrics/metrics.ts';
import { startPostman } from './notices/postman.ts';
import { openDatabase } from './open-database.ts';
import { openWatch } from './open-watch.ts';
import { startResealer } from './resealer.ts';
import { startSweeper } from './sweeper.ts';
import { createHasher } from './users/password-hash.ts';
import { watchHasher } from './watch-outside.ts';

export type Service = {
  readonly app: App;
  readonly deps: GateDeps;
  /** Whether codes are printed, because nothing is configured that would carry them. */
  readonly printsCodes: boolean;
  /** Null where nobody asked for them. */
  readonly metrics: Metrics | null;
  /** From now on it says that it is not ready, and answers on. */
  readonly drain: () => void;
  /** Finishes what is under way, then lets go of everything. */
  readonly close: () => Promise<void>;
};

/** The service as it is configured, in the real world, but for a port. `print` shows a line on the terminal. */
export async function openService(config: Config, print: (line: string) => void): Promise<Service> {
  const watch = await openWatch(config);
  const { metrics, tracing } = watch;
  const { database, vault } = await openDatabase(config, tracing?.hearQuery);
  const redis = config.redisUrl ? connectRedis(config.redisUrl) : null;
  const { carriers, sendMail, printsCodes, duo, closeCarriers } = await connectCarriers(config, print, watch);
  const { preset, webauthn } = config;
  const { issuer, portalUrl } = config.http;
  const plainHasher = createHasher();
  const hasher = tracing ? watchHasher(plainHasher, tracing.around) : plainHasher;
  const parts = { database, vault, hasher, preset, issuer, portalUrl, webauthn, carriers };
  const deps = await createDeps({ ...parts, ...(metrics && { tally: metrics.tally }) });
  watch.look({ hashing: hasher.state, pool: database.pool ?? null, duoIsCutOff: duo?.isCutOff ?? null });

  let draining = false;
  const { requestsPerMinute, loginsPerMinute, corsOrigins, trustProxyHops } = config.http;
  const app = await buildApp(deps, {
    issuer,
    corsOrigins,
    trustProxyHops,
    limits: { requestsPerMinute, loginsPerMinute, redis },
    production: config.production,
    logger: { level: config.logLevel },
    isDraining: () => draining,
    metrics,
    tracing,
  });
  const onFailure = (error: unknown) => app.log.error({ cause: nameOf(error) }, 'background work failed');
  redis?.on('error', onFailure);
  const postman = sendMail && startPostman({ db: deps.db, vault, sendMail, onFailure });
  const sweeper = startSweeper(deps.db, onFailure);
  const rules = inRounds(5_000, deps.reloadRules, onFailure);
  const graces = startGraceKeeper(deps, onFailure);
  const days = startDayCounter(deps, onFailure);
  const keyKeeper = startKeyKeeper(deps, config.signingKeyDays, onFailure);
  const resealer = startResealer(deps, onFailure);

  const drain = () => {
    draining = true;
  };
  const close = async () => {
    drain();
    // A client keeps its connection after the answer that it waited for; the server would wait for it in turn.
    const idle = setInterval(() => app.server.closeIdleConnections(), 50);
    await app.close();
    clearInterval(idle);
    const work = [postman, sweeper, rules, graces, days, keyKeeper, resealer];
    await Promise.all(work.map((one) => one?.close()));
    await closeCarriers();
    redis?.disconnect();
    await database.close();
    await tracing?.close();
  };
  return { app, deps, printsCodes, metrics, drain, close };
}

/** Without waiting: limits fall open while it is away, and it is tried again in the background. */
function connectRedis(url: string): Redis {
  return new Redis(url, {
    connectTimeout: 500,
    commandTimeout: 500,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
  });
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
