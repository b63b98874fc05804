import type { AreaName } from '../../domain/policy/policy.ts';
import type { Enroller } from '../../domain/sessions/principal.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import type { Challenged } from '../mfa/open-challenge.ts';
import type { Opened } from '../sessions/grant-session.ts';
import type { Guess } from '../throttling/password-throttle-store.ts';
import type { LoginUser } from './login-store.ts';

export type LoginInput = {
  readonly username: string;
  readonly password: string;
  readonly area: AreaName;
  readonly mfaToken: string | undefined;
  readonly trustedDevice?: string | undefined;
};

export type LoginOutcome =
  | ({ readonly status: 'opened' } & Opened)
  | ({ readonly status: 'challenged' } & Challenged)
  | ({
      readonly status: 'must-enrol';
      readonly methods: readonly string[];
      readonly graceEndedAt: Date | null;
    } & Enroller);

/** What a right password leads to. */
export type Right = {
  readonly user: LoginUser;
  readonly factors: readonly FactorRow[];
  readonly guess: Guess;
  /** Wrong passwords from here, since the last right one. */
  readonly wrongBefore: number;
  readonly input: LoginInput;
  /** Why a factor is asked for though a token of a trusted device came. */
  readonly distrusted?: string | null;
};
