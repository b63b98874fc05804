import type { Db } from '../../../db/connect.ts';
import type { Checkpoint } from '../../domain/audit/seal.ts';
import type { Providers } from '../../domain/mfa/provider.ts';
import type { PasswordRules } from '../../domain/passwords/password-policy.ts';
import type { Policies, ReportOnlyPolicies } from '../../domain/policy/policy.ts';
import type { Rollout } from '../../domain/policy/rollout.ts';
import type { SmsRules } from '../../domain/sms/sms-limits.ts';
import type { Vault } from '../../lib/crypto/vault.ts';
import type { MetricsPort } from './metrics-port.ts';
import type { ClockWatch, Hasher, ServiceCache, SessionCache, VerificationTimes } from './ports.ts';

/** What the use cases work with. Each takes the part it needs, as its first argument. */
export type Deps = {
  readonly db: Db;
  readonly vault: Vault;
  readonly providers: Providers;
  /** As they are now: see policy/live-policies.ts. */
  readonly policies: Policies;
  /** What POLICY_PRESET names, for what a row of an area does not say. */
  readonly preset: Policies;
  /** Policies that are only tried: what they would refuse is told, and let through. */
  readonly reportOnly: ReportOnlyPolicies;
  readonly rollout: Rollout;
  readonly reloadPolicies: () => Promise<void>;
  readonly sessions: SessionCache;
  readonly services: ServiceCache;
  readonly smsRules: SmsRules;
  readonly hasher: Hasher;
  readonly passwordRules: PasswordRules;
  readonly metrics: MetricsPort;
  readonly clock: ClockWatch;
  readonly verificationTimes: VerificationTimes;
  /** Where the pages are that links in mails lead to. */
  readonly portalUrl: string;
  /** Whether anything carries mail; else what is written for the outbox waits there. */
  readonly sendsMail: boolean;
  /** What this instance has told of the audit outside of the database, oldest first; null where it tells nothing it could read. */
  readonly checkpoints: (() => AsyncIterable<Checkpoint>) | null;
};
