-- From when a key signs. Its other times follow: it is published when it is made, and retires so long after the next one
-- has begun to sign. A key that an older version makes signs at once.
alter table signing_keys add column signs_from timestamptz not null default 'epoch';
update signing_keys set signs_from = created_at;
