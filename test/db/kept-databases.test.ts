import { sql } from 'kysely';
import { describe, expect, inject, test } from 'vitest';
import { freshDatabase } from '../support/database.ts';
import { stateOf } from '../support/snapshot.ts';

describe.skipIf(!inject('serverSocket'))('a database that a test has closed', () => {
  test('is given to the next one as it was at first', async () => {
    const first = await freshDatabase();
    const before = await stateOf(first.owner);
    await sql`insert into users (id, username, password_hash, password_changed_at, roles, created_at)
      values (gen_random_uuid(), 'ann', 'x', now(), array['user'], now())`.execute(first.db);
    expect(await stateOf(first.owner)).not.toEqual(before);
    await first.close();
    await first.close(); // a second time gives it to nobody else
    const [second, third] = [await freshDatabase(), await freshDatabase()];
    expect(second.url).toBe(first.url);
    expect(third.url).not.toBe(first.url);
    expect(await stateOf(second.owner)).toEqual(before);
    for (const one of [second, third]) await one.close();
  });

  test.each([
    ['a column', 'alter table sends add column more text'],
    ['a constraint', 'alter table sends add constraint few check (subject <> subject || subject)'],
    ['an index', 'create index more_sends on sends (window_ends_at, subject)'],
    ['a right', 'revoke select on sends from sallyport_service'],
    ['a trigger', 'alter table users disable trigger keep_facts_of_users'],
    [
      'a function',
      "create or replace function parts_of_user(username text, email text, phone text) returns tsvector language sql immutable as 'select null::tsvector'",
    ],
    [
      'a setting',
      "do $$ begin execute format('alter database %I set jit = off', current_database()); end $$",
    ],
    ['statistics', 'analyze sends'],
    [
      'much more data',
      "create table public.more as select repeat('x', 2000) as it from generate_series(1, 10000)",
    ],
  ])('is not used again after a test changed %s', async (_what, statement) => {
    const first = await freshDatabase();
    await sql.raw(statement).execute(first.owner);
    await first.close();
    const second = await freshDatabase();
    expect(second.url).not.toBe(first.url);
    await second.close();
  });

  test('is not used again where its connections are closed, and never by a test that asks for a new one', async () => {
    const first = await freshDatabase();
    await first.owner.destroy();
    await first.close();
    const second = await freshDatabase();
    expect(second.url).not.toBe(first.url);
    await second.close();
    const third = await freshDatabase({ isNew: true });
    expect(third.url).not.toBe(second.url);
    await third.close();
  });

  test('hears only what is said while it is used', async () => {
    const first = await freshDatabase();
    const heard: string[] = [];
    await first.listen('said', (payload) => void heard.push(payload));
    await first.close();
    const second = await freshDatabase();
    const later = new Promise<string>(
      (resolve) =>
        void second.listen('said', resolve).then(() => sql`notify said, 'hello'`.execute(second.db)),
    );
    expect(await later).toBe('hello');
    expect(heard).toEqual([]);
    await second.close();
  });
});
