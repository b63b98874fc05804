import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connectPostgres, type Db } from '../../db/connect.ts';
import { fewerRights } from '../../db/rights.ts';
import { serverUrl } from '../support/database.ts';
import { databaseWithLogins } from '../support/database-logins.ts';

/** What the service, and everybody, may do with each table, sequence and function, and with later tables. */
async function rightsIn(db: Db): Promise<unknown> {
  const { rows } = await sql`
    with rights (name, who, may) as (
      select relname, a.grantee, a.privilege_type from pg_class, aclexplode(relacl) a
        where relnamespace = 'public'::regnamespace
      union all select proname, a.grantee, a.privilege_type
        from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
        where pronamespace = 'public'::regnamespace
      union all select attname, a.grantee, a.privilege_type from pg_attribute, aclexplode(attacl) a
        where attrelid in ('audit_events'::regclass, 'former_factors'::regclass)
      union all select 'later', a.grantee, a.privilege_type from pg_default_acl, aclexplode(defaclacl) a
      union all select nspname, a.grantee, a.privilege_type from pg_namespace, aclexplode(nspacl) a
        where nspname = 'public' and a.grantee <> 0
    )
    select name, who::text, may from rights where who in (0, 'sallyport_service'::regrole)
    order by 1, 2, 3`.execute(db);
  return rows;
}

describe.skipIf(!serverUrl)('the rights of the service', () => {
  let made: Awaited<ReturnType<typeof databaseWithLogins>>;
  let db: Db;
  beforeEach(async () => {
    made = await databaseWithLogins();
    const connected = connectPostgres(made.url, 1);
    db = connected.db;
    onTestFinished(async () => {
      await connected.close();
      await made.drop();
    });
    await made.open(made.env);
  });

  const takeAll = () =>
    made.run(
      'revoke all on all tables in schema public from sallyport_service',
      'revoke all on all sequences in schema public from sallyport_service',
      'revoke all on audit_events, former_factors from sallyport_service',
      'revoke all on function cut_audit from sallyport_service',
      'grant execute on function cut_audit to public',
      'revoke all on schema public from sallyport_service, public',
      `alter default privileges for role ${made.owner} in schema public revoke all on tables from sallyport_service`,
    );

  test('are given again by the owner, and are the same as at first', async () => {
    const before = await rightsIn(db);
    await takeAll();
    expect(await rightsIn(db)).not.toEqual(before);
    await made.open(made.env);
    expect(await rightsIn(db)).toEqual(before);
  });

  test('to one table are given again, and a later table can be read', async () => {
    await made.run(
      'revoke select on users from sallyport_service',
      `alter default privileges for role ${made.owner} in schema public revoke all on tables from sallyport_service`,
    );
    await made.open(made.env);
    await made.run(`set role ${made.owner}; create table later (x text)`);
    const { rows } = await sql`select has_table_privilege('sallyport_service', 'users', 'select') as old,
      has_table_privilege('sallyport_service', 'later', 'select') as new`.execute(db);
    expect(rows).toEqual([{ old: true, new: true }]);
  });

  test('that are missing stop a service that may not give them, and it says who can', async () => {
    await made.run('revoke select, insert on users, sessions from sallyport_service');
    await expect(made.open({ DATABASE_URL: made.env.DATABASE_URL })).rejects.toThrow(
      /The role sallyport_service lacks rights on (sessions, users|users, sessions)\. Run `sallyport migrate` as the owner/,
    );
  });
});

test('what a migration takes from the service is not given again', () => {
  const folder = new URL('../../db/migrations/', import.meta.url);
  const all = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const taken = all.flatMap((text) =>
    [...text.matchAll(/^revoke [\w, ]+ on ([\w, ]+) from sallyport_service;/gm)].flatMap(([, tables = '']) =>
      tables.split(', '),
    ),
  );
  expect(Object.keys(fewerRights)).toEqual([...new Set(taken)].sort());
});
