import { createServer } from 'node:net';
import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { assertDatabaseContext } from '../../db/database-context.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { databaseWithLogins } from '../support/database-logins.ts';
import { freePort } from '../support/programs.ts';

describe.skipIf(!serverUrl)('a database that the service cannot work with is refused by name:', () => {
  let made: Awaited<ReturnType<typeof databaseWithLogins>>;
  beforeEach(async () => {
    made = await databaseWithLogins();
    onTestFinished(made.drop);
  });
  const messageOf = (opening: Promise<unknown>): Promise<string> =>
    opening.then(
      () => 'opened',
      (error: Error) => error.message,
    );

  test.each(['LATIN1', 'SQL_ASCII'])('one in the encoding %s', async (encoding) => {
    const server = connectPostgres(made.url, 1);
    onTestFinished(server.close);
    const name = `${made.name}_old`;
    await sql
      .raw(`create database ${name} template template0 encoding '${encoding}' locale 'C'`)
      .execute(server.db);
    onTestFinished(async () => void (await sql.raw(`drop database ${name}`).execute(server.db)));
    const url = Object.assign(new URL(made.url), { pathname: `/${name}` });
    expect(await messageOf(made.open({ DATABASE_URL: url.href }))).toMatch(
      `The database ${name} has the encoding ${encoding}, which cannot store every name. Create a database`,
    );
  });

  test('one that is not migrated, by a login that may not', async () => {
    const message = await messageOf(made.open({ DATABASE_URL: made.env.DATABASE_URL }));
    expect(message).toContain(`database ${made.name}, login ${made.service}`);
    expect(message).toContain(
      `The database ${made.name} is not migrated, and the login ${made.service} may not`,
    );
    expect(message).toContain('Run `sallyport migrate` as the owner, with MIGRATION_DATABASE_URL.');
    expect(message).not.toContain('quiet harbours');
  });

  test('one that lacks a migration, with the name of it', async () => {
    await made.open(made.env);
    await made.run('delete from kysely_migration where name = (select max(name) from kysely_migration)');
    const message = await messageOf(made.open({ DATABASE_URL: made.env.DATABASE_URL }));
    expect(message).toMatch(/is not migrated, .* It lacks 00\d\d_\w+\. Run `sallyport migrate` as the owner/);
  });

  test('one whose tables the search_path of the login does not name', async () => {
    await made.run(
      `create schema doors authorization ${made.owner}`,
      `alter role ${made.owner} in database ${made.name} set search_path = doors`,
    );
    expect(await messageOf(made.open(made.env))).toContain(
      `The tables of Sallyport are in the schema doors. The search_path of the login ${made.service} does not name that schema: "$user", public. Run: alter role ${made.service} in database ${made.name} set search_path = doors;`,
    );
  });

  test('one whose tables its login does not find, where no owner is named', async () => {
    await made.open(made.env);
    await made.run(
      'alter schema public rename to doors',
      'create schema public',
      'grant usage on schema public to public',
    );
    expect(await messageOf(made.open({ DATABASE_URL: made.env.DATABASE_URL }))).toContain(
      `The tables of Sallyport are in the schema doors. The search_path of the login ${made.service} does not name that schema`,
    );
  });

  test('one whose search_path for the login of the service alone names no schema', async () => {
    await made.run(`alter role ${made.service} in database ${made.name} set search_path = nowhere`);
    expect(await messageOf(made.open(made.env))).toContain(
      `The search_path of the login ${made.service} is nowhere. It names no schema`,
    );
  });

  test('one where new tables would go to another schema than the old ones', async () => {
    await made.open(made.env);
    await made.run(`create schema authorization ${made.owner}`);
    expect(await messageOf(made.open(made.env))).toContain(
      `The tables of Sallyport are in the schema public, but new tables would go into the schema ${made.owner}`,
    );
  });

  test('one whose search_path names no schema', async () => {
    await made.run(`alter database ${made.name} set search_path = nowhere`);
    expect(await messageOf(made.open(made.env))).toContain(
      `The search_path of the login ${made.owner} is nowhere. It names no schema`,
    );
  });
});

test('a server that is older than PostgreSQL 15 is refused', () => {
  const context = {
    encoding: 'UTF8',
    database: 'sallyport',
    login: 'ann',
    path: 'public',
    schema: 'public',
    home: null,
    elsewhere: null,
    mayMigrate: true,
    mayRead: false,
  };
  expect(() => assertDatabaseContext({ ...context, version: 140_019 })).toThrow(
    'The server is PostgreSQL 14.',
  );
  expect(() => assertDatabaseContext({ ...context, version: 150_000 })).not.toThrow();
});

describe.skipIf(!serverUrl)('a schema other than public', () => {
  test.each(['doors', 'MyDoors'])(
    '%s is used, even where public holds another installation',
    async (schema) => {
      const made = await databaseWithLogins();
      onTestFinished(made.drop);
      await made.open(made.env);
      await made.run(
        `create schema "${schema}" authorization ${made.owner}`,
        `alter database ${made.name} set search_path = "${schema}"`,
      );
      await made.open(made.env);
      await made.open({ DATABASE_URL: made.env.DATABASE_URL });
      const { db, close } = connectPostgres(made.url, 1);
      onTestFinished(close);
      const { rows } = await sql<{
        schema: string;
      }>`select relnamespace::regnamespace::text as schema from pg_class
      where relname = 'audit_seals' order by 1`.execute(db);
      expect(rows.map((row) => row.schema.replaceAll('"', '')).sort()).toEqual([schema, 'public'].sort());
    },
  );
});

describe('a fault of PostgreSQL names it, its variable and what to do:', () => {
  const said = async (DATABASE_URL: string) => {
    const { openDatabase } = await import('../../src/service/open-database.ts');
    const { readConfig } = await import('../../src/service/config/config.ts');
    const VAULT_KEYS = `k1:${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')}`;
    return openDatabase(readConfig({ DATABASE_URL, VAULT_KEYS })).then(
      () => 'opened',
      (error: Error) => error.message,
    );
  };

  test('nobody listens', async () => {
    const port = await freePort();
    expect(await said(`postgres://ann:hush-hush@127.0.0.1:${port}/sallyport`)).toBe(
      `PostgreSQL at DATABASE_URL (127.0.0.1:${port}, database sallyport, login ann): connect ECONNREFUSED 127.0.0.1:${port}. No server answers at this address. Start PostgreSQL, or correct DATABASE_URL.`,
    );
  });

  test('a socket is not there', async () => {
    expect(await said('postgres://ann@/sallyport?host=/nowhere')).toMatch(
      /^PostgreSQL at DATABASE_URL \(socket in \/nowhere, .*No server answers at this address\./,
    );
  });

  test('something else answers', async () => {
    const server = createServer((socket) => socket.end('5.5.5-10.11.6-MariaDB\0\0\0'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await said(`postgres://ann:hush-hush@127.0.0.1:${port}/sallyport`)).toMatch(
      /^PostgreSQL at DATABASE_URL .* The server at this address may not be PostgreSQL\. Correct DATABASE_URL\.$/,
    );
  });

  test('a file of its URL is not there', async () => {
    expect(
      await said('postgres://ann@127.0.0.1/sallyport?sslmode=verify-full&sslrootcert=/nowhere.pem'),
    ).toMatch(/^PostgreSQL at DATABASE_URL: .*nowhere\.pem.* correct its path\.$/);
  });

  test.skipIf(!serverUrl)('the database is not there', async () => {
    const made = await createDatabase();
    await made.drop();
    expect(await said(made.url)).toMatch(
      /^PostgreSQL at DATABASE_URL .*does not exist\. Create the database, or correct its name in DATABASE_URL\.$/,
    );
  });
});
