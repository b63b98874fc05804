-- Two people for what can undo somebody's second factor. A rule of each kind of action says whether a second person must
-- approve it. Without a row there is no rule, so an upgrade changes nothing.
create table approval_rules (
  action text primary key,
  mode text not null check (mode in ('none', 'second_person', 'second_person_and_wait')),
  wait_hours integer not null check (wait_hours between 0 and 168),
  changed_at timestamptz not null,
  changed_by uuid
);

-- A request, its decision and its end. The row holds what will be done, so that nobody approves one thing and carries out
-- another. security_version is that of the person concerned: if it rises, the request is void.
create table approvals (
  id uuid primary key,
  action text not null,
  user_id uuid references users on delete cascade,
  security_version integer,
  input jsonb not null,
  reason text not null,
  ticket text,
  requested_by uuid not null references users on delete cascade,
  requested_at timestamptz not null,
  wait_hours integer not null,
  state text not null default 'open'
    check (state in ('open', 'approved', 'refused', 'cancelled', 'stopped', 'used', 'expired')),
  decided_by uuid,
  decided_at timestamptz,
  ready_at timestamptz,
  expires_at timestamptz not null,
  -- The hash of the token in the letter to the person concerned, who can stop the request with it.
  stop_hash text unique
);
create unique index approvals_one_live on approvals
  (action, requested_by, coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid))
  where state in ('open', 'approved');
create index approvals_by_user on approvals (user_id) where state in ('open', 'approved');
create index approvals_by_time on approvals (requested_at);

-- Recovery shares that open one administrator where nobody else can. The row has the hash of the secret that enough shares
-- give together. One row is valid at a time, and it works once.
create table break_glass (
  id uuid primary key,
  secret_hash text not null unique,
  shares integer not null,
  needed integer not null,
  made_at timestamptz not null,
  used_at timestamptz
);
