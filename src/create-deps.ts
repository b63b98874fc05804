import type { Database } from '../db/connect.ts';
import { type Preset, presets } from './areas/core/policy.ts';
import type { GateDeps } from './http/gate.ts';
import { createTokens } from './http/tokens.ts';
import { createSessionCache } from './login/session-cache.ts';
import { sessionChannel } from './login/session-store.ts';
import { openSigningKeys } from './login/signing-keys.ts';
import { createProviders, type Io } from './mfa/providers.ts';
import { passwordRules } from './users/core/password-policy.ts';
import type { Hasher } from './users/password-hash.ts';
import type { Vault } from './vault.ts';

export type Parts = {
  readonly database: Database;
  readonly vault: Vault;
  readonly hasher: Hasher;
  readonly preset: Preset;
  readonly issuer: string;
  /** What carries codes; a method without its carrier is not offered. */
  readonly carriers: Pick<Io, 'sms' | 'sendMail'>;
};

/** Puts together what the use cases and routes work with, on a migrated database. */
export async function createDeps({
  database,
  vault,
  hasher,
  preset,
  issuer,
  carriers,
}: Parts): Promise<GateDeps> {
  const { db, listen } = database;
  const policies = presets[preset];
  const sessions = createSessionCache(db);
  await listen(sessionChannel, sessions.forgetUser);
  const [newest, ...older] = await openSigningKeys({ db, vault });
  if (!newest) throw new Error('No signing key');
  const tokens = await createTokens(issuer, policies, [newest, ...older]);
  const providers = createProviders({ serviceName: serviceName(issuer), mac: vault.mac, ...carriers });
  return { db, vault, providers, policies, sessions, hasher, passwordRules: passwordRules[preset], tokens };
}

/** What authenticator apps and messages call the service. */
export function serviceName(issuer: string): string {
  const { hostname } = new URL(issuer);
  const loopback = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  return loopback ? 'Sallyport' : hostname;
}
