-- The number of the request, by which a refusal that somebody shows is found. A view takes a new column only at its end.
create or replace view audit_logs as
with e as (select * from audit_events)
select e.at as time, e.type as event,
  coalesce(e.detail ->> 'severity', case
    when e.type in ('authn_token_reuse', 'trusted_device_reuse', 'mfa_attack_reported', 'mfa_factor_disabled',
      'signing_key_revoked') then 'critical'
    when e.type in ('authn_login_fail', 'authn_login_lock', 'authn_password_change_fail', 'authz_fail',
      'excess_rate_limit_exceeded', 'mfa_failed', 'mfa_waived', 'mfa_send_failed', 'mfa_check_failed', 'sms_paused',
      'otp_replayed', 'mfa_factor_removed', 'mfa_disabled', 'mfa_recovery_code_used', 'user_disabled',
      'user_roles_changed', 'password_reset', 'mfa_reset', 'mfa_bypass_codes_issued', 'mfa_bypass_code_used',
      'policy_changed', 'policy_would_refuse', 'rollout_changed', 'exemption_made', 'service_account_disabled',
      'service_credential_revoked', 'service_token_refused', 'audit_cut') then 'warning'
    else 'info'
  end) as severity,
  coalesce(e.detail ->> 'username', u.username) as username, e.ip, e.area, e.outcome,
  nullif(e.detail - array['username', 'severity'], '{}') as detail, e.request_id
from e left join users u on u.id = e.user_id and not coalesce(e.detail ? 'username', false);
