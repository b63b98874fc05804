-- A refresh token that was exchanged may be answered once more until `repeat_until`, so one may have several successors. Each
-- names it (`parent_hash`), and the first of them that is used enters itself as `heir_hash`: another finds the place taken.
-- Rows from before have no such time, and are answered once.
alter table refresh_tokens add column parent_hash text;
alter table refresh_tokens add column heir_hash text;
alter table refresh_tokens add column repeat_until timestamptz;

-- How often a session was raised, and in which of these rounds a refresh token was given: one from before a raise is dead, were
-- it exchanged in the same moment. Null, by an instance of the release before: nothing is compared.
alter table sessions add column raises integer not null default 0;
alter table refresh_tokens add column raises integer;
