-- One row an area. As long as no administrator has changed it (`changed_at` is null), it follows POLICY_PRESET.
create table areas (
  name text primary key check (name in ('admin', 'public', 'vendor', 'service')),
  policy jsonb not null,
  trial jsonb,
  changed_at timestamptz,
  changed_by uuid,
  version integer not null default 1
);

-- One row. `targets` says whom it asks: role (or '*' for everyone) to the moment of enforcement.
create table rollout (
  singleton boolean primary key default true check (singleton),
  phase text not null default 'soft' check (phase in ('soft', 'gradual', 'full')),
  targets jsonb not null default '{}',
  grace_seconds integer not null default 604800,
  changed_at timestamptz,
  changed_by uuid,
  version integer not null default 1
);
insert into rollout default values;

-- Written when a user first has to enrol, and never again: nothing restarts a grace.
create table graces (
  user_id uuid primary key references users on delete cascade,
  started_at timestamptz not null,
  ends_at timestamptz not null,
  reminders integer not null default 0
);
create index graces_by_end on graces (ends_at);

create table exemptions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  owner_id uuid not null,
  reason text not null,
  created_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz
);
create index exemptions_by_user on exemptions (user_id);

-- The method that a session was opened or raised with, so that a policy which no longer takes it bites at once.
alter table sessions add column method text;

-- Holds all that decides whether a user has a factor that counts, so that a simulation reads no factor itself.
drop index factors_by_user;
create index factors_by_user on factors (user_id) include (method, is_backup, confirmed_at, disabled_at);
