import { randomBytes } from 'node:crypto';
import type { Database } from '../db/connect.ts';
import { connectEmbedded } from '../db/embedded.ts';
import { migrate } from '../db/migrate.ts';
import { buildApp } from '../src/api/build-app.ts';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { createVault } from '../src/lib/crypto/vault.ts';
import { createDeps } from '../src/service/create-deps.ts';

export const issuer = 'http://127.0.0.1:3000';
/** The page that passkeys belong to. */
export const pageOrigin = 'http://localhost:3000';

/** The service on a database in memory, as `openOn` opens it. */
export async function openInMemory() {
  const database = await connectEmbedded('memory:');
  await migrate(database.db);
  return openOn(database);
}

/** The service on a database that is migrated, with every method switched on and carriers that carry nothing. */
export async function openOn(database: Database) {
  const deps = await createDeps({
    database,
    vault: createVault([{ id: 'memory', key: randomBytes(32) }]),
    hasher: createHasher(),
    preset: 'standard',
    issuer,
    carriers: { sms: { sendSms: async () => {} }, sendMail: async () => {} },
    webauthn: { rpId: 'localhost', origins: [pageOrigin] },
  });
  const app = await buildApp(deps, {
    issuer,
    corsOrigins: [],
    trustProxyHops: 0,
    limits: { requestsPerMinute: 1_000_000, loginsPerMinute: 1_000_000, redis: null },
    production: true,
    logger: false,
  });
  const close = async () => {
    await app.close();
    await database.close();
  };
  return { app, deps, close };
}
