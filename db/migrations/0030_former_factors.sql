-- Factors that were bound once and are no more (NIST SP 800-63B-4 4.1). The statement that removes a factor writes its row
-- here, without its secret. Rows last as long as the account; their words go with the audit of that time (AUDIT_KEEP_MONTHS).
create table former_factors (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  method text not null,
  label text,
  hint text,
  is_backup boolean not null,
  bound_at timestamptz not null,
  last_used_at timestamptz,
  removed_at timestamptz not null,
  cause text not null check (cause in ('removed', 'switched_off', 'reset', 'replaced', 'expired')),
  -- No foreign key, as in the audit: whoever did it may be gone. Null: the console, or nobody.
  removed_by uuid
);
create index former_factors_by_user on former_factors (user_id);
create index former_factors_with_words on former_factors (removed_at)
  where label is not null or hint is not null or removed_by is not null;

-- A record that the service cannot take back: of what is written it may only blank the words.
revoke update, delete on former_factors from sallyport_service;

grant update (label, hint, removed_by) on former_factors to sallyport_service;
