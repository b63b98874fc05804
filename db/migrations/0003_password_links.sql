-- The one link in a mailbox with which a user sets a password: a newer one takes its place. It is dead as soon as the
-- account has another address or another password than when it was written.
create table password_links (
  user_id uuid primary key references users on delete cascade,
  token_hash text not null unique,
  purpose text not null check (purpose in ('invitation', 'forgotten', 'helpdesk')),
  sent_to text not null,
  password_changed_at timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index password_links_by_end on password_links (expires_at);

-- Whether the present password was set by such a link: then the mailbox is no second factor beside it.
alter table users add column password_by_mail boolean not null default false;

-- Since when a user has had no second factor because the helpdesk removed them; null again with the next one.
alter table users add column mfa_reset_at timestamptz;

-- Bytewise, so that the beginning of a name is a range and a page goes on where the last one ended; one for each
-- role, so that the few of it are found without looking at all the others.
create index users_by_name on users (username collate "C");
create index users_disabled on users (username collate "C") where status = 'disabled';
create index users_admin on users (username collate "C") where roles @> array['admin']::text[];
create index users_helpdesk on users (username collate "C") where roles @> array['helpdesk']::text[];
create index users_auditor on users (username collate "C") where roles @> array['auditor']::text[];
create index users_user on users (username collate "C") where roles @> array['user']::text[];
create index users_vendor on users (username collate "C") where roles @> array['vendor']::text[];
