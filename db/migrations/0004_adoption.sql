-- The audit by time: what was told on a day, or since a moment.
create index if not exists audit_events_by_time on audit_events (at);

-- The factors that make their owners people who have one. A verification changes nothing that is in it.
create index if not exists factors_that_count on factors (user_id, method)
  where confirmed_at is not null and disabled_at is null and not is_backup;

-- What the audit tells of a day that is over (UTC). Nothing is added to it any more, so it is counted once.
create table adoption_days (
  day date primary key,
  logins integer not null,
  passed integer not null,
  failed integer not null,
  recovery_codes_used integer not null,
  bypass_codes_used integer not null,
  lockouts integer not null,
  enrolled integer not null,
  would_refuse integer not null
);
