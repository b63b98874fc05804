import type { AreaName } from '../../domain/policy/policy.ts';
import type { EnrolmentPrincipal } from '../../domain/sessions/principal.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import type { Challenged } from '../mfa/open-challenge.ts';
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

/** What a right password leads to. */
export type PasswordVerified = {
  readonly user: LoginUser;
  readonly factors: readonly FactorRow[];
  readonly throttle: ThrottleKey;
  /** Wrong passwords from here, since the last right one. */
  readonly wrongBefore: number;
  readonly input: LoginInput;
  /** Why a factor is asked for though a token of a trusted device came. */
  readonly distrusted?: string | null;
};
