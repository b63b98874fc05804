-- Each version of the policy of an area, so that an administrator can see what changed and go back. The audit has the same
-- changes, and is cut after AUDIT_KEEP_MONTHS. A row is written by the transaction that changes the area.
create table area_versions (
  area text not null references areas (name),
  version integer not null,
  policy jsonb not null,
  trial jsonb,
  -- Null: the area followed POLICY_PRESET.
  changed_at timestamptz,
  -- No foreign key, as in the audit: whoever did it may be gone. Null: the terminal, or nobody.
  changed_by uuid,
  -- The version that an administrator went back to.
  restored integer,
  primary key (area, version)
);

-- A record that the service cannot take back.
revoke update, delete on area_versions from sallyport_service;
