import type { Assurance } from '../../domain/mfa/reauthentication.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';

export type AccessRule = {
  /**
   * Whose tokens are taken; `own` are routes about the caller's own account, open from every area where people are;
   * `service` are those of programs, who have no second factor to ask for.
   */
  readonly area: AreaName | 'own';
  /** Another area whose tokens are taken as well, and without the scope: that is one of `area`. */
  readonly alsoArea?: AreaName;
  /** One, or several of which all must be held. */
  readonly scope?: string | readonly string[];
  /**
   * `if_enrolled`: of whoever has a factor, the second step is asked, by the session or by `X-MFA-Token`; of others as the
   * rollout says of sensitive routes. `required`: of everybody. `fresh`: of everybody, and not older than five minutes (NIST SP 800-63B 4.1.2.1, OWASP ASVS 7.5.3).
   */
  readonly mfa?: 'if_enrolled' | 'required' | 'fresh';
  /** Also takes the token of somebody who may do nothing but enrol. */
  readonly enrolment?: true;
  /** A gateway asks for another, whose address is not known: the networks of a service account are not looked at. */
  readonly onBehalf?: true;
};

/** Who was let in, and what they have shown: by the token, or better by `X-MFA-Token`, which lifts this request alone. */
export type Access = {
  readonly principal: SessionPrincipal;
  readonly shown: Assurance;
  /** How many recovery codes are left, where `X-MFA-Token` held one. */
  readonly left?: number | undefined;
};
