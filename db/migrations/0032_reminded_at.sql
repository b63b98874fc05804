-- When an administrator last had a reminder sent, beside those that the service sends by itself.
alter table graces add column reminded_at timestamptz;
