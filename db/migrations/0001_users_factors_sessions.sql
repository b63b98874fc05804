-- Times come from the service's clock, never from the database's. Text columns named *_hash hold SHA-256
-- of something that we generated with 128 bits or more; columns named *_sealed hold AES-256-GCM.

create table users (
  id uuid primary key,
  username text not null unique,
  email text,
  phone text,
  password_hash text,
  password_history text[] not null default '{}',
  password_changed_at timestamptz not null,
  roles text[] not null,
  status text not null default 'active' check (status in ('active', 'disabled')),
  factors_changed_at timestamptz,
  created_at timestamptz not null,
  version integer not null default 1
);

-- Room beside a row (fillfactor), so that an update touches no index.
create table factors (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  method text not null,
  label text not null,
  hint text,
  data_sealed text not null,
  is_default boolean not null default false,
  is_backup boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz,
  confirmed_at timestamptz,
  last_used_at timestamptz,
  disabled_at timestamptz,
  version integer not null default 1
) with (fillfactor = 70);
create index factors_by_user on factors (user_id);

-- One row a user. `paid` counts answers taken in this window, `failed` those found wrong;
-- the difference is being looked at right now.
create table throttles (
  user_id uuid primary key references users on delete cascade,
  paid integer not null default 0,
  failed integer not null default 0,
  window_ends_at timestamptz not null,
  in_a_row integer not null default 0,
  locked_until timestamptz
) with (fillfactor = 70);

-- `subject` is a hash of the name that was typed, so that unknown names are throttled like known ones.
create table login_throttles (
  subject text not null,
  network text not null,
  failures integer not null,
  window_ends_at timestamptz not null,
  last_success_at timestamptz,
  primary key (subject, network)
) with (fillfactor = 70);

create table sends (
  subject text primary key,
  sent integer not null,
  window_ends_at timestamptz not null,
  last_sent_at timestamptz not null
);

create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  area text not null,
  acr text not null,
  amr text[] not null,
  auth_time timestamptz not null,
  mfa_time timestamptz,
  recovered boolean not null default false,
  generation integer not null default 0,
  created_at timestamptz not null,
  last_active_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ip text,
  user_agent text
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_end on sessions (expires_at);

create table refresh_tokens (
  token_hash text primary key,
  session_id uuid not null references sessions on delete cascade,
  created_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_by_session on refresh_tokens (session_id);

-- A login that has passed its password and waits for a factor; or a session that steps up.
create table logins (
  id uuid primary key,
  token_hash text not null unique,
  user_id uuid not null references users on delete cascade,
  area text not null,
  session_id uuid references sessions on delete cascade,
  challenge_id uuid,
  status text not null default 'open' check (status in ('open', 'passed', 'dead')),
  created_at timestamptz not null,
  expires_at timestamptz not null
) with (fillfactor = 80);
create index logins_by_session on logins (session_id) where session_id is not null;
create index logins_by_end on logins (expires_at);

create table challenges (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  factor_id uuid not null references factors on delete cascade,
  state_sealed text not null,
  status text not null default 'open' check (status in ('open', 'passed', 'denied')),
  created_at timestamptz not null,
  expires_at timestamptz not null
) with (fillfactor = 80);
create index challenges_by_factor on challenges (factor_id);
create index challenges_by_end on challenges (expires_at);

-- Append-only. No foreign keys: an event outlives what it speaks of.
create table audit_events (
  seq bigint generated always as identity primary key,
  at timestamptz not null,
  type text not null,
  outcome text not null check (outcome in ('success', 'failure', 'refused')),
  user_id uuid,
  actor_id uuid,
  area text,
  method text,
  factor_id uuid,
  session_id uuid,
  request_id text,
  ip text,
  user_agent text,
  detail jsonb
);
create index audit_events_by_user on audit_events (user_id, seq);

-- Mails to users about their account, written with the change that they tell of and sent afterwards.
create table outbox (
  id uuid primary key,
  message_sealed text not null,
  created_at timestamptz not null,
  next_attempt_at timestamptz not null,
  attempts integer not null default 0
);
create index outbox_by_time on outbox (next_attempt_at);

create table signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  private_sealed text not null,
  created_at timestamptz not null
);
