import { noticeThresholds } from '../../domain/notices/notice-thresholds.ts';
import type { About, Recipient } from '../../domain/notices/notices.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { EnrolmentPrincipal } from '../../domain/sessions/principal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import { noticeAddressesOf } from '../mfa/notify-owner.ts';
import type { Challenged } from '../mfa/open-challenge.ts';
import { encryptNotices } from '../notices/notify-user.ts';
import type { EncryptedMail } from '../notices/outbox-store.ts';
import type { GrantedSession } from '../sessions/grant-session.ts';
import type { ThrottleKey } from '../throttling/password-throttle-store.ts';
import type { LoginUser } from './login-store.ts';

export type LoginInput = {
  readonly username: string;
  readonly password: string;
  readonly area: AreaName;
  readonly mfaToken: string | undefined;
  readonly trustedDevice?: string | undefined;
};

export type LoginOutcome =
  | ({ readonly status: 'opened' } & GrantedSession)
  | ({ readonly status: 'challenged' } & Challenged)
  | ({
      readonly status: 'must-enrol';
      readonly methods: readonly string[];
      readonly graceEndedAt: Date | null;
    } & EnrolmentPrincipal);

/** A user who gave the right password, and what the next step needs. */
export type PasswordVerified = {
  readonly user: LoginUser;
  readonly factors: readonly FactorRow[];
  readonly throttle: ThrottleKey;
  /** Wrong passwords from this network since the last right one. */
  readonly wrongBefore: number;
  readonly input: LoginInput;
  /** Why the service asks for a factor although the client sent a device token. */
  readonly distrusted?: string | null;
};

/** The notices of a login by password alone that succeeds after failures (LG-9). */
export function loginNotices(
  deps: Pick<Deps, 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  { user, factors, wrongBefore }: PasswordVerified,
): readonly EncryptedMail[] {
  return noticesAfterFailures(deps, ctx, {
    ...{ user, factors, wrongBefore, aboutOf: (wrongPasswords) => ({ wrongPasswords }) },
  });
}

/** The notices of a login without a second step that succeeds after failures (LG-9). */
export function noticesAfterFailures(
  deps: Pick<Deps, 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  {
    user,
    factors,
    wrongBefore,
    aboutOf,
  }: {
    readonly user: Recipient & { readonly email: string | null };
    readonly factors: readonly FactorRow[];
    readonly wrongBefore: number;
    readonly aboutOf: (failures: number) => About;
  },
): readonly EncryptedMail[] {
  if (wrongBefore < noticeThresholds.wrongPasswords) return [];
  const { email } = user;
  const addresses = [...(email ? [email] : []), ...noticeAddressesOf(deps, factors)];
  const notice = { notice: 'login_after_failures', user, about: aboutOf(wrongBefore), at: ctx.now } as const;
  return encryptNotices(deps, ctx, addresses, notice);
}
