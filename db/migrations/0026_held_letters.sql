-- A letter that tells of a failed second step waits until its login is over, and is removed when a right code follows: in that
-- login, or in another one of the same user from the same network. told_once names the budget that its delivery is paid from.
alter table outbox
  add column held_login uuid,
  add column held_user uuid,
  add column held_network text,
  add column told_once text;
create index outbox_held_user on outbox (held_user) where held_user is not null;
create index outbox_held_login on outbox (held_login) where held_login is not null;
