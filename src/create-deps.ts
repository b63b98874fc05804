import type { Database } from '../db/connect.ts';
import { createVerificationTimes } from './adoption/verification-times.ts';
import { rulesChannel } from './areas/area-store.ts';
import { type Preset, presets } from './areas/core/policy.ts';
import { openRules } from './areas/rules.ts';
import { type ClockWatch, sameClock } from './clock-check.ts';
import type { GateDeps } from './http/gate.ts';
import { createTokens } from './http/tokens.ts';
import { createSessionCache } from './login/session-cache.ts';
import { sessionChannel } from './login/session-store.ts';
import { signingKeyChannel } from './login/signing-key-store.ts';
import { openSigningKeys } from './login/signing-keys.ts';
import { followKeys } from './login/tend-keys.ts';
import { createProviders, type Io } from './mfa/providers.ts';
import { createServiceCache } from './service-accounts/service-cache.ts';
import { serviceChannel } from './service-accounts/service-token-store.ts';
import { defaultSmsRules, type SmsRules } from './sms/core/sms-rules.ts';
import { countNothing, type Tally } from './tally.ts';
import { passwordRules } from './users/core/password-policy.ts';
import type { Hasher } from './users/password-hash.ts';
import type { Vault } from './vault.ts';

export type Parts = {
  readonly database: Database;
  readonly vault: Vault;
  readonly hasher: Hasher;
  readonly preset: Preset;
  readonly issuer: string;
  /** Where links in mails lead; without it the issuer. */
  readonly portalUrl?: string;
  /** What carries codes; a method without its carrier is not offered. */
  readonly carriers: Omit<Io, 'serviceName' | 'mac' | 'webauthn' | 'smsCountries'>;
  readonly smsRules?: SmsRules;
  /** The domain and the pages of security keys and passkeys; null where no page could use them. */
  readonly webauthn?: Io['webauthn'] | null;
  readonly checkpoints?: GateDeps['checkpoints'];
  /** Without it the clock is taken to be right. */
  readonly clock?: ClockWatch;
  /** Without it nothing is counted. */
  readonly tally?: Tally;
};

/** Puts together what the use cases and routes work with, on a migrated database. */
export async function createDeps({
  database,
  vault,
  hasher,
  preset,
  issuer,
  portalUrl = issuer,
  carriers,
  smsRules = defaultSmsRules,
  webauthn,
  checkpoints = null,
  tally = countNothing,
  clock = sameClock,
}: Parts): Promise<GateDeps> {
  const { db, listen } = database;
  const rules = await openRules(db, presets[preset]);
  const { policies, trials, rollout } = rules;
  await listen(rulesChannel, () => void rules.reload().catch(() => {}));
  const sessions = createSessionCache(db);
  await listen(sessionChannel, sessions.forgetUser);
  const services = createServiceCache(db);
  await listen(serviceChannel, services.forgetAccount);
  const tokens = await createTokens(issuer, policies, await openSigningKeys({ db, vault }));
  // What goes wrong here is tried again in the next round of the key keeper.
  await listen(signingKeyChannel, () => void followKeys({ db, vault, tokens }).catch(() => {}));
  const providers = createProviders({
    serviceName: serviceName(issuer),
    portalHost: new URL(portalUrl).hostname,
    mac: vault.mac,
    ...carriers,
    smsCountries: smsRules.countries,
    ...(webauthn && { webauthn }),
  });
  return {
    db,
    vault,
    providers,
    policies,
    preset: presets[preset],
    trials,
    rollout,
    reloadRules: rules.reload,
    sessions,
    services,
    smsRules,
    hasher,
    passwordRules: passwordRules[preset],
    portalUrl,
    sendsMail: carriers.sendMail !== undefined,
    checkpoints,
    tally,
    clock,
    verificationTimes: createVerificationTimes(db),
    tokens,
  };
}

/** What authenticator apps and messages call the service. */
export function serviceName(issuer: string): string {
  const { hostname } = new URL(issuer);
  const loopback = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
  return loopback ? 'Sallyport' : hostname;
}
