-- A device whose owner has passed the second step on it and is spared it there until expires_at. What the owner was like
-- then (password_changed_at, factors_changed_at) and what was shown (acr, method) is kept: a login holds it against now.
create table trusted_devices (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  area text not null,
  acr text not null,
  method text not null,
  label text,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz not null,
  password_changed_at timestamptz not null,
  factors_changed_at timestamptz,
  ip text,
  user_agent text
) with (fillfactor = 80);
create index trusted_devices_by_user on trusted_devices (user_id);
create index trusted_devices_by_end on trusted_devices (expires_at);

-- Each works once. Those that were exchanged stay as long as the device, because one that comes again tells of a theft.
-- `session_id` is what it opened; no foreign key, for sessions are swept sooner.
create table device_tokens (
  token_hash text primary key,
  device_id uuid not null references trusted_devices on delete cascade,
  created_at timestamptz not null,
  used_at timestamptz,
  session_id uuid
);
create index device_tokens_by_device on device_tokens (device_id);
