-- Recovery of an account by its owner, who lost the second factor. The policy of an area says whether and how. No policy of
-- an earlier release has the field, so an upgrade changes nothing.

-- The link that begins a recovery. It goes to the address of the account.
create table recovery_links (
  token_hash text primary key,
  user_id uuid not null references users on delete cascade,
  security_version integer not null,
  sent_to text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index recovery_links_by_user on recovery_links (user_id);
create index recovery_links_by_end on recovery_links (expires_at);

-- A recovery, from the use of the link to the new factor. It is void once the security version or the address of the account
-- differs from the row: then the account was changed.
create table recoveries (
  id uuid primary key,
  -- The hash of the code that the page shows to the person. No mail holds it, so who reads the mailbox cannot go on.
  code_hash text not null unique,
  user_id uuid not null references users on delete cascade,
  security_version integer not null,
  sent_to text not null,
  state text not null default 'open' check (state in ('open', 'waiting', 'finished', 'stopped')),
  ip text not null,
  user_agent text,
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  -- When each kind was shown.
  recovery_code_at timestamptz,
  address_at timestamptz,
  device_at timestamptz,
  colleague_at timestamptz,
  -- The challenge that was sent to a second address last, and the factor of that address.
  challenge_id uuid,
  address_factor_id uuid,
  -- Who approved, and the code that this colleague reads to the person.
  asked_at timestamptz,
  colleague_id uuid,
  colleague_code_mac text,
  guesses integer not null default 0,
  proven_at timestamptz,
  ready_at timestamptz,
  told_at timestamptz,
  ended_at timestamptz,
  -- The hashes of the tokens in the letters. Each of them stops the recovery.
  stop_hashes text[] not null default '{}'
);
create index recoveries_by_user on recoveries (user_id, opened_at);
create index recoveries_by_end on recoveries (expires_at);
create index recoveries_ready on recoveries (ready_at) where state = 'waiting' and told_at is null;
create index recoveries_by_stop on recoveries using gin (stop_hashes);

-- The people whom a user has named beforehand. The name is as the user typed it. Whether it belongs to an account shows only
-- when that person confirms.
create table recovery_colleagues (
  user_id uuid not null references users on delete cascade,
  name text not null,
  colleague_id uuid references users on delete cascade,
  named_at timestamptz not null,
  confirmed_at timestamptz,
  primary key (user_id, name)
);
create index recovery_colleagues_by_colleague on recovery_colleagues (colleague_id);
