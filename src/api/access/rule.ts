import type { Assurance } from '../../domain/mfa/reauthentication.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';

export type AccessRule = {
  /**
   * The area that the token must be for. `own`: routes about the caller's own account accept every area of users.
   * `service`: the tokens of programs, which have no second factor.
   */
  readonly area: AreaName | 'own';
  /** The guard also accepts tokens of this area. They need no `scope`, because it belongs to `area`. */
  readonly alsoArea?: AreaName;
  /** One scope, or several. The token must have all of them. */
  readonly scope?: string | readonly string[];
  /**
   * Who must complete the second step, in the session or by `X-MFA-Token`. `if_enrolled`: users with a factor. For
   * other users the rollout decides, as at every sensitive route. `required`: all users. `fresh`: all users, and the
   * step must not be older than five minutes (NIST SP 800-63B 4.1.2.1, OWASP ASVS 7.5.3).
   */
  readonly mfa?: 'if_enrolled' | 'required' | 'fresh';
  /** The greatest age of the second step, where `mfa` asks for one. */
  readonly maxAgeSeconds?: number;
  /** The guard also accepts enrolment tokens. */
  readonly enrolment?: true;
  /**
   * A gateway asks on behalf of a program. The address of the program is unknown, so the guard does not check the
   * networks of its service account.
   */
  readonly onBehalf?: true;
};

/**
 * The caller, and the level that the token or `X-MFA-Token` shows. `X-MFA-Token` raises the level of this request only.
 */
export type Access = {
  readonly principal: SessionPrincipal;
  readonly shown: Assurance;
  /** The factor of the second step, if the rule asked for one. */
  readonly method?: string | null;
  /** The number of unused recovery codes, if `X-MFA-Token` contained one. */
  readonly left?: number | undefined;
};
