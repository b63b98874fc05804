-- Programs of others that hear of security events. `sources` names what a receiver waits for, as the triggers below name
-- it; `events` names the same in the words of the API. `secret_sealed` is the key of a webhook, or the Authorization
-- header of a push. A receiver hears nothing before it is verified.
create table event_receivers (
  id uuid primary key,
  name text not null unique,
  delivery text not null check (delivery in ('push', 'poll', 'webhook')),
  url text,
  audience text not null,
  account_id uuid references service_accounts on delete cascade,
  secret_sealed text,
  earlier_secret_sealed text,
  earlier_secret_until timestamptz,
  events text[] not null,
  sources text[] not null,
  status text not null default 'unverified' check (status in ('unverified', 'enabled', 'disabled')),
  verified_at timestamptz,
  created_at timestamptz not null,
  delivered integer not null default 0,
  delivered_at timestamptz,
  failed_at timestamptz,
  trouble text,
  check ((delivery = 'poll') = (account_id is not null)),
  check ((delivery = 'poll') = (url is null))
) with (fillfactor = 70);

-- What a receiver has still to hear, one row for each receiver and event. `subject` is whom it is about: events about one
-- subject leave in the order of their numbers. Who sends a row moves `next_attempt_at` on first, so that nobody else does.
create table event_deliveries (
  id uuid primary key default gen_random_uuid(),
  number bigint generated always as identity,
  receiver_id uuid not null references event_receivers on delete cascade,
  event_id uuid not null,
  source text not null,
  subject uuid not null,
  occurred_at timestamptz not null,
  actor_id uuid,
  session_id uuid,
  area text,
  method text,
  factor_id uuid,
  level text,
  earlier_level text,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  expires_at timestamptz not null,
  parked_at timestamptz,
  trouble text
) with (fillfactor = 70);
create index event_deliveries_order on event_deliveries (receiver_id, subject, number) where parked_at is null;
create index event_deliveries_next on event_deliveries (receiver_id, number) where parked_at is null;
create index event_deliveries_due on event_deliveries (next_attempt_at, receiver_id) where parked_at is null;
create index event_deliveries_parked on event_deliveries (receiver_id, number) where parked_at is not null;

-- The database writes the deliveries, in the statement of what they tell. So no change can go untold, and none is told
-- that was rolled back, whichever release makes it. `when` keeps the function away from every other write.
create function tell_of_audit_event() returns trigger language plpgsql as $$
declare
  event uuid := gen_random_uuid();
begin
  insert into event_deliveries (receiver_id, event_id, source, subject, occurred_at, actor_id, session_id, area, method,
      factor_id, next_attempt_at, expires_at)
    select r.id, event, new.type, coalesce(new.user_id, '00000000-0000-0000-0000-000000000000'), new.at, new.actor_id,
      new.session_id, new.area, new.method, new.factor_id, new.at, new.at + interval '24 hours'
    from event_receivers r
    where r.status = 'enabled' and new.type = any(r.sources);
  return null;
end
$$;

create trigger tell_of_audit_event after insert on audit_events for each row
  when (new.outcome <> 'failure' and new.type in ('mfa_factor_added', 'mfa_factor_changed', 'mfa_factor_removed',
    'mfa_factor_disabled', 'mfa_disabled', 'mfa_reset', 'mfa_recovery_codes_regenerated', 'mfa_bypass_codes_issued',
    'authn_password_change', 'password_reset', 'password_removed', 'break_glass_used', 'user_disabled', 'user_enabled',
    'user_roles_changed', 'mfa_attack_reported', 'authn_token_reuse', 'trusted_device_reuse',
    'service_account_disabled', 'service_account_changed', 'service_credential_revoked', 'signing_key_revoked')
    or new.type = 'token_revoked' and new.area = 'service')
  execute function tell_of_audit_event();

create function tell_of_session() returns trigger language plpgsql as $$
declare
  event uuid := gen_random_uuid();
  what text := case when new.ended_at is null then 'session:level' else 'session:ended' end;
  moment timestamptz := coalesce(new.ended_at, new.last_active_at);
begin
  insert into event_deliveries (receiver_id, event_id, source, subject, occurred_at, session_id, area, method, level,
      earlier_level, next_attempt_at, expires_at)
    select r.id, event, what, new.user_id, moment, new.id, new.area, new.method, new.acr, old.acr, moment,
      moment + interval '24 hours'
    from event_receivers r where r.status = 'enabled' and what = any(r.sources);
  return null;
end
$$;

create trigger tell_of_session after update of ended_at, acr on sessions for each row
  when (old.ended_at is null and (new.ended_at is not null or new.acr <> old.acr))
  execute function tell_of_session();
