-- When somebody logged in last. A table of its own, for every login writes it: the row of the user is wide, is read by every
-- request, and is locked by those who change it.
create table last_logins (
  user_id uuid primary key references users on delete cascade,
  at timestamptz not null
) with (fillfactor = 70);

-- The best that is known of logins before: of those with a password alone, and of sessions that are not swept yet.
insert into last_logins (user_id, at)
select user_id, max(at) from (
  select user_id, created_at as at from sessions
  union all
  select e.user_id, e.at from audit_events e join users u on u.id = e.user_id where e.type = 'authn_login_success'
) known group by user_id;

-- The detail of an event holds the user's name as it was, and how grave it is: so both are sealed with it, by instances of the
-- version before, too. Older events have neither and stay as they were sealed.
create index audit_events_by_username on audit_events ((detail ->> 'username'), seq) where detail ? 'username';

-- For report tools. The name of an older event is that of today, and its severity is what the types of then mean. A view that
-- begins with `with` takes no writes, whatever a role may do to it (PostgreSQL, CREATE VIEW, Updatable Views).
create view audit_logs as
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
  nullif(e.detail - array['username', 'severity'], '{}') as detail
from e left join users u on u.id = e.user_id and not coalesce(e.detail ? 'username', false);

revoke insert, update, delete on audit_logs from sallyport_service;
