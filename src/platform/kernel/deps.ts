import type { Db } from '../../../db/connect.ts';
import type { Checkpoint } from '../../domain/audit/seal.ts';
import type { Providers } from '../../domain/mfa/provider.ts';
import type { Letterhead } from '../../domain/notices/letterhead.ts';
import type { PasswordRules } from '../../domain/passwords/password-policy.ts';
import type { Periods } from '../../domain/policy/periods.ts';
import type { Policies } from '../../domain/policy/policy.ts';
import type { Rollout } from '../../domain/policy/rollout.ts';
import type { SmsRules } from '../../domain/sms/sms-limits.ts';
import type { PasswordLimits } from '../../domain/throttling/password-throttle.ts';
import type { HelpRequirement } from '../../domain/users/help-evidence.ts';
import type { Vault } from '../../lib/crypto/vault.ts';
import type { MetricsPort } from './metrics-port.ts';
import type {
  ClockWatch,
  EventSender,
  Hasher,
  LinkMails,
  ServiceCache,
  SessionCache,
  VerificationTimes,
} from './ports.ts';
import type { PolicySnapshot } from './request-context.ts';

/** The dependencies of the use cases. Each use case takes the part that it needs as its first argument. */
export type Deps = {
  readonly db: Db;
  readonly vault: Vault;
  readonly providers: Providers;
  /**
   * The current policies: see policy/live-policies.ts. A request reads those of its context. These are for the command
   * line, for jobs, and for what issues a token.
   */
  readonly policies: Policies;
  /** The policies and the rollout of this moment, which stay as they are. A request takes them once. */
  readonly policySnapshot: () => PolicySnapshot;
  /** The policies of POLICY_PRESET. They apply where an area's row sets no value. */
  readonly preset: Policies;
  /** The current rollout, for the same readers as `policies`. */
  readonly rollout: Rollout;
  readonly reloadPolicies: () => Promise<void>;
  readonly sessions: SessionCache;
  readonly services: ServiceCache;
  readonly smsRules: SmsRules;
  readonly hasher: Hasher;
  readonly passwordRules: PasswordRules;
  readonly passwordLimits: PasswordLimits;
  readonly periods: Periods;
  readonly metrics: MetricsPort;
  readonly clock: ClockWatch;
  readonly verificationTimes: VerificationTimes;
  /** The base URL of the pages to which links in mails lead. */
  readonly portalUrl: string;
  readonly linkMails: LinkMails;
  readonly letterhead: Letterhead;
  /** What the helpdesk must know of who is calling before it opens an account: see HELP_REQUIRES. */
  readonly helpRequires: HelpRequirement;
  /** Whether a mail sender is configured. Without one, mails wait in the outbox. */
  readonly sendsMail: boolean;
  /** The public URL of the service, `iss` in every token. */
  readonly issuer: string;
  readonly eventSender: EventSender;
  /**
   * The checkpoints that this instance has written outside the database, oldest first. Null where it writes no file
   * that it can read.
   */
  readonly checkpoints: (() => AsyncIterable<Checkpoint>) | null;
};
