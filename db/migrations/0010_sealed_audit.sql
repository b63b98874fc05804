-- The audit's events in a chain. A seal says which events it covers (as '5-9,11', by seq), what they hash to, and which
-- seal came before. `marks` are the first bytes of each event's hash, so that one which was changed can be named; `open`
-- are numbers that were still missing, whose events may yet commit; `reached` is the highest number seen so far.
create table audit_seals (
  number bigint primary key,
  events text not null,
  count integer not null,
  reached bigint not null,
  open text not null,
  last_at timestamptz not null,
  sealed_at timestamptz not null,
  events_hash text not null,
  marks text not null,
  previous text not null,
  hash text not null,
  key text not null,
  signature text not null
);

-- Where the chain begins, when what is older than 13 months is gone: the last seal that went, vouched for by a signature.
create table audit_cut (
  singleton boolean primary key default true check (singleton),
  through bigint not null,
  hash text not null,
  reached bigint not null,
  open text not null,
  cut_at timestamptz not null,
  key text not null,
  signature text not null
);

-- How far each place outside has been told.
create table audit_deliveries (
  place text primary key,
  number bigint not null,
  -- Who tells it has it until then, without a transaction that would wait for it.
  claimed_until timestamptz
);

-- The role of the service may insert, so it could insert what nobody can read, and blind every reader with one row.
alter table audit_events add constraint audit_events_readable check (
  seq between 1 and 9007199254740991
  and at between '2000-01-01T00:00:00Z' and '3000-01-01T00:00:00Z'
  and octet_length(type || coalesce(area, '') || coalesce(method, '') || coalesce(request_id, '') || coalesce(ip, '')
    || coalesce(user_agent, '')) <= 4096
  and octet_length(coalesce(detail::text, '')) <= 65536
  and not coalesce(jsonb_path_exists(detail, '$.**{16}'), false)
) not valid;

alter table audit_seals add constraint audit_seals_readable check (
  number between 1 and 9007199254740990
  and reached between 0 and 9007199254740991
  and last_at between '2000-01-01T00:00:00Z' and '3000-01-01T00:00:00Z'
  and sealed_at between '2000-01-01T00:00:00Z' and '3000-01-01T00:00:00Z'
  and octet_length(events || marks) <= 1048576
  and octet_length(open) <= 4194304
  and octet_length(events_hash || previous || hash || key || signature) <= 1024
) not valid;

-- The role of the running service. It may do everything but change or remove what the audit holds. It belongs to all
-- databases of a server, so another one may have made it, perhaps in this very moment.
do $$
begin
  if not exists (select from pg_roles where rolname = 'sallyport_service') then
    create role sallyport_service nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'This login may not make roles. Let an administrator of the server run: create role sallyport_service nologin; grant sallyport_service to %; and try again.', current_user;
end
$$;

-- Where one login is for everything it has to enter the role. Where the service has a login of its own, it need not.
do $$
begin
  if not pg_has_role(current_user, 'sallyport_service', 'member') then
    execute format('grant sallyport_service to %I', current_user);
  end if;
exception
  when insufficient_privilege then null;
end
$$;

do $$
begin
  execute format('grant usage on schema %I to sallyport_service', current_schema());
  execute format('grant select, insert, update, delete on all tables in schema %I to sallyport_service', current_schema());
  execute format('alter default privileges in schema %I grant select, insert, update, delete on tables to sallyport_service',
    current_schema());
end
$$;

revoke update, delete on audit_events, audit_seals from sallyport_service;

-- Nor say which number an event has: one far ahead would make all that follow seem late, and then inserted, and one that is
-- to be given next would stop every login. How far the numbers are it may see.
revoke insert on audit_events from sallyport_service;

grant insert (at, type, outcome, user_id, actor_id, area, method, factor_id, session_id, request_id, ip, user_agent, detail)
  on audit_events to sallyport_service;

grant select on sequence audit_events_seq_seq to sallyport_service;

revoke insert, update, delete on audit_cut from sallyport_service;

-- What was migrated is for the owner to say: the service reads it.
revoke insert, update, delete on kysely_migration, kysely_migration_lock from sallyport_service;

-- The one way in which events go: whole seals, every event of which is older than 13 months, never the last one. Where it runs,
-- names mean the tables of this schema: a temporary table of the caller, with a trigger on it, would else come first and run as
-- the owner. And the chain never begins earlier than it did.
create function cut_audit(p_through bigint, p_cut_at timestamptz, p_key text, p_signature text) returns integer
language plpgsql security definer as $$
declare
  seal record;
  range text;
  gone integer := 0;
  removed integer;
begin
  perform pg_advisory_xact_lock(hashtext('sallyport audit'));
  if p_through >= (select max(number) from audit_seals)
    or p_through <= (select through from audit_cut)
    or exists (select from audit_seals where number <= p_through and last_at >= now() - interval '13 months') then
    raise exception 'Only what is older than 13 months can be cut from the audit.' using errcode = 'check_violation';
  end if;
  for seal in select events from audit_seals where number <= p_through loop
    foreach range in array string_to_array(seal.events, ',') loop
      delete from audit_events where at < now() - interval '13 months'
        and seq between split_part(range, '-', 1)::bigint
          and coalesce(nullif(split_part(range, '-', 2), ''), range)::bigint;
      get diagnostics removed = row_count;
      gone := gone + removed;
    end loop;
  end loop;
  insert into audit_cut as c (through, hash, reached, open, cut_at, key, signature)
    select number, hash, reached, open, p_cut_at, p_key, p_signature from audit_seals where number = p_through
    on conflict (singleton) do update set through = excluded.through, hash = excluded.hash, reached = excluded.reached,
      open = excluded.open, cut_at = excluded.cut_at, key = excluded.key, signature = excluded.signature;
  delete from audit_seals where number <= p_through;
  return gone;
end
$$;

do $$
begin
  execute format('alter function cut_audit(bigint, timestamptz, text, text) set search_path = %I, pg_temp', current_schema());
end
$$;

revoke execute on function cut_audit from public;

grant execute on function cut_audit to sallyport_service;
