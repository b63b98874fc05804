-- What adoption and the simulation of a policy count, kept up to date by the database. To count users one by one takes a
-- second with a million of them. Nothing here decides about access: a login and a guard read the rows themselves.

-- Users who are alike: the same status, roles and kinds of confirmed factors. There are some hundred of them at most.
create table populations (
  id integer generated always as identity primary key,
  status text not null,
  roles text[] not null,
  passwordless boolean not null,
  -- Whether the helpdesk removed the factors, so that the user must enrol.
  reset boolean not null,
  -- A list of {method, is_backup, is_passkey, disabled}, sorted, each kind once.
  kinds jsonb not null,
  unique (kinds, roles, status, passwordless, reset)
);

-- One row for each user: the population, and what differs among its users.
create table user_facts (
  user_id uuid primary key references users on delete cascade,
  population_id integer not null,
  username text not null,
  created_at timestamptz not null,
  -- The day (UTC) of the oldest factor that counts now.
  enrolled_on date,
  grace_ends_at timestamptz
) with (fillfactor = 80);
create index user_facts_by_name on user_facts (population_id, username collate "C");
create index user_facts_by_grace on user_facts (grace_ends_at, population_id) where grace_ends_at is not null;
create index user_facts_without_grace on user_facts (population_id) where grace_ends_at is null;

-- How many users there are, by what is counted and by day (UTC): `grace` by population and end of the grace period (null: no
-- period), `joined` and `enrolled` of active users. Each change adds rows, also with negative numbers, and changes none.
-- So two transactions never wait for each other. The sum of all rows is the count. The sweep replaces rows by their sum.
create table user_counts (
  what text not null check (what in ('grace', 'joined', 'enrolled')),
  population_id integer,
  day date,
  users bigint not null,
  folded boolean not null default false
);

-- What adoption_days keeps of a whole day, for each hour of the present day that is over.
create table adoption_hours (
  hour timestamptz primary key,
  logins integer not null,
  passed integer not null,
  failed integer not null,
  recovery_codes_used integer not null,
  bypass_codes_used integer not null,
  lockouts integer not null,
  enrolled integer not null,
  would_refuse integer not null
);

-- The oldest account is about as old as the installation.
create index users_by_creation on users (created_at);

-- The facts of users as their rows say them.
create function facts_of(ids uuid[]) returns table (user_id uuid, username text, created_at timestamptz, status text,
  roles text[], passwordless boolean, reset boolean, kinds jsonb, enrolled_on date, grace_ends_at timestamptz)
language sql stable as $$
  select u.id, u.username, u.created_at, u.status, array(select distinct r from unnest(u.roles) r order by r),
    u.passwordless, u.mfa_reset_at is not null, coalesce(k.kinds, '[]'), k.enrolled_on, g.ends_at
  from users u
  left join lateral (
    select jsonb_agg(distinct jsonb_build_object('method', f.method, 'is_backup', f.is_backup, 'is_passkey', f.is_passkey,
        'disabled', f.disabled_at is not null)) as kinds,
      (min(f.confirmed_at) filter (where f.disabled_at is null and not f.is_backup) at time zone 'UTC')::date as enrolled_on
    from factors f where f.user_id = u.id and f.confirmed_at is not null
  ) k on true
  left join graces g on g.user_id = u.id
  where u.id = any(ids)
$$;

-- Writes the facts of users anew. It locks them first and then reads, so of two transactions that change one user the later
-- one sees what the earlier one wrote.
create function keep_user_facts(ids uuid[]) returns void language plpgsql
-- To plan these statements takes longer than to run them for one user.
set plan_cache_mode = force_generic_plan as $$
begin
  if cardinality(ids) = 0 then return; end if;
  perform from user_facts where user_id = any(ids) order by user_id for update;
  insert into populations (status, roles, passwordless, reset, kinds)
    select distinct n.status, n.roles, n.passwordless, n.reset, n.kinds from facts_of(ids) n
    where not exists (select from populations p where p.kinds = n.kinds and p.roles = n.roles and p.status = n.status
      and p.passwordless = n.passwordless and p.reset = n.reset)
    on conflict do nothing;
  insert into user_facts as f (user_id, population_id, username, created_at, enrolled_on, grace_ends_at)
    select n.user_id, p.id, n.username, n.created_at, n.enrolled_on, n.grace_ends_at
    from facts_of(ids) n join populations p on p.kinds = n.kinds and p.roles = n.roles and p.status = n.status
      and p.passwordless = n.passwordless and p.reset = n.reset
    on conflict (user_id) do update set population_id = excluded.population_id, username = excluded.username,
      created_at = excluded.created_at, enrolled_on = excluded.enrolled_on, grace_ends_at = excluded.grace_ends_at
    where (f.population_id, f.username, f.created_at, f.enrolled_on, f.grace_ends_at) is distinct from
      (excluded.population_id, excluded.username, excluded.created_at, excluded.enrolled_on, excluded.grace_ends_at);
end
$$;

-- Where a row of user_facts is counted.
create function counted_as(population_id integer, created_at timestamptz, enrolled_on date, grace_ends_at timestamptz)
returns table (what text, population_id integer, day date) language sql stable as $$
  select 'grace', $1, ($4 at time zone 'UTC')::date
  union all select 'joined', null, ($2 at time zone 'UTC')::date from populations where id = $1 and status = 'active'
  union all select 'enrolled', null, $3 from populations where id = $1 and status = 'active' and $3 is not null
$$;

create function count_new_facts() returns trigger language plpgsql as $$
begin
  insert into user_counts (what, population_id, day, users)
    select c.what, c.population_id, c.day, count(*)
    from fresh f, counted_as(f.population_id, f.created_at, f.enrolled_on, f.grace_ends_at) c group by 1, 2, 3;
  return null;
end
$$;

create function count_changed_facts() returns trigger language plpgsql as $$
begin
  insert into user_counts (what, population_id, day, users)
    select c.what, c.population_id, c.day, sum(n)
    from (select *, -1 as n from gone union all select *, 1 from fresh) f,
      counted_as(f.population_id, f.created_at, f.enrolled_on, f.grace_ends_at) c
    group by 1, 2, 3 having sum(n) <> 0;
  return null;
end
$$;

create function count_gone_facts() returns trigger language plpgsql as $$
begin
  insert into user_counts (what, population_id, day, users)
    select c.what, c.population_id, c.day, -count(*)
    from gone f, counted_as(f.population_id, f.created_at, f.enrolled_on, f.grace_ends_at) c group by 1, 2, 3;
  return null;
end
$$;

create trigger count_new_facts after insert on user_facts referencing new table as fresh
  for each statement execute function count_new_facts();
create trigger count_changed_facts after update on user_facts referencing old table as gone new table as fresh
  for each statement execute function count_changed_facts();
create trigger count_gone_facts after delete on user_facts referencing old table as gone
  for each statement execute function count_gone_facts();

-- The triggers keep the facts, whichever release of the service writes. `when` keeps them away from every other write: a
-- login or a verification of a code changes none of these columns.
create function keep_facts_of_users() returns trigger language plpgsql as $$
begin
  perform keep_user_facts(array(select id from fresh));
  return null;
end
$$;

create function keep_facts_of_user() returns trigger language plpgsql as $$
begin
  perform keep_user_facts(array[new.id]);
  return null;
end
$$;

-- `changed`: the rows that are inserted or deleted. A factor that nobody has confirmed yet changes no fact.
create function keep_facts_of_factors() returns trigger language plpgsql as $$
begin
  perform keep_user_facts(array(select distinct user_id from changed where confirmed_at is not null));
  return null;
end
$$;

create function keep_facts_of_graces() returns trigger language plpgsql as $$
begin
  perform keep_user_facts(array(select user_id from changed));
  return null;
end
$$;

create function keep_facts_of_row() returns trigger language plpgsql as $$
begin
  perform keep_user_facts(array[old.user_id, new.user_id]);
  return null;
end
$$;

create trigger keep_facts_of_users after insert on users referencing new table as fresh
  for each statement execute function keep_facts_of_users();
create trigger keep_facts_of_user after update of username, created_at, status, roles, passwordless, mfa_reset_at on users
  for each row when ((old.username, old.created_at, old.status, old.roles, old.passwordless, old.mfa_reset_at is null)
    is distinct from (new.username, new.created_at, new.status, new.roles, new.passwordless, new.mfa_reset_at is null))
  execute function keep_facts_of_user();

create trigger keep_facts_of_new_factors after insert on factors referencing new table as changed
  for each statement execute function keep_facts_of_factors();
create trigger keep_facts_of_factor after update of user_id, method, is_backup, is_passkey, confirmed_at, disabled_at on factors
  for each row when ((old.user_id, old.method, old.is_backup, old.is_passkey, old.confirmed_at, old.disabled_at is null)
    is distinct from (new.user_id, new.method, new.is_backup, new.is_passkey, new.confirmed_at, new.disabled_at is null))
  execute function keep_facts_of_row();
create trigger keep_facts_of_gone_factors after delete on factors referencing old table as changed
  for each statement execute function keep_facts_of_factors();

create trigger keep_facts_of_new_graces after insert on graces referencing new table as changed
  for each statement execute function keep_facts_of_graces();
create trigger keep_facts_of_grace after update of user_id, ends_at on graces
  for each row when ((old.user_id, old.ends_at) is distinct from (new.user_id, new.ends_at))
  execute function keep_facts_of_row();
create trigger keep_facts_of_gone_graces after delete on graces referencing old table as changed
  for each statement execute function keep_facts_of_graces();

-- A write of the service runs them. A server may have been told that nobody may call a new function.
grant execute on function facts_of, keep_user_facts, counted_as to sallyport_service;

select keep_user_facts(array(select id from users));

analyze populations, user_facts, user_counts;
