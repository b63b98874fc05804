/** Every event type of the audit. The names follow the OWASP logging vocabulary where it has a name. */
export const eventTypes = [
  'authn_login_success',
  'authn_login_fail',
  'authn_login_lock',
  'authn_password_change',
  'authn_password_change_fail',
  'authn_token_reuse',
  'authz_fail',
  'area_access',
  'excess_rate_limit_exceeded',
  'mfa_challenge',
  'mfa_passed',
  'mfa_failed',
  'mfa_waived',
  'mfa_attack_reported',
  'mfa_send_failed',
  'mfa_check_failed',
  'sms_paused',
  'sms_resumed',
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
  'trusted_device_added',
  'trusted_device_removed',
  'trusted_device_reuse',
  'session_refreshed',
  'session_ended',
  'user_created',
  'user_invited',
  'user_imported',
  'user_changed',
  'user_disabled',
  'user_enabled',
  'user_roles_changed',
  'user_unlocked',
  'password_reset_requested',
  'password_reset',
  'mfa_reset',
  'mfa_bypass_codes_issued',
  'mfa_bypass_code_used',
  'policy_changed',
  'policy_tried',
  'policy_would_refuse',
  'rollout_changed',
  'rollout_reminded',
  'test_mail_sent',
  'grace_started',
  'exemption_made',
  'exemption_ended',
  'service_account_created',
  'service_account_changed',
  'service_account_disabled',
  'service_credential_added',
  'service_credential_revoked',
  'service_token_issued',
  'service_token_refused',
  'token_revoked',
  'signing_keys_rotated',
  'signing_key_retired',
  'signing_key_revoked',
  'vault_resealed',
  'receiver_created',
  'receiver_changed',
  'receiver_removed',
  'audit_read',
  'audit_exported',
  'audit_verified',
  'audit_cut',
] as const;

export type EventType = (typeof eventTypes)[number];

/** The types that the owner of an account can read about that account. */
export const activityTypes = [
  'authn_login_success',
  'authn_login_fail',
  'authn_login_lock',
  'authn_password_change',
  'authn_password_change_fail',
  'authn_token_reuse',
  'excess_rate_limit_exceeded',
  'mfa_failed',
  'mfa_attack_reported',
  'mfa_send_failed',
  'otp_replayed',
  'mfa_factor_added',
  'mfa_factor_changed',
  'mfa_factor_removed',
  'mfa_factor_disabled',
  'mfa_disabled',
  'mfa_recovery_code_used',
  'mfa_recovery_codes_regenerated',
  'trusted_device_added',
  'trusted_device_removed',
  'trusted_device_reuse',
  'session_ended',
  'user_created',
  'user_invited',
  'user_imported',
  'user_changed',
  'user_disabled',
  'user_enabled',
  'user_roles_changed',
  'user_unlocked',
  'password_reset_requested',
  'password_reset',
  'mfa_reset',
  'mfa_bypass_codes_issued',
  'mfa_bypass_code_used',
  'grace_started',
  'exemption_made',
  'exemption_ended',
] as const satisfies readonly EventType[];

/**
 * An event of the audit (PCI DSS 10.2.2): who did what, to which object, with which outcome. The audit adds time and
 * origin when it writes the event. `detail` contains counts and reasons. It must never contain a password, code, token
 * or address.
 */
export type AuditEvent = {
  readonly type: EventType;
  readonly outcome: 'success' | 'failure' | 'refused';
  readonly userId?: string | null;
  /** The person who acted, if that is not the user. */
  readonly actorId?: string | null;
  readonly area?: string | null;
  readonly method?: string | null;
  readonly factorId?: string | null;
  readonly sessionId?: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
};
