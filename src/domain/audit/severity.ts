import { type EventType, eventTypes } from './events.ts';

/** In ascending order. */
export const severities = ['info', 'warning', 'critical'] as const;
/** `info` is usual. `warning` is for an administrator to look at. `critical` needs an administrator at once. */
export type Severity = (typeof severities)[number];

const critical: ReadonlySet<string> = new Set<EventType>([
  'authn_token_reuse',
  'trusted_device_reuse',
  'mfa_attack_reported',
  'mfa_factor_disabled',
  'signing_key_revoked',
  'account_reported',
  'break_glass_used',
]);

const warning: ReadonlySet<string> = new Set<EventType>([
  'authn_login_fail',
  'authn_login_lock',
  'authn_password_change_fail',
  'authz_fail',
  'excess_rate_limit_exceeded',
  'mfa_failed',
  'mfa_waived',
  'mfa_send_failed',
  'mfa_check_failed',
  'sms_paused',
  'otp_replayed',
  'mfa_factor_removed',
  'mfa_disabled',
  'mfa_recovery_code_used',
  'user_disabled',
  'user_roles_changed',
  'password_reset',
  'password_removed',
  'mfa_reset',
  'mfa_bypass_codes_issued',
  'mfa_bypass_code_used',
  'caller_check_failed',
  'policy_changed',
  'policy_would_refuse',
  'rollout_changed',
  'exemption_made',
  'approval_stopped',
  'recovery_begun',
  'recovery_shown',
  'recovery_failed',
  'recovery_approved',
  'recovery_stopped',
  'account_recovered',
  'break_glass_made',
  'approval_used',
  'approval_rules_changed',
  'service_account_disabled',
  'service_credential_revoked',
  'service_token_refused',
  'audit_cut',
]);

/** The severity of a type. An unknown type, such as one of a later release, is a warning. */
export function severityOf(type: string): Severity {
  if (critical.has(type)) return 'critical';
  return warning.has(type) || !isKnown(type) ? 'warning' : 'info';
}

/** The highest severity of the types. `info` if there are none. */
export function gravest(types: readonly string[]): Severity {
  const found = new Set(types.map(severityOf));
  return severities.findLast((severity) => found.has(severity)) ?? 'info';
}

export function typesOf(severity: Severity): readonly EventType[] {
  return eventTypes.filter((type) => severityOf(type) === severity);
}

const known: ReadonlySet<string> = new Set(eventTypes);

function isKnown(type: string): boolean {
  return known.has(type);
}
