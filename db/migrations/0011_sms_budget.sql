-- One row a text message, for a few days: whether its code came back. `id` is that of its challenge; no foreign keys, for
-- what they would name may not be there yet, or no more. `is_new`: the number was not proven when it was sent.
create table sms_texts (
  id uuid primary key,
  factor_id uuid not null,
  country text not null,
  is_new boolean not null,
  sent_at timestamptz not null,
  answered_at timestamptz,
  failed boolean not null default false
) with (fillfactor = 80);
create index sms_texts_by_time on sms_texts (sent_at);
create index sms_texts_by_country on sms_texts (country, sent_at);
create index sms_texts_by_factor on sms_texts (factor_id, sent_at);

-- Where too few codes came back: a country, or `all`. Closed again while closed_at is set; else texts to new numbers are
-- paused until resumes_at, and from then on a few are tried.
create table sms_breakers (
  scope text primary key,
  tripped_at timestamptz not null,
  resumes_at timestamptz not null,
  closed_at timestamptz
);
