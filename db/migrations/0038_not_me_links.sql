-- The link "it was not me" of a letter about an account. The service writes the row when the letter leaves. One press ends
-- what somebody else may have begun, and locks the account until the helpdesk unlocks it.
create table not_me_links (
  token_hash text primary key,
  user_id uuid not null references users on delete cascade,
  notice text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index not_me_links_by_user on not_me_links (user_id);
create index not_me_links_by_end on not_me_links (expires_at);

-- When the owner locked the account by such a link. The status is then `disabled`, so every login is refused already.
alter table users add column reported_at timestamptz;
create index users_reported on users (username collate "C") where reported_at is not null;
