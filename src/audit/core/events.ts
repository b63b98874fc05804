/** Everything the audit can tell. Names follow the OWASP logging vocabulary where it has one. */
export const eventTypes = [
  'authn_login_success',
  'authn_login_fail',
  'authn_login_lock',
  'authn_password_change',
  'authn_password_change_fail',
  'authn_token_reuse',
  'authz_fail',
  'excess_rate_limit_exceeded',
  'mfa_challenge',
  'mfa_passed',
  'mfa_failed',
  'mfa_send_failed',
  'mfa_check_failed',
  'otp_replayed',
  'mfa_enroll_started',
  'mfa_factor_added',
  'mfa_factor_changed',
  'mfa_factor_removed',
  'mfa_factor_disabled',
  'mfa_disabled',
  'mfa_recovery_code_used',
  'mfa_recovery_codes_regenerated',
  'mfa_proof_issued',
  'session_refreshed',
  'session_ended',
  'user_created',
  'user_disabled',
  'user_enabled',
  'user_roles_changed',
] as const;

export type EventType = (typeof eventTypes)[number];

/**
 * One thing that happened (PCI DSS 10.2.2): who, what, to what, how it ended. When and from where are added on writing.
 * Never a password, code, token or address: `detail` holds counts and reasons.
 */
export type AuditEvent = {
  readonly type: EventType;
  readonly outcome: 'success' | 'failure' | 'refused';
  readonly userId?: string | null;
  /** Who did it, where that is not the user. */
  readonly actorId?: string | null;
  readonly area?: string | null;
  readonly method?: string | null;
  readonly factorId?: string | null;
  readonly sessionId?: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
};
