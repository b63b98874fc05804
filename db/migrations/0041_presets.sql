-- Who approved an exemption in writing, such as the CISO (23 NYCRR 500.12(b)). An exemption of before has no approver.
alter table exemptions add column approved_by text;

-- When an administrator last enabled the account. A job disables accounts that nobody uses (CJIS AC-2(3)), and must not
-- disable this one again before its user had time to log in.
alter table users add column enabled_at timestamptz;
