import type { Db } from '../db/connect.ts';
import type { VerificationTimes } from './adoption/verification-times.ts';
import type { Policies, Trials } from './areas/core/policy.ts';
import type { Rollout } from './areas/core/rollout.ts';
import type { Checkpoint } from './audit/core/seal.ts';
import type { ClockWatch } from './clock-check.ts';
import type { SessionCache } from './login/session-cache.ts';
import type { Providers } from './mfa/providers.ts';
import type { ServiceCache } from './service-accounts/service-cache.ts';
import type { SmsRules } from './sms/core/sms-rules.ts';
import type { Tally } from './tally.ts';
import type { PasswordRules } from './users/core/password-policy.ts';
import type { Hasher } from './users/password-hash.ts';
import type { Vault } from './vault.ts';

/** What the use cases work with. Each takes the part it needs, as its first argument. */
export type Deps = {
  readonly db: Db;
  readonly vault: Vault;
  readonly providers: Providers;
  /** As they are now: see areas/rules.ts. */
  readonly policies: Policies;
  /** What POLICY_PRESET names, for what a row of an area does not say. */
  readonly preset: Policies;
  /** Policies that are only tried: what they would refuse is told, and let through. */
  readonly trials: Trials;
  readonly rollout: Rollout;
  readonly reloadRules: () => Promise<void>;
  readonly sessions: SessionCache;
  readonly services: ServiceCache;
  readonly smsRules: SmsRules;
  readonly hasher: Hasher;
  readonly passwordRules: PasswordRules;
  readonly tally: Tally;
  readonly clock: ClockWatch;
  readonly verificationTimes: VerificationTimes;
  /** Where the pages are that links in mails lead to. */
  readonly portalUrl: string;
  /** Whether anything carries mail; else what is written for the outbox waits there. */
  readonly sendsMail: boolean;
  /** What this instance has told of the audit outside of the database, oldest first; null where it tells nothing it could read. */
  readonly checkpoints: (() => AsyncIterable<Checkpoint>) | null;
};
