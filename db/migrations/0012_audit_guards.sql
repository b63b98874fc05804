-- Where one cuts, names mean the tables of this schema: a temporary table of the caller, with a trigger on it, would else
-- come first and run as the owner. And the chain never begins earlier than it did.
create or replace function cut_audit(p_through bigint, p_cut_at timestamptz, p_key text, p_signature text) returns integer
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

-- The role of the service may insert, so it could insert what nobody can read, and blind every reader with one row.
do $$
begin
  alter table audit_events add constraint audit_events_readable check (
    seq between 1 and 9007199254740991
    and at between '2000-01-01T00:00:00Z' and '3000-01-01T00:00:00Z'
    and octet_length(type || coalesce(area, '') || coalesce(method, '') || coalesce(request_id, '') || coalesce(ip, '')
      || coalesce(user_agent, '')) <= 4096
    and octet_length(coalesce(detail::text, '')) <= 65536
    and not coalesce(jsonb_path_exists(detail, '$.**{16}'), false)
  ) not valid;
end
$$;

alter table audit_seals add constraint audit_seals_readable check (
  number between 1 and 9007199254740990
  and reached between 0 and 9007199254740991
  and last_at between '2000-01-01T00:00:00Z' and '3000-01-01T00:00:00Z'
  and sealed_at between '2000-01-01T00:00:00Z' and '3000-01-01T00:00:00Z'
  and octet_length(events || marks) <= 1048576
  and octet_length(open) <= 4194304
  and octet_length(events_hash || previous || hash || key || signature) <= 1024
) not valid;

-- What was migrated is for the owner to say: the service reads it.
revoke insert, update, delete on kysely_migration, kysely_migration_lock from sallyport_service;

-- Who tells a place outside has it until then, without a transaction that would wait for that place.
alter table audit_deliveries add column claimed_until timestamptz;
