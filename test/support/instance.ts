import { connectPostgres, serviceRole } from '../../db/connect.ts';
import type { AccessDeps } from '../../src/api/access/authenticate.ts';
import { guard } from '../../src/api/access/guard.ts';
import type { AccessRule } from '../../src/api/access/rule.ts';
import { buildApp } from '../../src/api/build-app.ts';
import type { Preset } from '../../src/domain/policy/policy.ts';
import type { Vault } from '../../src/lib/crypto/vault.ts';
import type { App } from '../../src/platform/http/app-type.ts';
import type { Hasher } from '../../src/platform/kernel/ports.ts';
import { createDeps } from '../../src/service/create-deps.ts';
import { near } from './database.ts';
import { startRecord } from './secret-record.ts';
import { callerOf, issuer, relyingParty, type World } from './world.ts';

/**
 * Another process of the same service on a world's database, with caches and keys in memory of its own. With
 * PostgreSQL it has its own connections too; the embedded database has one for all.
 */
export async function anotherInstance(
  world: World,
  given: { readonly preset?: Preset; readonly hasher?: Hasher; readonly vault?: Vault } = {},
) {
  const { url } = world.database;
  const database = url === null ? world.database : connectPostgres(near(url), 5, { role: serviceRole });
  const deps = await createDeps({
    database,
    vault: given.vault ?? world.deps.vault,
    hasher: given.hasher ?? world.deps.hasher,
    preset: given.preset ?? 'standard',
    issuer,
    smsRules: world.deps.smsRules,
    webauthn: relyingParty,
    carriers: {
      sms: { sendSms: async (message) => void world.texts.push(message) },
      sendMail: async (mail) => void world.mails.push(mail),
    },
  });
  const served = await serve(deps, () => {});
  const close = async () => {
    await served.close();
    if (database !== world.database) await database.close();
  };
  return { ...served, deps, close };
}

/** The service with routes beside its own, each behind the rule that is named by its path. */
export async function guarding(deps: AccessDeps, rules: Readonly<Record<string, AccessRule>>) {
  return serve(deps, (app) => {
    for (const [url, rule] of Object.entries(rules)) {
      app.get(url, { onRequest: guard(rule) }, async () => ({ open: true }));
    }
  });
}

async function serve(deps: AccessDeps, addRoutes: (app: App) => void) {
  const record = startRecord();
  const app = await buildApp(deps, {
    issuer,
    corsOrigins: [],
    trustProxyHops: 0,
    limits: { requestsPerMinute: 100_000, loginsPerMinute: 100_000, redis: null },
    production: false,
    logger: { level: 'info', stream: { write: record.line } },
  });
  addRoutes(app);
  await app.ready();
  return { app, call: callerOf(app, record), close: () => app.close() };
}
