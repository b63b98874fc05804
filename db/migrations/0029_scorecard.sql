-- Since when the phase of the rollout is what it is. Null where it has never been changed.
alter table rollout add column phase_since timestamptz;
update rollout set phase_since = changed_at;

-- How long answers to second factors took: a day, a range of durations, how many. All instances add to the same rows.
create table verification_times (
  day date not null,
  bucket smallint not null,
  answers bigint not null,
  primary key (day, bucket)
);

-- What people think of it: once a calendar month and user.
create table mfa_feedback (
  user_id uuid not null references users on delete cascade,
  month date not null,
  at timestamptz not null,
  rating smallint not null check (rating between 1 and 5),
  comment text,
  primary key (user_id, month)
);
create index mfa_feedback_by_time on mfa_feedback (at);

-- The events that the scorecard counts. They are few among many.
create index audit_events_of_scorecard on audit_events (at) where type in ('mfa_reset', 'mfa_bypass_codes_issued',
  'user_unlocked', 'exemption_made', 'mfa_attack_reported', 'trusted_device_reuse', 'mfa_send_failed', 'mfa_check_failed');
