-- Passkeys as a login of their own. Nobody has typed a name when such a login begins, so its challenge belongs to no
-- user and to no factor. The challenge itself is not stored.
create table passkey_challenges (
  challenge_hash text primary key,
  area text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index passkey_challenges_expires on passkey_challenges (expires_at);

-- Whether an authenticator offers the credential without a name, and the model of the authenticator (AAGUID). The model
-- is no secret, and the owner sees its name.
alter table factors add column is_passkey boolean not null default false;
alter table factors add column aaguid text;

-- Its owner has given the password up, and logs in by passkeys. An invited user has no password yet, which is different:
-- an invited user may set one by the mailbox alone.
alter table users add column passwordless boolean not null default false;
