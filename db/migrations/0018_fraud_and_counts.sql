-- How much of paid, failed and in_a_row was answered to factors of which level: one place for each level, from the
-- weakest. A pass clears those up to its own level. What was counted before is held to be of the strongest that can be
-- guessed. The numbers beside them stay the sums, so that the version before this one goes on counting.
alter table throttles
  add column paid_by integer[] not null default '{0,0,0,0,0}',
  add column failed_by integer[] not null default '{0,0,0,0,0}',
  add column in_a_row_by integer[] not null default '{0,0,0,0,0}';
update throttles set paid_by = array[0, 0, 0, paid, 0], failed_by = array[0, 0, 0, failed, 0],
  in_a_row_by = array[0, 0, 0, in_a_row, 0]
where paid > 0 or failed > 0 or in_a_row > 0;

-- Until when nobody is asked and no approval counts, because the owner has reported one as not theirs.
alter table throttles add column reported_until timestamptz;
