import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { connectPostgres } from '../../db/connect.ts';
import { createUser } from '../../src/features/users/create-user.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openService } from '../../src/service/open-service.ts';
import { blocksOf, readDocument, root } from '../support/document.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { consoleContext } from '../support/world.ts';

const run = promisify(execFile);
const input = {
  username: 'ann',
  password: 'seven wet umbrellas',
  roles: ['user' as const],
  email: null,
  phone: null,
};
const VAULT_KEYS = `k1:${randomBytes(32).toString('base64')}`;
const blocks = blocksOf(readDocument('docs/operations.md')).map(({ text }) => text);
const linesWith = (word: string) => (blocks.find((text) => text.includes(word)) ?? '').trim().split('\n');
const { configs } = parse(readFileSync(`${root}compose.yaml`, 'utf8'));

describe.skipIf(!hasPostgres)('the backup of compose.yaml', () => {
  let server: PostgresServer;
  let folder: string;
  const urlOf = (login: string, database = 'sallyport') =>
    `postgres://${login}@127.0.0.1:${server.port}/${database}`;
  const compose = () => ({
    MIGRATION_DATABASE_URL: urlOf('sallyport'),
    DATABASE_URL: urlOf('sallyport_app'),
  });

  const onServer = async (...statements: string[]) => {
    const { db, close } = connectPostgres(server.url, 1);
    for (const statement of statements) await sql.raw(statement).execute(db);
    await close();
  };
  /** A line of the document, where the container of PostgreSQL is a server on this machine. */
  const bash = async (line: string, env: NodeJS.ProcessEnv = {}) => {
    const here = line
      .replace('docker compose exec --no-TTY postgres ', '')
      .replace('docker compose run --rm migrate', 'node src/cli.ts migrate')
      .replace('docker compose run --rm sallyport ', '')
      .replace('src/cli.ts', `${root}src/cli.ts`);
    if (here.startsWith('docker compose')) return ''; // starts or stops a container
    const own = { PATH: process.env.PATH, PGHOST: '127.0.0.1', PGPORT: String(server.port), VAULT_KEYS };
    const done = await run('bash', ['--norc', '-euc', here], { cwd: folder, env: { ...own, ...env } });
    return done.stdout;
  };
  const loggedIn = async (url: string) => {
    const service = await openService(
      readConfig({ DATABASE_URL: url, VAULT_KEYS, LOG_LEVEL: 'silent' }),
      () => {},
    );
    const { username, password } = input;
    const login = await service.app.inject({
      method: 'POST',
      url: '/auth/login',
      payload: { username, password },
    });
    const sessions = await sql<{ count: number }>`select count(*) from sessions`.execute(service.deps.db);
    await service.close();
    return { status: login.statusCode, sessions: sessions.rows[0]?.count };
  };
  /** A table that a later version makes can be read by the service. */
  const readsLater = async (owner: string, service: string, database: string) => {
    const { db, close } = connectPostgres(urlOf(owner, database), 1);
    await sql`create table later (x text)`.execute(db);
    const { rows } = await sql<{
      may: boolean;
    }>`select has_table_privilege(${service}, 'later', 'select') as may`.execute(db);
    await close();
    return rows[0]?.may;
  };

  beforeAll(async () => {
    server = await startPostgres();
    folder = await mkdtemp(join(tmpdir(), 'sallyport-restore-'));
    const roles = configs.roles.content.replace(/'\$\{[^']*'/, `'of a test'`);
    await onServer(
      'create role sallyport superuser login',
      'create database sallyport owner sallyport',
      roles,
    );
    await bash('node src/cli.ts migrate', compose());
    const config = readConfig({ DATABASE_URL: compose().DATABASE_URL, VAULT_KEYS, LOG_LEVEL: 'silent' });
    const service = await openService(config, () => {});
    await createUser(service.deps, consoleContext(), input);
    await service.close();
    expect(await loggedIn(compose().DATABASE_URL)).toEqual({ status: 200, sessions: 1 });
    const [dumpDatabase = ''] = linesWith('pg_dump').filter((line) => line.startsWith('docker compose'));
    await bash(dumpDatabase);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  test('is restored there by the commands of docs/operations.md', async () => {
    const lines = linesWith('sallyport_before');
    expect(lines.length).toBeGreaterThan(5);
    let output = '';
    for (const line of lines) output += await bash(line, compose());
    expect(output).not.toContain('MISSING');
    expect(await loggedIn(compose().DATABASE_URL)).toEqual({ status: 200, sessions: 1 }); // the old one has ended
    expect(await readsLater('sallyport', 'sallyport_app', 'sallyport')).toBe(true);
  });

  test('is restored on a server whose roles have the names of the document', async () => {
    const made = blocks.find((text) => text.includes('create role sallyport_owner')) ?? '';
    const names = made
      .replaceAll("'…'", "'of a test'")
      .replaceAll(/\bsallyport login/g, 'sallyport_login login');
    const statements = names
      .split(';')
      .filter((one) => one.trim() && !/sallyport_service nologin|create database/.test(one));
    await onServer(...statements);
    const admin = { PGUSER: 'postgres' };
    for (const line of linesWith('sallyport_restored')) await bash(line, admin);
    const env = {
      MIGRATION_DATABASE_URL: urlOf('sallyport_owner', 'sallyport_restored'),
      DATABASE_URL: urlOf('sallyport_login', 'sallyport_restored'),
    };
    await bash('node src/cli.ts migrate', env);
    expect((await loggedIn(env.DATABASE_URL)).status).toBe(200);
    expect(await readsLater('sallyport_owner', 'sallyport_login', 'sallyport_restored')).toBe(true);
  });
});
