import type { Database } from '../../db/connect.ts';
import type { AccessDeps } from '../api/access/authenticate.ts';
import { sameClock } from '../api/operations/readiness.ts';
import { type Letterhead, plainLetterhead } from '../domain/notices/letterhead.ts';
import { passwordRules } from '../domain/passwords/password-policy.ts';
import { type Periods, usualPeriods } from '../domain/policy/periods.ts';
import { type Preset, presets } from '../domain/policy/policy.ts';
import { defaultSmsRules, type SmsRules } from '../domain/sms/sms-limits.ts';
import { passwordLimits } from '../domain/throttling/password-throttle.ts';
import type { HelpRequirement } from '../domain/users/help-evidence.ts';
import { createVerificationTimes } from '../features/adoption/verification-times.ts';
import { createProviders, type Io } from '../features/mfa/providers.ts';
import { policiesChannel } from '../features/policy/area-store.ts';
import { openLivePolicies } from '../features/policy/live-policies.ts';
import { createServiceCache } from '../features/service-accounts/service-cache.ts';
import { serviceChannel } from '../features/service-accounts/service-token-store.ts';
import { createSessionCache } from '../features/sessions/session-cache.ts';
import { sessionChannel } from '../features/sessions/session-store.ts';
import { followKeys } from '../features/tokens/rotate-due-keys.ts';
import { signingKeyChannel } from '../features/tokens/signing-key-store.ts';
import { openSigningKeys } from '../features/tokens/signing-keys.ts';
import { createTokens } from '../features/tokens/tokens.ts';
import type { Vault } from '../lib/crypto/vault.ts';
import { createEventSender } from '../platform/adapters/event-sender.ts';
import { type MetricsPort, noMetrics } from '../platform/kernel/metrics-port.ts';
import type { ClockWatch, EventSender, Hasher, LinkMails } from '../platform/kernel/ports.ts';
import { serviceName } from './service-name.ts';

export type Parts = {
  readonly database: Database;
  readonly vault: Vault;
  readonly hasher: Hasher;
  readonly preset: Preset;
  /** The default: those of the preset. */
  readonly periods?: Periods;
  readonly issuer: string;
  /** The base URL of links in mails. The default is the issuer. */
  readonly portalUrl?: string;
  /** The default: one page for all links. */
  readonly linkMails?: LinkMails;
  /** The default: no name but the host, and English. */
  readonly letterhead?: Letterhead;
  /** The carriers of codes. A method without its carrier is not offered. */
  readonly carriers: Omit<Io, 'serviceName' | 'letterhead' | 'mac' | 'webauthn' | 'smsCountries'>;
  readonly smsRules?: SmsRules;
  /** The domain and the pages for security keys and passkeys. Null if no page could use them. */
  readonly webauthn?: Io['webauthn'] | null;
  /** The default: nothing. */
  readonly helpRequires?: HelpRequirement;
  readonly checkpoints?: AccessDeps['checkpoints'];
  /** Without it the clock counts as right. */
  readonly clock?: ClockWatch;
  /** The default sends to the Internet alone. */
  readonly eventSender?: EventSender;
  /** Without it nothing is counted. */
  readonly metrics?: MetricsPort;
};

/**
 * Makes the dependencies of the use cases and routes, on a migrated database. Throws if the database does not answer.
 */
export async function createDeps({
  database,
  vault,
  hasher,
  preset,
  periods = usualPeriods[preset],
  issuer,
  portalUrl = issuer,
  linkMails = { invitePath: '/reset' },
  letterhead = plainLetterhead(serviceName(issuer)),
  carriers,
  smsRules = defaultSmsRules,
  webauthn,
  helpRequires = 'none',
  checkpoints = null,
  eventSender = createEventSender([]),
  metrics = noMetrics,
  clock = sameClock,
}: Parts): Promise<AccessDeps> {
  const { db, listen } = database;
  const rules = await openLivePolicies(db, presets[preset]);
  const { policies, policySnapshot, rollout } = rules;
  await listen(policiesChannel, () => void rules.reload().catch(() => {}));
  const sessions = createSessionCache(db);
  await listen(sessionChannel, sessions.forgetUser);
  const services = createServiceCache(db);
  await listen(serviceChannel, services.forgetAccount);
  const tokens = createTokens(issuer, policies, await openSigningKeys({ db, vault }));
  // The signing-key job tries again after a failure here.
  await listen(signingKeyChannel, () => void followKeys({ db, vault, tokens }).catch(() => {}));
  const providers = createProviders({
    serviceName: serviceName(issuer),
    letterhead,
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
    policySnapshot,
    preset: presets[preset],
    rollout,
    reloadPolicies: rules.reload,
    sessions,
    services,
    smsRules,
    hasher,
    passwordRules: passwordRules[preset],
    passwordLimits: passwordLimits[preset],
    periods,
    portalUrl,
    linkMails,
    letterhead,
    helpRequires,
    issuer,
    eventSender,
    sendsMail: carriers.sendMail !== undefined,
    checkpoints,
    metrics,
    clock,
    verificationTimes: createVerificationTimes(db),
    tokens,
  };
}
