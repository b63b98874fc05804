-- The search for a part of a name, an address or a number reads an index, not every user. The extension pg_trgm would do the
-- same, but a managed server may refuse to create it. Each lexeme is three letters from one place of a text. The last two
-- are shorter, so that a search for one or two letters finds them by their beginning.
create function parts_of_user(username text, email text, phone text) returns tsvector
language sql immutable parallel safe as $$
  select array_to_tsvector(array(
    select substr(whole, place, 3)
    from unnest(array[username, lower(email), phone]) whole, generate_series(1, length(whole)) place))
$$;

-- An insert of a user calls the function. A server may have been told that nobody may call a new one.
grant execute on function parts_of_user to sallyport_service;

create index users_by_parts on users using gin (parts_of_user(username, email, phone));
