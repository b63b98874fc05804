-- What became of a mail about an account, for whoever is asked why it did not come. Never the text, nor the whole address.
alter table outbox
  add column username text,
  add column subject text,
  add column hint text,
  add column trouble text;
create index outbox_by_username on outbox (username, created_at) where username is not null;

-- Those that have left the outbox: taken by the mail server, or given up.
create table letters (
  id uuid primary key,
  username text not null,
  subject text not null,
  hint text not null,
  created_at timestamptz not null,
  ended_at timestamptz not null,
  sent boolean not null,
  trouble text
);
create index letters_by_username on letters (username, created_at);
create index letters_by_end on letters (ended_at);
