-- What no other factor of the same method may have, hashed: the id of a credential. Of two answers at once, one finds it
-- taken, so it is the index that decides.
alter table factors add column unique_id text;
create unique index factors_unique_id on factors (method, unique_id);
