import { startDayCounter } from './adoption/count-days.ts';
import { buildApp } from './app.ts';
import { startGraceKeeper } from './areas/grace-keeper.ts';
import type { Config } from './config.ts';
import { createDeps } from './create-deps.ts';
import type { App } from './http/app-type.ts';
import type { GateDeps } from './http/gate.ts';
import { inRounds } from './in-rounds.ts';
import { startKeyKeeper } from './key-keeper.ts';
import { startPostman } from './notices/postman.ts';
import { openDatabase } from './open-database.ts';
import type { Mail } from './outside/messages.ts';
import { connectRedis } from './outside/redis.ts';
import { connectSmtp } from './outside/smtp.ts';
import { terminalSenders } from './outside/terminal.ts';
import { connectTwilio } from './outside/twilio.ts';
import { startResealer } from './resealer.ts';
import { startSweeper } from './sweeper.ts';
import { createHasher } from './users/password-hash.ts';

export type Service = {
  readonly app: App;
  readonly deps: GateDeps;
  /** Whether codes are printed, because nothing is configured that would carry them. */
  readonly printsCodes: boolean;
  /** Finishes what is under way, then lets go of everything. */
  readonly close: () => Promise<void>;
};

/** The service as it is configured, in the real world, but for a port. `print` shows a line on the terminal. */
export async function openService(config: Config, print: (line: string) => void): Promise<Service> {
  const { database, vault } = await openDatabase(config);
  const redis = config.redisUrl ? connectRedis(config.redisUrl) : null;
  const { sms, sendMail, closeMail, printsCodes } = await connectCarriers(config, print);
  const duo = config.duo && (await import('./outside/connect-duo.ts')).connectDuo(config.duo); // for those who use it
  const { preset, webauthn } = config;
  const { issuer, portalUrl } = config.http;
  const parts = { database, vault, hasher: createHasher(), preset, issuer, portalUrl, webauthn };
  const deps = await createDeps({
    ...parts,
    carriers: { ...(sms && { sms }), ...(sendMail && { sendMail }), ...duo?.methods },
  });

  const { requestsPerMinute, loginsPerMinute, corsOrigins, trustProxyHops } = config.http;
  const app = await buildApp(deps, {
    issuer,
    corsOrigins,
    trustProxyHops,
    limits: { requestsPerMinute, loginsPerMinute, redis },
    production: config.production,
    logger: { level: config.logLevel },
  });
  const onFailure = (error: unknown) => app.log.error({ cause: nameOf(error) }, 'background work failed');
  const postman = sendMail && startPostman({ db: deps.db, vault, sendMail, onFailure });
  const sweeper = startSweeper(deps.db, onFailure);
  const rules = inRounds(5_000, deps.reloadRules, onFailure);
  const graces = startGraceKeeper(deps, onFailure);
  const days = startDayCounter(deps, onFailure);
  const keyKeeper = startKeyKeeper(deps, config.signingKeyDays, onFailure);
  const resealer = startResealer(deps, onFailure);

  const close = async () => {
    // A client keeps its connection after the answer that it waited for; the server would wait for it in turn.
    const idle = setInterval(() => app.server.closeIdleConnections(), 50);
    await app.close();
    clearInterval(idle);
    const work = [postman, sweeper, rules, graces, days, keyKeeper, resealer];
    await Promise.all(work.map((one) => one?.close()));
    closeMail();
    await duo?.close();
    redis?.disconnect();
    await database.close();
  };
  return { app, deps, printsCodes, close };
}

async function connectCarriers({ production, mail, twilio }: Config, print: (line: string) => void) {
  const terminal = production ? undefined : terminalSenders(print);
  const smtp = mail ? connectSmtp(mail) : undefined;
  const sms = twilio ? await connectTwilio(twilio) : terminal && { sendSms: terminal.sendSms };
  const sendMail: ((message: Mail) => Promise<void>) | undefined = smtp?.sendMail ?? terminal?.sendMail;
  const printsCodes = !production && !(mail && twilio);
  return { sms, sendMail, printsCodes, closeMail: () => smtp?.close() };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
