-- Programs that fetch tokens for themselves. `networks` are CIDR blocks, none: from anywhere. The window says since when
-- and until when the account may be used.
create table service_accounts (
  id uuid primary key,
  name text not null unique,
  owner text not null,
  description text,
  scopes text[] not null,
  networks text[] not null,
  enabled_from timestamptz,
  enabled_until timestamptz,
  status text not null default 'active' check (status in ('active', 'disabled')),
  created_at timestamptz not null,
  version integer not null default 1
);

-- A secret by its hash, or a public key with its RFC 7638 thumbprint: the same key never comes back.
create table service_credentials (
  id uuid primary key,
  account_id uuid not null references service_accounts on delete cascade,
  kind text not null check (kind in ('secret', 'public_key')),
  secret_hash text,
  public_jwk jsonb,
  thumbprint text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  check ((kind = 'secret') = (secret_hash is not null)),
  check ((kind = 'public_key') = (public_jwk is not null and thumbprint is not null)),
  unique (account_id, thumbprint)
) with (fillfactor = 80);
create index service_credentials_by_account on service_credentials (account_id, created_at);

-- An assertion (RFC 7523) works once: its row is written before it counts.
create table used_assertions (
  account_id uuid not null references service_accounts on delete cascade,
  jti_hash text not null,
  expires_at timestamptz not null,
  primary key (account_id, jti_hash)
);
create index used_assertions_by_end on used_assertions (expires_at);

-- Service tokens that were revoked one by one, until they would have ended anyway.
create table revoked_tokens (
  jti text primary key,
  expires_at timestamptz not null
);
create index revoked_tokens_by_end on revoked_tokens (expires_at);
