-- The link of somebody who asked for it without a login. It has a table of its own, because a stranger can ask as well: the
-- link of an invitation or of the helpdesk stays as it is. It is dead on the same terms as those.
create table forgotten_links (
  user_id uuid primary key references users on delete cascade,
  token_hash text not null unique,
  sent_to text not null,
  password_changed_at timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index forgotten_links_by_end on forgotten_links (expires_at);
