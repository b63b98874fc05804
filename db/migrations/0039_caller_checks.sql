-- A check of who is calling the helpdesk. The helpdesk starts it and reads its number to the caller; the caller answers it by a
-- factor of the account. A row is evidence for one help action. The audit keeps what became of it, so old rows are swept.
create table caller_checks (
  id uuid primary key,
  -- Keyed, because a number of nine digits could be found from its hash.
  number_mac text not null unique,
  user_id uuid not null references users (id) on delete cascade,
  -- Who asked, and from where. No foreign key, as in the audit.
  actor_id uuid not null,
  actor_ip text not null,
  -- The challenge that was sent for it last.
  challenge_id uuid,
  attempts integer not null default 0,
  status text not null default 'open' check (status in ('open', 'passed', 'failed')),
  method text,
  -- Whether the answer came from the network of the helpdesk member who asked.
  from_asker boolean,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,
  -- When and for which action it was used up.
  used_at timestamptz,
  used_for text
);
create index caller_checks_by_user on caller_checks (user_id);
create index caller_checks_by_end on caller_checks (expires_at);
