-- Passwords that are being compared just now: paid for, and not yet known to be wrong. What is not settled by
-- in_flight_until was left by an instance that ended, and stays paid.
alter table login_throttles
  add column in_flight integer not null default 0,
  add column in_flight_until timestamptz;
