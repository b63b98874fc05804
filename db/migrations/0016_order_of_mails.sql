-- Two mails of one instant leave in the order in which they were written.
alter table outbox add column number bigint generated always as identity;
